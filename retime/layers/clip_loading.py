"""A clip is prepared for its training, once: taps, trimaps, evidence and owners of it."""

from pathlib import Path

import cv2
import numpy as np
import torch

from retime.artifacts import Frames, Seeds
from retime.errors import InputError
from retime.layers.attribution import attribute
from retime.layers.canvas import CanvasPlane
from retime.layers.clip_tensors import ClipTensors
from retime.layers.evidence import evidence_against, is_ground, least_alpha, noise_level
from retime.layers.ground import MARGIN, OUTLINE, background_median, grow
from retime.layers.margins import deep_inside
from retime.layers.recognition import recognise, seen_texture
from retime.layers.solid import solid_pieces, solid_things
from retime.layers.texture import Taps, atlas_ids, atlas_taps, texel_colours
from retime.layers.things import lay_things, whose_things
from retime.layers.trimap import CLEAR, OPAQUE
from retime.layers.unseen import unseen_colours

# Under a moving camera the canvas is finer than the frames, along each side, if there are frames to
# gather it from.
FINE = 2


def _resized(video: Frames, size: tuple[int, int]) -> np.ndarray:
    """Return the frames at ``size``, width and height; uint8 [T, h, w, 3]."""
    return np.stack([cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in video.rgb])


def _all_taps(iuv: np.ndarray, atlas: np.ndarray, tile: int) -> list[list[Taps]]:
    """Return the taps of all frames and layers, for numbers of atlases [T, N, h, w]."""
    return [
        [atlas_taps(*layer, tile) for layer in zip(*frame, strict=True)]
        for frame in zip(iuv, atlas, strict=True)
    ]


def _at_taps(taps: Taps, iuv: np.ndarray, atlas: np.ndarray) -> np.ndarray:
    """Return UV map [h, w, 3] and numbers of atlases [h, w] at each tap's pixel, uint8 [K, 4]."""
    return np.dstack([iuv, atlas]).reshape(-1, 4)[taps.pixels.numpy()]


def load_clip_tensors(frames: Path, seeds: Path, tile: int, things: bool = True) -> ClipTensors:
    """Load a clip at working size and find its background.

    Args:
        frames: ``frames.h5``.
        seeds: ``seeds.h5``.
        tile: texels on a side of a texture tile.
        things: find what people carry, and let it count as their bodies do.

    Raises:
        InputError: the two files are of different clips or lengths.
    """
    with Frames.open(frames) as video, Seeds.open(seeds) as seed:
        if len(video.rgb) != len(seed.order):
            raise InputError(
                f"{seeds}: {len(seed.order)} frames, but {frames} has {len(video.rgb)}; "
                "run snakemake again"
            )
        size = tuple(seed.working_size)
        width = size[0]
        rgb = _resized(video, size)
        trimap, painted = seed.trimap[:], seed.painted[:]
        iuv, person = seed.iuv[:], seed.person[:]
        order, homographies = seed.order[:], seed.homographies[:]
        dynamic = seed.dynamic()
        nobody = [] if dynamic is None else [dynamic]  # has no texture of anybody
        ids = sorted({i for n, layer in enumerate(seed.ids()) if n != dynamic for i in layer})
        source_size, bounds = tuple(seed.source_size), tuple(seed.canvas)
        theirs = np.delete(trimap, nobody, 1)  # people's trimaps, without the dynamic background's
        fine = FINE if video.rgb.shape[2] >= FINE * width else 1
        plane = CanvasPlane.at(size, source_size, bounds, homographies, fine)
        sharp = rgb if plane.fine == 1 else _resized(video, (fine * width, fine * size[1]))
    number = np.zeros(max(ids) + 1, np.uint8)  # atlas number of each person id
    number[ids] = np.arange(1, len(ids) + 1)

    bodies = (iuv[..., 0] > 0).any(1) | (trimap == OPAQUE).any(1)  # [T, h, w]
    around = np.stack([grow(body, MARGIN * width) for body in bodies])
    edge = np.stack([grow(body, OUTLINE * width) for body in bodies])
    median, seen = background_median(plane.lay(sharp, edge, around, (theirs != CLEAR).any(1)))
    del sharp
    seen_background = [plane.view(median, t, size) for t in range(len(rgb))]
    noise = noise_level(rgb, seen_background, (theirs == CLEAR).all(1))
    pairs = list(zip(rgb, seen_background, strict=True))
    evidence = np.stack([evidence_against(*pair, noise) for pair in pairs])
    least = np.stack([least_alpha(*pair) for pair in pairs]) * evidence
    opaque = trimap == OPAQUE
    solid = np.zeros_like(around)
    if things:
        each = zip(pairs, least, opaque.any(1), strict=True)
        solid = solid_things([solid_pieces(*pair, demand, body) for pair, demand, body in each])
        least[solid] = 1
    # What the background cannot explain is never ruled out for any layer by its distance from
    # the people: far shadows, balloons on strings. What it explains to the full is ruled out
    # however close it is: a layer would be painted there in the ground's own colour.
    negative = (trimap == CLEAR) & (evidence < 0.5)[:, None]
    ground = np.stack([is_ground(*pair, noise) for pair in pairs])
    negative |= (trimap != OPAQUE) & ground[:, None]
    # What a person painted gives way to nothing.
    negative |= painted & (trimap == CLEAR)
    atlas = number[person]  # [T, N, h, w]
    taps = _all_taps(iuv, atlas, tile)
    pictures = torch.from_numpy(rgb).permute(0, 3, 1, 2).float().div(255).contiguous()
    positive = torch.from_numpy(opaque)
    core = torch.from_numpy(deep_inside(opaque))
    texture = texel_colours(seen_texture(pictures, positive, taps), len(ids), tile)
    recognised = recognise(pictures, core, taps, *texture)
    people = len(ids)
    if solid.any():
        carried = whose_things(solid, opaque, order, recognised.numpy(), least)
        people = lay_things(iuv, atlas, carried)
        taps = _all_taps(iuv, atlas, tile)
        carried = torch.from_numpy(carried)
        positive, core = positive | carried, core | carried
        negative |= (carried.any(1, keepdim=True) & ~positive).numpy()
        texture = texel_colours(seen_texture(pictures, positive, taps), people, tile)
    at_taps = [
        [_at_taps(*layer) for layer in zip(*frame, strict=True)]
        for frame in zip(taps, iuv, atlas, strict=True)
    ]
    ids_at_taps = [[atlas_ids(values[:, 3], people) for values in frame] for frame in at_taps]
    found = recognised.to(torch.uint8)
    others = found.sum(1, keepdim=True, dtype=torch.uint8) > found  # someone else is seen here
    others[:, nobody] = False  # the background goes on behind people
    others &= ~torch.from_numpy(painted)
    return ClipTensors(
        rgb=pictures,
        positive=positive,
        core=core,
        negative=torch.from_numpy(negative) | (others & ~positive),
        clear=torch.from_numpy(trimap == CLEAR),
        texture=texture,
        noise=noise,
        evidence=torch.from_numpy(evidence.astype(np.float32)),
        least=torch.from_numpy(least.astype(np.float32)),
        owned=torch.from_numpy(attribute(least, opaque)),
        order=torch.from_numpy(order),
        iuv=at_taps,
        taps=taps,
        ids=ids_at_taps,
        unseen=unseen_colours(positive, taps, *texture, tile),
        people=people,
        dynamic=dynamic,
        tile=tile,
        plane=plane,
        median=median,
        seen=seen,
    )
