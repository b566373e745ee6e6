import numpy as np
import pytest
import torch

from retime.layers.texture import PARTS, Atlas, atlas_taps, nearest_known, texel_colours


def one_pixel(part, u, v, person=1):
    iuv = np.array([[[0, 0, 0], [part, u, v]]], np.uint8)  # [1, 2, 3]
    return iuv, np.array([[0, person]], np.uint8)


def test_taps_are_the_four_texels_around():
    # Tile of 4: u = 85 / 255 lies on column 1, v = 0 on row 0.
    taps = atlas_taps(*one_pixel(2, 85, 0), tile=4)
    assert taps.pixels.tolist() == [1]
    first = (2 - 1) * 16  # the second part of the first person
    assert taps.texels.tolist() == [[first + 1, first + 2, first + 5, first + 6]]
    assert taps.weights.tolist() == [pytest.approx([1, 0, 0, 0])]


def test_taps_never_leave_their_tile():
    taps = atlas_taps(*one_pixel(24, 255, 255, person=2), tile=4)
    first = (PARTS + 23) * 16
    assert set(taps.texels.flatten().tolist()) == {first + 15}
    assert taps.weights.sum().item() == pytest.approx(1)


def test_sampling_is_bilinear_and_zero_where_nobody_is():
    atlas = Atlas(1, 3, 2, torch.Generator().manual_seed(0))
    with torch.no_grad():
        atlas.texels.zero_()
        atlas.texels[:4, 0] = torch.tensor([0.0, 1.0, 2.0, 3.0])  # part 1, row by row
    taps = atlas_taps(*one_pixel(1, 51, 204), tile=2)  # u = 0.2, v = 0.8
    sampled = atlas([taps], [torch.tensor([0.5])], (1, 2))
    assert sampled.shape == (1, 4, 1, 2)
    assert sampled[0, :, 0, 0].tolist() == [0, 0, 0, 0]
    assert sampled[0, 0, 0, 1].item() == pytest.approx(0.2 * 1 + 0.8 * 2)
    assert sampled[0, 3, 0, 1].item() == 0.5


def test_warm_start_keeps_the_mean_colour_seen():
    taps = atlas_taps(*one_pixel(1, 0, 0), tile=2)
    seen = [(taps, torch.tensor([[1.0, 0.5, 0.0]])), (taps, torch.tensor([[0.0, 0.5, 1.0]]))]
    colours, known = texel_colours(seen, people=1, tile=2)
    assert colours[0].tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert known.nonzero().flatten().tolist() == [0]

    atlas = Atlas(1, 4, 2, torch.Generator().manual_seed(0))
    before = atlas.texels.detach().clone()
    atlas.warm_start(colours, known, bias=-1.0)
    # Grey is 0 before the tanh, and the renderer will add its bias of -1.
    assert atlas.texels[0, :3].tolist() == pytest.approx([1, 1, 1])
    assert torch.equal(atlas.texels[:, 3], before[:, 3])


def test_unseen_texels_take_after_the_nearest_seen_of_their_tile():
    tile = 3
    known = torch.zeros(PARTS * tile * tile, dtype=torch.bool)
    known[tile * tile + 0] = True  # in the second tile: its first corner
    known[tile * tile + 8] = True  # and the opposite one
    nearest = nearest_known(known, tile)
    second = nearest[tile * tile : 2 * tile * tile] - tile * tile
    # Corners at (0, 0) and (2, 2): texels nearer to the one than to the other.
    assert second[[0, 1, 3]].tolist() == [0, 0, 0]
    assert second[[5, 7, 8]].tolist() == [8, 8, 8]
    others = torch.cat([nearest[: tile * tile], nearest[2 * tile * tile :]])
    own = torch.arange(len(known))
    assert (others == torch.cat([own[: tile * tile], own[2 * tile * tile :]])).all()


def test_no_texel_starts_at_a_random_colour_once_its_person_was_seen():
    tile, count = 2, 2 * PARTS * 4
    known = torch.zeros(count, dtype=torch.bool)
    known[[0, 4]] = True  # of the first person alone: one texel in each of two tiles
    colours = torch.zeros(count, 3)
    colours[0], colours[4] = 0.25, 0.75
    atlas = Atlas(2, 3, tile, torch.Generator().manual_seed(0))
    start = atlas.texels.detach().clone()
    atlas.warm_start(colours, known)
    shown = torch.tanh(atlas.texels.detach()) * 0.5 + 0.5
    torch.testing.assert_close(shown[:4], torch.full((4, 3), 0.25))
    torch.testing.assert_close(shown[4:8], torch.full((4, 3), 0.75))
    torch.testing.assert_close(shown[8 : PARTS * 4], torch.full((PARTS * 4 - 8, 3), 0.5))
    torch.testing.assert_close(atlas.texels[PARTS * 4 :], start[PARTS * 4 :])
    atlas.complete(known)
    torch.testing.assert_close(atlas.texels[3], atlas.texels[0])
