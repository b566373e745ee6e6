import torch

from retime.layers.recognition import recognise, seen_texture
from retime.layers.texture import Taps

# Frames of 100 pixels' width, of which UV maps may be 1 off.
WIDTH = 100


def bodies(*spans):
    """Return bool [1, N, 8, WIDTH]: bodies from one column to before another, over all rows."""
    result = torch.zeros(1, len(spans), 8, WIDTH, dtype=torch.bool)
    for n, (first, end) in enumerate(spans):
        result[0, n, :, first:end] = True
    return result


def reading(body, texel):
    """Return taps of all of a body's pixels, [8, WIDTH], at one texel."""
    pixels = torch.nonzero(body.flatten())[:, 0]
    weights = torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(len(pixels), 4)
    return Taps(pixels, torch.full((len(pixels), 4), texel), weights)


def test_texture_is_seen_where_nobody_else_is_near():
    both = bodies((20, 30), (26, 40))
    rgb = torch.linspace(0, 1, WIDTH).expand(1, 3, 8, WIDTH)  # the column tells the colour
    taps = [[reading(body, n) for n, body in enumerate(both[0])]]
    (first, colours), (second, _) = seen_texture(rgb, both, taps)
    # The second reaches from 25, one further than its map; the first to 30.
    assert sorted(set((first.pixels % WIDTH).tolist())) == list(range(20, 25))
    assert sorted(set((second.pixels % WIDTH).tolist())) == list(range(31, 40))
    assert torch.equal(colours[:, 0], (first.pixels % WIDTH) / (WIDTH - 1))
    assert first.texels.unique().tolist() == [0]


def test_people_are_recognised_by_texture_that_was_seen():
    both = bodies((20, 30), (26, 40))
    taps = [[reading(body, n) for n, body in enumerate(both[0])]]
    rgb = torch.full((1, 3, 8, WIDTH), 0.5)
    rgb[..., 24:] = 0.8
    colours = torch.tensor([[0.4, 0.5, 0.6], [0.8, 0.8, 0.8]])
    found = recognise(rgb, both, taps, colours, torch.tensor([True, True]))
    assert torch.nonzero(found[0, 0, 3])[:, 0].tolist() == [20, 21, 22, 23]
    assert torch.equal(found[:, 1], both[:, 1])
    assert not recognise(rgb, both, taps, colours, torch.tensor([True, False]))[0, 1].any()
