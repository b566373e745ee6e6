import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime.layers.epochs import Epochs, difficulty, easier_half


def boxes(*places, size=(10, 20)):
    """Return bool [N, h, w] with a box of 4 x 4 at each (x, y); None: nobody."""
    masks = np.zeros((len(places), *size), bool)
    for mask, place in zip(masks, places, strict=True):
        if place is not None:
            mask[place[1] : place[1] + 4, place[0] : place[0] + 4] = True
    return masks


def test_difficulty_is_the_overlap_and_then_the_distance():
    frames = np.stack(
        [
            boxes((0, 0), (2, 0)),  # 8 of 24 pixels, two apart
            boxes((0, 0), (6, 0)),  # no overlap, six apart
            boxes((0, 0), (3, 4)),  # none either, five apart
            boxes((0, 0), None),
        ]
    )
    expected = [(1 / 3, -2), (0, -6), (0, -5), (0, -np.inf)]
    assert difficulty(frames).tolist() == [pytest.approx(row) for row in expected]
    # The easier half: nobody to meet, then six apart.
    assert easier_half(frames) == [1, 3]


def test_every_pair_of_layers_counts():
    frame = boxes((0, 0), (2, 0), (8, 0))[None]
    # Overlaps 1/3, 0, 0; distances 2, 8, 6.
    assert difficulty(frame)[0].tolist() == pytest.approx([1 / 9, -16 / 3])


def test_one_layer_has_no_easier_half_and_an_odd_frame_is_easy():
    assert easier_half(np.ones((5, 1, 2, 2), bool)) == [0, 1, 2, 3, 4]
    assert easier_half(np.ones((5, 2, 2, 2), bool)) == [0, 1, 2]  # ties: by time


def test_a_curriculum_shows_the_easier_half_first():
    epochs = Epochs(frames=5, batch=2, seed=0, easy=[1, 3, 4], easy_epochs=2)
    # Two epochs of ceil(3 / 2) steps, then epochs of ceil(5 / 2).
    assert [epochs.steps(n) for n in range(5)] == [0, 2, 4, 7, 10]
    assert [epochs.locate(k) for k in range(8)] == [
        *[(0, 0), (0, 1), (1, 0), (1, 1)],
        *[(2, 0), (2, 1), (2, 2), (3, 0)],
    ]
    assert [epochs.elapsed(k) for k in (0, 1, 2, 5, 7)] == pytest.approx([0, 0.5, 1, 2 + 1 / 3, 3])
    shown = [epochs.frames(k) for k in range(7)]
    assert [len(s) for s in shown] == [2, 1, 2, 1, 2, 2, 1]
    assert sorted(shown[0] + shown[1]) == sorted(shown[2] + shown[3]) == [1, 3, 4]
    assert sorted(shown[4] + shown[5] + shown[6]) == [0, 1, 2, 3, 4]


@given(
    frames=st.integers(1, 9),
    batch=st.integers(1, 5),
    easy=st.integers(0, 3),
    epoch=st.integers(0, 6),
)
def test_an_epoch_shows_each_of_its_frames_once(frames, batch, easy, epoch):
    half = list(range(0, frames, 2))
    epochs = Epochs(frames, batch, 3, half, easy)
    steps = range(epochs.steps(epoch), epochs.steps(epoch + 1))
    assert sorted(t for k in steps for t in epochs.frames(k)) == epochs.pool(epoch)
    assert {epochs.locate(k)[0] for k in steps} == {epoch}
