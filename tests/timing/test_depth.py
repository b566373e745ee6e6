import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.timing.depth import depth_ranks, floor_heights

# Of three layers, layer 1 stands at the back, 2 in front of it, and 3 walks from behind both (in
# frame 0) through between them (frame 1) to before both (frame 2).
ORDER = np.array([[3, 1, 2], [1, 3, 2], [1, 2, 3]])
FLOOR = np.array([[100.0, 120.0, 90.0], [100.0, 120.0, 110.0], [100.0, 120.0, 130.0]])


def ranks(layer, shown, among_copies=None, shelf=None, floor=FLOOR):
    count = len(layer)
    shown = np.array(shown).reshape(count, -1)
    places = np.zeros(count) if among_copies is None else np.array(among_copies)
    shelves = np.zeros(count) if shelf is None else np.array(shelf)
    return depth_ranks(np.array(layer), shown, ORDER, floor, places, shelves).T.tolist()


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_layers_of_one_source_frame_keep_its_order(seed, count):
    rng = np.random.default_rng(seed)
    order = np.stack([rng.permutation(count) + 1 for _ in range(6)])
    floor = rng.normal(size=(6, count))
    shown = np.tile(rng.integers(0, 6, 9), (count, 1))
    none = np.zeros(count)
    depth = depth_ranks(np.arange(1, count + 1), shown, order, floor, none, none)
    for t in range(9):
        back_to_front = np.argsort(depth[:, t]) + 1
        assert back_to_front.tolist() == order[shown[0, t]].tolist()


def test_one_who_stands_still_stays_where_they_stood():
    # Layer 3 frozen between the others, while these play on: always between them.
    assert ranks([1, 2, 3], [[0, 1, 2], [0, 1, 2], [1, 1, 1]]) == [[1, 3, 2]] * 3


def test_an_order_that_never_changes_holds_against_the_feet():
    # Layer 1 is behind layer 2 in all frames, though in the air its floor looks nearer.
    floor = FLOOR.copy()
    floor[2, 0] = 200.0
    assert ranks([1, 2], [[2], [0]], floor=floor) == [[1, 2]]


def test_without_a_known_floor_the_place_in_the_own_frame_decides():
    unknown = np.full((3, 3), np.nan)
    # Layers 1 and 3 changed places between frames 0 and 2: 1 was second of three in frame 0, 3
    # was foremost in frame 2.
    assert ranks([1, 3], [[0], [2]], floor=unknown) == [[1, 2]]


def test_copies_stand_behind_or_before_their_own_layer():
    assert ranks([1, 1, 1], [[0], [2], [1]], among_copies=[0, -1, 2]) == [[2, 1, 3]]
    # Copies of layer 3 from three frames, between and around the layers that stay.
    assert ranks([1, 2, 3, 3, 3], [[1], [1], [1], [0], [2]], [0, 0, 0, -1, 1]) == [[2, 4, 3, 1, 5]]


def test_a_shelf_overrules_the_order():
    assert ranks([1, 2, 3], [[0], [0], [0]], shelf=[0, -1, 0]) == [[3, 1, 2]]
    assert ranks([1, 2, 3], [[0], [0], [0]], shelf=[0, 0, 1]) == [[1, 2, 3]]


def test_floor_is_the_lowest_foot_around_the_time_on_the_canvas():
    keypoints = np.full((5, 2, 17, 2), 50.0, np.float32)
    keypoints[:, 0, 15, 1] = [80, 60, 40, 60, 82]  # a jump
    keypoints[:, 1, 16, 1] = 70
    present = np.ones((5, 2), bool)
    present[0, 1] = False
    shift = np.tile(np.eye(3), (5, 1, 1))
    shift[:, 1, 2] = 10
    # 1.5 s at 2 frames a second: a window of three frames.
    floor = floor_heights(keypoints, present, [[0], [1]], shift, 2.0)
    assert floor[:, 0].tolist() == [90, 90, 70, 92, 92]
    assert np.isnan(floor[0, 1])
    assert floor[1:, 1].tolist() == [80] * 4
    both = floor_heights(keypoints, present, [[0, 1]], shift, 2.0)
    assert both[:, 0].tolist() == [90, 90, 80, 92, 92]
