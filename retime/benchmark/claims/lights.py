"""Section 6.5: lights that blink behind people land on their layers, or on one of their own."""

import numpy as np

from retime.benchmark.claims.claim import Claim, Mark, Outcome, Workshop
from retime.benchmark.claims.effects import lights, lights_alone
from retime.benchmark.claims.fitting import Fitted, fit, small_standard
from retime.benchmark.claims.measures import likeness, share_shown
from retime.benchmark.claims.people import empty_room
from retime.benchmark.claims.sheet import over_grey

STEPS = 1500
LIT = 0.15
"""A pixel counts as lit where lights change it by this, 0..1."""
MOMENTS = [3, 7, 11, 15, 20]


def _check(shop: Workshop) -> Outcome:
    clip, off = lights(), small_standard(shop.standard, shop.updates(STEPS))
    seeds = off.seeds.model_copy(update={"dynamic_background": True})
    on = off.model_copy(update={"seeds": seeds})
    without = fit(clip, shop.folder / "lights", off)
    with_layer = fit(clip, shop.folder / "lights-layer", on)
    lit = lights_alone(clip) > LIT
    for layer in clip.layers:
        lit &= layer.rgba[..., 3] == 0
    room = empty_room(clip.size, 1) / np.float32(255)

    def kept(found: Fitted) -> float:
        """How much of the lights is left when everybody is removed."""
        empty = found.frames(*range(len(clip.layers))) / np.float32(255)
        return share_shown(empty, clip.ground / np.float32(255), room, lit)

    def removal(found: Fitted) -> float:
        """Likeness where lights are, of one person removed; the worst of them counts."""
        names = [layer.name for layer in clip.layers]
        return min(likeness(found.frames(n), clip.frames([w]), lit) for n, w in enumerate(names))

    marks = [
        Mark("share of the lights left without people, no layer for them", kept(without),
             at_most=0.5),
        Mark("the same, with the layer", kept(with_layer), 0.7),
        Mark("one person removed, where lights are, the worst of them: dB gained by the layer",
             removal(with_layer) - removal(without), 3),
    ]  # fmt: skip
    everybody = range(len(clip.layers))
    rows = [
        ("the clip", clip.frames()[MOMENTS]),
        ("no layer for lights: layer of the far", over_grey(without.rgba[0, MOMENTS])),
        ("no layer for lights: layer of the near", over_grey(without.rgba[1, MOMENTS])),
        ("no layer for lights: everybody removed", without.frames(*everybody)[MOMENTS]),
        ("dynamic_background: layer of the far", over_grey(with_layer.rgba[0, MOMENTS])),
        ("dynamic_background: layer of the near", over_grey(with_layer.rgba[1, MOMENTS])),
        ("dynamic_background: its layer", over_grey(with_layer.rgba[2, MOMENTS])),
        ("dynamic_background: everybody removed", with_layer.frames(*everybody)[MOMENTS]),
    ]
    return Outcome(marks, rows)


BLINKING = Claim(
    "6.5",
    "lights that blink behind people are put on people's layers and go with them; a layer for the "
    "dynamic background keeps them",
    "Without the layer at most half may be left, or there is nothing to mend; 0.7 is a light that "
    "is dimmer by a third; 3 dB is half the squared error.",
    _check,
)
