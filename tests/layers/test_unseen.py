import pytest
import torch

from retime.layers.texture import Taps
from retime.layers.unseen import Unseen, strayed, unseen_colours

# Two people in a frame of three pixels: both are on the middle one.
POSITIVE = torch.tensor([[[[True, True, False]], [[False, True, True]]]])
# Each reads two texels at each of two pixels, half of both (four taps, two of no weight).
HALVES = torch.tensor([[0.5, 0.5, 0.0, 0.0]] * 2)
FIRST = Taps(torch.tensor([0, 1]), torch.tensor([[0, 0, 0, 0], [0, 1, 0, 0]]), HALVES)
SECOND = Taps(torch.tensor([1, 2]), torch.tensor([[2, 3, 2, 2], [3, 3, 3, 3]]), HALVES)
COLOURS = torch.tensor([[0.2, 0.2, 0.2], [0.6, 0.4, 0.2], [0.9, 0.9, 0.9], [0.0, 0.0, 0.0]])


def test_colours_are_foretold_where_uv_maps_overlap_and_frames_show_the_tile():
    known = torch.tensor([True, True, True, False])
    told = unseen_colours(POSITIVE, [[FIRST, SECOND]], COLOURS, known, tile=1)
    (first, second), *others = told
    assert not others
    assert first.pixels.tolist() == [1]
    assert first.colours[0].tolist() == pytest.approx([0.4, 0.3, 0.2])
    assert len(second.pixels) == len(second.colours) == 0  # one of its two tiles is unknown


def test_texels_that_no_frame_shows_have_the_nearest_colour_of_their_tile():
    known = torch.tensor([True, False, False, False])
    ((first, second),) = unseen_colours(POSITIVE, [[FIRST, SECOND]], COLOURS, known, tile=2)
    assert first.colours.tolist() == second.colours.tolist() == [pytest.approx([0.2] * 3)]


def layers(alpha):
    """Layer 1, all of 0.5, and layer 2 of 0.1, with these alphas at every pixel."""
    rgba = torch.full((1, 2, 4, 1, 3), 0.5)
    rgba[:, 1, :3] = 0.1
    rgba[0, :, 3] = torch.tensor(alpha)[:, None, None]
    return rgba


UNSEEN = [
    [
        Unseen(torch.tensor([1]), torch.tensor([[0.4, 0.3, 0.2]])),
        Unseen(torch.tensor([1]), torch.tensor([[0.2, 0.2, 0.2]])),
    ]
]


@pytest.mark.parametrize(
    ("order", "alpha", "expected"),
    [
        # The one behind: |0.5 - 0.4|, 0.2 and 0.3, their mean 0.2, over a body of two pixels.
        ([1, 2], [1.0, 1.0], 0.2 / 2),
        ([1, 2], [1.0, 0.25], 0.25 * 0.2 / 2),
        ([2, 1], [1.0, 0.25], 0.1 / 2),
        ([2, 1], [0.0, 1.0], 0.0),
    ],
)
def test_only_what_is_hidden_strays(order, alpha, expected):
    lost = strayed(layers(alpha), torch.tensor([order]), POSITIVE.float(), UNSEEN)
    assert lost.item() == pytest.approx(expected / 2)  # the mean of two layers


def test_nothing_is_gained_by_showing_more_of_the_one_behind():
    rgba = layers([0.5, 0.5]).requires_grad_()
    strayed(rgba, torch.tensor([[1, 2]]), POSITIVE.float(), UNSEEN).backward()
    assert rgba.grad[:, :, 3].abs().max() == 0
    assert rgba.grad[0, 0, :3, 0, 1].tolist() == pytest.approx([0.5 / 3 / 2 / 2] * 3)
    rgba.grad[0, 0, :3, 0, 1] = 0
    assert rgba.grad.abs().max() == 0
