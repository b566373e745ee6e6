import pytest
import torch

from retime.layers.outline import fit_outline, solid

REACH, NOISE = 2, 0.02
SEEN = torch.ones(1, 9, 40)


def scene(frame):
    """A matte that is opaque up to column 14 and falls to 0 at column 19; the ground is grey."""
    alpha = ((19 - torch.arange(40.0)) / 5).clamp(0, 1).expand(1, 9, 40)
    picture = torch.full((3, 9, 40), 0.5)
    picture[:, :, :17] = torch.tensor([0.9, 0.2, 0.2])[:, None, None]  # the person
    return alpha, frame(picture), torch.full((3, 9, 40), 0.5)


def fitted(frame=lambda picture: picture, sight=SEEN):
    alpha, picture, ground = scene(frame)
    return fit_outline(alpha, alpha, sight, picture, ground, NOISE, REACH)[0, 4], alpha[0, 4]


def test_a_matte_is_solid_where_it_is_opaque_all_around():
    alpha = torch.ones(1, 1, 7, 12)
    alpha[..., 8:] = 0.5
    assert solid(alpha, 2)[0, 0, 3].tolist() == [1.0] * 6 + [0.0] * 6


def test_an_outline_goes_to_where_the_colours_change():
    alpha, before = fitted()
    assert before[15:20].tolist() == pytest.approx([0.8, 0.6, 0.4, 0.2, 0])
    assert alpha[:17].tolist() == [1.0] * 17
    assert alpha[17:].tolist() == [0.0] * 23


def test_a_mixed_pixel_has_its_share():
    def mixed(picture):  # column 17: three eighths of the person
        picture[:, :, 17] = 0.5 + 0.375 * (torch.tensor([0.9, 0.2, 0.2]) - 0.5)[:, None]
        return picture

    # 0.05 of the way counts as none, 0.7 as all.
    assert fitted(mixed)[0][17].item() == pytest.approx((0.375 - 0.05) / 0.65, abs=1e-4)


def test_what_is_no_mixture_stays_as_it_is():
    def blue(picture):
        picture[:, :, 17:19] = torch.tensor([0.1, 0.2, 0.9])[:, None, None]
        return picture

    alpha, before = fitted(blue)
    assert torch.equal(alpha[17:19], before[17:19])
    hidden, _ = fitted(sight=0 * SEEN)
    assert torch.equal(hidden, before)


def test_a_person_of_the_grounds_colour_stays_as_it_is():
    alpha, before = fitted(lambda picture: torch.full_like(picture, 0.5))
    assert torch.equal(alpha, before)


def test_mattes_grow_by_no_more_than_a_working_pixel():
    def wide(picture):
        picture[:] = torch.tensor([0.9, 0.2, 0.2])[:, None, None]
        return picture

    alpha, before = fitted(wide)
    # What the matte was two columns nearer to the person, as far as colours are spread: 6 columns
    # from column 12, the last that is solid.
    assert alpha[15:19].tolist() == pytest.approx(before[13:17].tolist())
    assert alpha[19:].tolist() == before[19:].tolist()
