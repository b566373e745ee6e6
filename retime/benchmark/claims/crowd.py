"""Kids Running (6.2): eight people on eight layers."""

import numpy as np

from retime.benchmark.claims.claim import Claim, Mark, Outcome, Workshop
from retime.benchmark.claims.effects import eight_runners
from retime.benchmark.claims.fitting import fit, small_standard
from retime.benchmark.claims.measures import likeness
from retime.benchmark.claims.sheet import over_grey

STEPS = 1500
MOMENTS = [1, 6, 11]
SHOWN = (1, 4, 7)  # layers, from 0


def _check(shop: Workshop) -> Outcome:
    clip = eight_runners()
    settings = small_standard(shop.standard, shop.updates(STEPS))
    found, frames = fit(clip, shop.folder / clip.name, settings), clip.frames()
    removed, gained, overlap = [], [], []
    for n, layer in enumerate(clip.layers):
        alpha, true = found.alpha[n] > 0.2, layer.rgba[..., 3] > 51
        overlap.append(float((alpha & true).sum() / (alpha | true).sum()))
        # In sight: what others hide is not changed by removing them.
        region, truth = true & (clip.in_front(n) < 0.1), clip.frames([layer.name])
        removed.append(likeness(found.frames(n), truth, region))
        gained.append(removed[-1] - likeness(frames, truth, region))
    marks = [
        Mark("a child removed, where they were in sight, the worst of eight: dB", min(removed), 20),
        Mark("the same: dB over the frame with them", min(gained), 6),
        Mark("alpha IoU (> 0.2), the worst of eight", min(overlap), 0.6),
    ]  # fmt: skip
    rows = [("the clip", frames[MOMENTS])]
    for n in SHOWN:
        name = clip.layers[n].name
        rows += [
            (f"layer of {name}", over_grey(found.rgba[n, MOMENTS])),
            (f"{name} removed", found.frames(n)[MOMENTS]),
        ]
    rows.append(("all removed", found.frames(*range(len(clip.layers)))[MOMENTS]))
    return Outcome(marks, [(caption, np.asarray(shown)) for caption, shown in rows])


EIGHT = Claim(
    "6.2, Kids Running",
    "eight people are put on eight layers, and each of them can be removed",
    "20 dB in the region alone is a patch that is found only when looked for; 6 dB is a quarter of "
    "the squared error; people are about 12 pixels wide, so an outline one pixel off costs a third "
    "of the overlap.",
    _check,
)
