"""Fig. 7: each square ends on the layer of the person it moves with, even where it is hidden."""

import numpy as np

from retime.benchmark.claims.claim import Claim, Mark, Outcome, Workshop
from retime.benchmark.claims.fitting import fit, small_standard
from retime.benchmark.claims.measures import alpha_ratio, part_region
from retime.benchmark.claims.sheet import over_grey
from retime.benchmark.claims.squares import two_people

STEPS = 3000
OWN, OTHER, COLOUR = 0.8, 0.15, 0.1
MOMENTS = (2, 5, 8, 11, 13)


def _check(shop: Workshop) -> Outcome:
    clip = two_people()
    settings = small_standard(shop.standard, shop.updates(STEPS))
    found = fit(clip, shop.folder / clip.name, settings)
    marks = []
    for n, layer in enumerate(clip.layers):
        true, seen = layer.parts["square"], part_region(clip, n, "square")
        own = alpha_ratio(found.alpha[n], true, seen)
        marks += [
            Mark(f"alpha of the {layer.name}'s square on the own layer, in sight", own, OWN),
            Mark("the same, on the other layer",
                 alpha_ratio(found.alpha[1 - n], true, seen), at_most=OTHER),
        ]  # fmt: skip
    man = clip.layers[0]
    for part in ("square", "body"):
        hidden = part_region(clip, 0, part, hidden=True)
        off = np.abs(found.rgba[0, ..., :3].astype(float) - man.rgba[..., :3])[hidden].mean() / 255
        marks += [
            Mark(f"alpha of the man's {part} on his layer, where hidden",
                 alpha_ratio(found.alpha[0], man.parts[part], hidden), OWN),
            Mark("the same: mean difference of its colour, 0..1", off, at_most=COLOUR),
        ]  # fmt: skip
    rows = [
        ("the clip", clip.frames()[list(MOMENTS)]),
        *((f"layer of the {layer.name}", over_grey(found.rgba[n, list(MOMENTS)]))
          for n, layer in enumerate(clip.layers)),
    ]  # fmt: skip
    return Outcome(marks, rows)


ASSIGNED = Claim(
    "Fig. 7",
    "each square is on the layer of the person it moves with, and not on the other; what the woman "
    "and her square hide of the man and his is whole on his layer",
    "To the eye, alpha 0.8 keeps a square and 0.15 is hardly seen; off by 0.1, yellow is yellow.",
    _check,
)
