"""A clip at working size as tensors: all that training reads, prepared once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from retime.artifacts import Frames, Seeds
from retime.errors import InputError
from retime.layers.attribution import attribute
from retime.layers.canvas import CanvasPlane
from retime.layers.ground import background_median
from retime.layers.solid import solid_things
from retime.layers.texture import Taps, atlas_taps, texel_colours
from retime.layers.things import lay_things, whose_things
from retime.layers.trimap import CLEAR, OPAQUE

# Margin around people that the background's median leaves out, share of the frame's width.
MARGIN = 0.06
# The same of what is taken for the bodies alone, where no more of the background is to be had.
OUTLINE = 0.025
# How far inside its outline a UV map is surely the person, share of the frame's width.
EDGE = 0.01
# A person's pixel is recognised within this of their texture (largest channel, 0..1).
RECOGNISED = 0.15
# How much frames differ from the background where nobody is (0..1, largest difference of the three
# channels): this quantile of it, within these limits. Reflections in a floor differ by hardly
# more than a clean video's grain; a hand-held camera's leftovers would be taken for effects.
NOISE_QUANTILE, NOISE_LIMITS = 0.75, (0.005, 0.02)
# A pixel that differs by less than the noise is explained by the background, by more than this
# many times the noise it is not.
UNEXPLAINED = 3.0
# Under a moving camera the canvas is finer than the frames, along each side, if there are frames to
# gather it from.
FINE = 2
# A pixel that differs by less than this many times the noise, in itself, is nothing but background.
GROUND = 1.5


@dataclass(frozen=True)
class ClipTensors:
    """The clip as training sees it: T frames, N layers, h x w pixels."""

    rgb: Tensor  # float32 [T, 3, h, w] in 0..1
    positive: Tensor  # bool [T, N, h, w], the trimap says opaque
    core: Tensor  # bool [T, N, h, w], opaque and not close to the edge of it
    negative: Tensor  # bool [T, N, h, w], clear, and the background explains the frame there
    noise: float  # how much frames differ from the background where nobody is, 0..1
    clear: Tensor  # bool [T, N, h, w], the trimap says clear
    evidence: Tensor  # float32 [T, h, w] in 0..1, how little the background explains the frame
    least: Tensor  # float32 [T, h, w] in 0..1, least alpha with which layers can explain it
    owned: Tensor  # float32 [T, N, h, w] in 0..1, how well each layer's motion explains that
    order: Tensor  # int64 [T, N], layer numbers back to front
    taps: list[list[Taps]]  # [T][N]
    ids: list[list[Tensor]]  # [T][N], float32 [K], person id in 0..1 at each tap's pixel
    people: int
    dynamic: int | None  # layer of the dynamic background, from 0
    tile: int
    texture: tuple[Tensor, Tensor]  # mean colour of each texel [M, 3], and whether it was seen;
    # always in main memory
    plane: CanvasPlane
    median: np.ndarray  # uint8 [hc, wc, 3]
    seen: np.ndarray  # float32 [hc, wc], share of frames that showed the canvas uncovered
    held_grids: dict[bool, Tensor] | None = None  # see ``all_grids``

    @property
    def frames(self) -> int:
        """Return the number of frames, T."""
        return len(self.rgb)

    @property
    def layers(self) -> int:
        """Return the number of layers without the background, N."""
        return self.order.shape[1]

    @property
    def size(self) -> tuple[int, int]:
        """Return height and width of the frames."""
        return tuple(self.rgb.shape[-2:])

    def fingerprint(self) -> str:
        """Return a digest of everything that training depends on."""
        digest = hashlib.sha256()
        for tensor in (
            self.rgb,
            self.positive,
            self.negative,
            self.clear,
            self.evidence,
            self.least,
            self.owned,
            self.order,
        ):
            digest.update(str(tuple(tensor.shape)).encode())
            digest.update(tensor.contiguous().numpy().tobytes())
        for row in self.taps:
            for taps in row:
                digest.update(taps.texels.numpy().tobytes())
        digest.update(np.ascontiguousarray(self.plane.homographies).tobytes())
        digest.update(str((self.plane.size, self.people, self.tile, self.dynamic)).encode())
        return digest.hexdigest()

    def grids(self, frames: list[int]) -> Tensor | None:
        """Return how ``frames`` sample the canvas, as fine as it is, or None if it is still."""
        return None if self.plane.still else self.ground_grids(frames, fine=True)

    def ground_grids(self, frames: Sequence[int], fine: bool = False) -> Tensor:
        """Return the background's UV maps, in -1..1, [B, h, w, 2] (section 4.2).

        The xy grid of the canvas, carried through each frame's homography; ``fine``, as many
        times larger as the canvas is finer.
        """
        if self.held_grids is not None:
            return of_frames(self.held_grids[fine], frames)
        return torch.stack([self.plane.grid(t, self.size[::-1], fine) for t in frames])

    def all_grids(self) -> dict[bool, Tensor]:
        """Return the ``ground_grids`` of all frames, by whether they are fine."""
        grids = self.ground_grids(range(self.frames))
        fine = self.plane.fine > 1
        return {False: grids, True: self.ground_grids(range(self.frames), True) if fine else grids}

    def on(self, device: torch.device) -> "ClipTensors":
        """Return the clip with all that training reads on ``device``, to stay there."""
        if device == self.rgb.device:
            return self
        moved = {n: v.to(device) for n, v in vars(self).items() if isinstance(v, Tensor)}
        return replace(
            self,
            **moved,
            taps=[[taps.on(device) for taps in row] for row in self.taps],
            ids=[[ids.to(device) for ids in row] for row in self.ids],
            held_grids={fine: grids.to(device) for fine, grids in self.all_grids().items()},
        )


def of_frames(maps: Tensor, frames: Sequence[int]) -> Tensor:
    """Return what ``maps`` [T, ...] hold of ``frames``, [B, ...].

    A list of numbers as an index would have to be brought to the maps' device, which then waits.
    """
    return torch.stack([maps[t] for t in frames])


def _seen_texture(
    rgb: Tensor, positive: Tensor, taps: list[list[Taps]]
) -> list[tuple[Taps, Tensor]]:
    """Return, for each frame and layer, its taps where nobody else is, with the colours."""
    visible = []
    for t, row in enumerate(taps):
        bodies = positive[t].sum(0).flatten()  # [h w], how many people
        colours = rgb[t].flatten(1)
        for tap in row:
            alone = bodies[tap.pixels] == 1
            mine = Taps(tap.pixels[alone], tap.texels[alone], tap.weights[alone])
            visible.append((mine, colours[:, mine.pixels].T))
    return visible


def _recognised(
    rgb: Tensor, core: Tensor, taps: list[list[Taps]], colours: Tensor, known: Tensor
) -> Tensor:
    """Tell where a person can be seen by their own texture, bool [T, N, h, w].

    Where two people cross, a layer could also paint the other one. Pixels deep inside a
    person's UV map that have the colour their texture has in other frames show that person.
    """
    seen = torch.zeros_like(core)
    for t, row in enumerate(taps):
        frame = rgb[t].flatten(1)
        for n, tap in enumerate(row):
            expected = (colours[tap.texels] * tap.weights[..., None]).sum(1)  # [K, 3]
            whole = known[tap.texels].all(1)
            alike = (frame[:, tap.pixels].T - expected).abs().amax(1) < RECOGNISED
            seen[t, n].view(-1)[tap.pixels] = alike & whole
    return seen & core


def noise_level(frames: np.ndarray, backgrounds: list[np.ndarray], clear: np.ndarray) -> float:
    """Measure how much frames differ from their background where nobody is.

    Args:
        frames: uint8 [T, h, w, 3].
        backgrounds: uint8 [h, w, 3], what each frame sees of the background.
        clear: bool [T, h, w], far from all people.

    Returns:
        The level in 0..1, within ``NOISE_LIMITS``.
    """
    differences = [
        np.abs(frame.astype(np.int16) - background.astype(np.int16)).max(-1)[here]
        for frame, background, here in zip(frames, backgrounds, clear, strict=True)
    ]
    everywhere = np.concatenate(differences)
    level = np.quantile(everywhere, NOISE_QUANTILE) / 255 if len(everywhere) else NOISE_LIMITS[1]
    return float(np.clip(level, *NOISE_LIMITS))


def evidence_against(
    frame: np.ndarray, background: np.ndarray, noise: float, blur: float = 1.0
) -> np.ndarray:
    """Return float32 [h, w] in 0..1: how surely ``frame`` is not ``background`` (uint8).

    ``noise`` is what ``noise_level`` measured; ``blur`` a Gaussian's standard deviation in pixels.
    """
    difference = np.abs(frame.astype(np.float32) - background.astype(np.float32)) / 255
    # A little blur, so that grain and edges half a pixel off are not taken for effects.
    difference = cv2.GaussianBlur(difference, (0, 0), blur).max(-1)
    ramp = np.clip((difference - noise) / (UNEXPLAINED * noise - noise), 0, 1)
    return ramp * ramp * (3 - 2 * ramp)


def is_ground(frame: np.ndarray, background: np.ndarray, noise: float) -> np.ndarray:
    """Return bool [h, w]: where ``frame`` shows the ``background`` and nothing else (uint8).

    Pixel by pixel: between an arm and the trunk, a gap of a pixel or two is ground, where
    ``evidence_against``, which looks about, sees the arm.
    """
    difference = np.abs(frame.astype(np.int16) - background.astype(np.int16)).max(-1)
    return difference < GROUND * noise * 255


def least_alpha(frame: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Return the least alpha of a layer over ``background`` that can make it ``frame``.

    From I = a C + (1 - a) B with C in 0..1 follows a >= (I - B) / (1 - B) where the frame is
    brighter, and a >= (B - I) / B where it is darker; the channel that asks for most decides.
    For a shadow, which adds no light of its own, this is its alpha exactly.

    Args:
        frame: uint8 [h, w, 3].
        background: uint8 [h, w, 3].

    Returns:
        float32 [h, w] in 0..1.
    """
    i, b = frame.astype(np.float32) / 255, background.astype(np.float32) / 255
    # Near black and white, grain alone would ask for an opaque layer.
    brighter = (i - b) / np.maximum(1 - b, 0.1)
    darker = (b - i) / np.maximum(b, 0.1)
    return np.maximum(brighter, darker).max(-1).clip(0, 1)


def grow(mask: np.ndarray, width: float) -> np.ndarray:
    """Return bool [h, w] ``mask`` grown by ``width`` pixels all in all."""
    side = 2 * round(width / 2) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.astype(np.uint8), disc) > 0


def _core(positive: np.ndarray) -> np.ndarray:
    """Return ``positive``, bool [T, N, h, w], less an edge as wide as UV maps are uncertain."""
    side = 2 * max(1, round(EDGE * positive.shape[-1])) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    eroded = [cv2.erode(m.astype(np.uint8), disc) > 0 for f in positive for m in f]
    return np.stack(eroded).reshape(positive.shape)


def _resized(video: Frames, size: tuple[int, int]) -> np.ndarray:
    """Return the frames at ``size``, width and height; uint8 [T, h, w, 3]."""
    return np.stack([cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in video.rgb])


def _all_taps(iuv: np.ndarray, atlas: np.ndarray, tile: int) -> list[list[Taps]]:
    """Return the taps of all frames and layers, for numbers of atlases [T, N, h, w]."""
    return [
        [atlas_taps(*layer, tile) for layer in zip(*frame, strict=True)]
        for frame in zip(iuv, atlas, strict=True)
    ]


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
        solid = np.stack([solid_things(*pair, demand, body) for pair, demand, body in each])
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
    core = torch.from_numpy(_core(opaque))
    texture = texel_colours(_seen_texture(pictures, positive, taps), len(ids), tile)
    recognised = _recognised(pictures, core, taps, *texture)
    people = len(ids)
    if solid.any():
        carried = whose_things(solid, opaque, order, recognised.numpy())
        people = lay_things(iuv, atlas, carried)
        taps = _all_taps(iuv, atlas, tile)
        carried = torch.from_numpy(carried)
        positive, core = positive | carried, core | carried
        negative |= (carried.any(1, keepdim=True) & ~positive).numpy()
        texture = texel_colours(_seen_texture(pictures, positive, taps), people, tile)
    shares = [
        [torch.from_numpy(a.reshape(-1)[tap.pixels.numpy()] / np.float32(people))
         for a, tap in zip(*row, strict=True)]
        for row in zip(atlas, taps, strict=True)
    ]  # fmt: skip
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
        taps=taps,
        ids=shares,
        people=people,
        dynamic=dynamic,
        tile=tile,
        plane=plane,
        median=median,
        seen=seen,
    )
