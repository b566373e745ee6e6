"""Fig. 4 and 11, on people who pass one another beside a window that mirrors them."""

import copy

from retime.benchmark.claims.claim import Claim, Mark, Outcome, Workshop
from retime.benchmark.claims.drawn import DrawnClip
from retime.benchmark.claims.effects import reflections
from retime.benchmark.claims.fitting import Fitted, fit, small_paper, small_standard
from retime.benchmark.claims.measures import alpha_ratio, likeness, part_region
from retime.benchmark.claims.nonlayered import NonLayered
from retime.benchmark.claims.sheet import over_grey
from retime.layers.clip_loading import load_clip_tensors

STEPS = 1500
EPOCHS = 400
"""Of the renderer without layers, which has nothing but Eq. 3 and all of the paper's network."""
VANISHED = 0.15
"""The child counts as out of sight where less than this share of it is left."""
MOMENTS = [2, 6, 9, 10, 13]
CHILD, ADULT = 0, 1


def _layered(shop: Workshop) -> Fitted:
    """Return the layers that both claims go by."""
    if "reflections" not in shop.kept:
        settings = small_standard(shop.standard, shop.updates(STEPS))
        clip = reflections()
        shop.kept["reflections"] = fit(clip, shop.folder / clip.name, settings)
    return shop.kept["reflections"]


def _check_removal(shop: Workshop) -> Outcome:
    clip, found = reflections(), _layered(shop)
    folder, settings = shop.folder / clip.name, small_paper(shop.paper, shop.updates(EPOCHS))
    tensors = load_clip_tensors(
        folder / "frames.h5", folder / "seeds.h5", settings.train.tile, settings.train.solid_things
    )
    whole = NonLayered(tensors, settings.train)
    whole.train()
    frames = clip.frames()
    marks = [
        Mark("reconstruction without layers, dB over that with layers",
             likeness(whole.frames(), frames) - likeness(found.frames(), frames), at_least=-2.0),
    ]  # fmt: skip
    for n, layer in enumerate(clip.layers):
        true, region = clip.frames([layer.name]), layer.rgba[..., 3] > 0
        gain = likeness(found.frames(n), true, region) - likeness(whole.frames(n), true, region)
        marks.append(
            Mark(f"the {layer.name} removed, where they were: dB gained by layers", gain, 3)
        )
    rows = [
        ("the clip", frames[MOMENTS]),
        ("reconstructed without layers", whole.frames()[MOMENTS]),
        ("the adult removed, without layers", whole.frames(ADULT)[MOMENTS]),
        ("the adult removed, with layers", found.frames(ADULT)[MOMENTS]),
        ("the truth", clip.frames(["adult"])[MOMENTS]),
    ]
    return Outcome(marks, rows)


def visible_only(clip: DrawnClip) -> DrawnClip:
    """Return the clip with UV maps that end where a person is hidden, as from DensePose."""
    seen = copy.deepcopy(clip)
    seen.name = f"{clip.name}-visible"
    for n, layer in enumerate(seen.layers):
        layer.iuv[clip.in_front(n) > 0.5] = 0
    return seen


def _check_full_bodies(shop: Workshop) -> Outcome:
    clip, full = reflections(), _layered(shop)
    cut = visible_only(clip)
    settings = small_standard(shop.standard, shop.updates(STEPS))
    part = fit(cut, shop.folder / cut.name, settings)
    child = clip.layers[CHILD]
    left, all_of_it = ((c.layers[CHILD].iuv[..., 0] > 0).sum((1, 2)) for c in (cut, clip))
    vanished = left <= VANISHED * all_of_it  # [T]
    hidden = part_region(clip, CHILD, "body", hidden=True)
    mirrored = part_region(clip, CHILD, "reflection") & vanished[:, None, None]
    region, true = clip.layers[ADULT].rgba[..., 3] > 0, clip.frames(["adult"])
    marks = [
        Mark("alpha of the child on its layer where hidden, full-body UV",
             alpha_ratio(full.alpha[CHILD], child.parts["body"], hidden), 0.8),
        Mark("the same, visible-only UV",
             alpha_ratio(part.alpha[CHILD], child.parts["body"], hidden), at_most=0.5),
        Mark("the adult removed, where they were: dB gained by full-body UV",
             likeness(full.frames(ADULT), true, region)
             - likeness(part.frames(ADULT), true, region), 3),
        Mark("alpha of the child's reflection on its layer while the child itself is out of "
             "sight: full-body less visible-only",
             alpha_ratio(full.alpha[CHILD], child.parts["reflection"], mirrored)
             - alpha_ratio(part.alpha[CHILD], child.parts["reflection"], mirrored), 0.3),
    ]  # fmt: skip
    rows = [
        ("the clip", clip.frames()[MOMENTS]),
        ("visible-only UV: layer of the child", over_grey(part.rgba[CHILD, MOMENTS])),
        ("full-body UV: layer of the child", over_grey(full.rgba[CHILD, MOMENTS])),
        ("visible-only UV: the adult removed", part.frames(ADULT)[MOMENTS]),
        ("full-body UV: the adult removed", full.frames(ADULT)[MOMENTS]),
        ("the truth", true[MOMENTS]),
    ]
    return Outcome(marks, rows)


NON_LAYERED = Claim(
    "Fig. 11",
    "a renderer that sees all people at once reconstructs the clip, but leaves people and their "
    "reflections where they are to be removed",
    "2 dB less in reconstruction would pass for the same picture; 3 dB is half the squared error.",
    _check_removal,
)
FULL_BODIES = Claim(
    "Fig. 4",
    "UV maps of the whole body bring a hidden person and their reflection back; those of what is "
    "in sight do not",
    "A body with alpha 0.8 looks whole, one with 0.5 has a hole; 3 dB is half the squared error.",
    _check_full_bodies,
)
