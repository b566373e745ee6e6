"""Layers at layer size, frame by frame, from the frozen renderer's at working size (4.4, A.2.2)."""

import functools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from retime.config import UpsampleSettings
from retime.layers.clip import Clip
from retime.layers.composite import over, transmittance
from retime.layers.detail import (
    HIDDEN_IN_GRAIN,
    covered_nearby,
    largest_nearby,
    tighten,
    transfer_detail,
)
from retime.layers.epochs import Epochs
from retime.layers.evidence import NOISE_LIMITS, evidence_against, least_alpha
from retime.layers.footage import Crop, CropStock, Footage
from retime.layers.full_size import FullSizeCanvas
from retime.layers.losses import beyond_demand, reconstruction, uncovered
from retime.layers.model import LayeredModel
from retime.layers.upsampler import Upsampler, enlarge
from retime.layers.validation import held_out

FAINTEST = 0.5 / 255  # no alpha above this is no layer at all in eight bits
# Frame and background are compared with so many pixels around a part for each pixel of blur.
RIM = 4
# Around what a layer shows, the network sees as many pixels as its eight convolutions reach.
REACH = 8
# What the upsampler sees of the full-size frame: its difference from the background, the alpha
# that this demands, and where the layer is in sight.
GUIDE_CHANNELS = 5

EVERYTHING = slice(None)
VALIDATION = 10**9  # in place of a step's number, where crops of frames held out are drawn


class View(NamedTuple):
    """A part of a frame at layer size, and what it says of layers before the background."""

    picture: Tensor  # [1, 3, H, W] in 0..1, the video
    background: Tensor  # [1, 3, H, W] in 0..1
    evidence: Tensor  # [1, H, W] in 0..1, how surely the picture is not the background
    least: Tensor  # [1, H, W] in 0..1, the least alpha that explains it


class LayerEnlarger:
    """Makes layers at layer size from the frozen renderer's.

    Args:
        footage: the video at layer size.
        clip: the clip at working size.
        model: trained, in inference mode.
        canvas: the background at layer size.
        settings: of stage ``upsample``.
        local: make a network whose result at a pixel depends on its neighbourhood alone.
        blur: of the comparison of frame and background, pixels.
    """

    def __init__(
        self,
        footage: Footage,
        clip: Clip,
        model: LayeredModel,
        canvas: FullSizeCanvas,
        settings: UpsampleSettings,
        local: bool = False,
        blur: float = 1.0,
    ) -> None:
        self.footage, self.clip, self.model = footage, clip, model
        self.canvas, self.settings = canvas, settings
        self.blur, self.rim = blur, math.ceil(RIM * blur)
        self.size = footage.size[::-1]  # height, width
        # Working pixels are means of several: their noise is less by the root of how many.
        self.noise = min(clip.noise * self.size[0] / clip.size[0], NOISE_LIMITS[1])
        inputs = 4 + model.atlas.texels.shape[1] + 1 + model.renderer.up[-1][0].out_channels
        if settings.guided:
            inputs += GUIDE_CHANNELS
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.network = Upsampler(
                inputs,
                settings.channels,
                settings.start == "identity",
                settings.residual_scale,
                local,
            ).to(memory_format=torch.channels_last)
        self.held = held_out(clip.frames) if settings.patience else []
        self.shown = [t for t in range(clip.frames) if t not in self.held]
        self.epochs = Epochs(len(self.shown), settings.batch, settings.seed)
        self.steps = self.epochs.steps(settings.epochs) if settings.epochs else settings.steps
        self.stock = CropStock(footage, self._rimmed_crops, self.steps)
        self.judged_from = 0  # the first step after which the network can be judged
        self.reach = math.ceil(self.size[0] / clip.size[0])  # of a matte, pixels
        self.first = 1 if model.canvas is None else 0  # row of the first person's pass

    @torch.no_grad()
    def maps(self, t: int) -> Tensor:
        """Return what the upsampler reads of frame ``t`` at working size, [L, inputs, h, w]."""
        x = self.model.inputs(self.clip, [t])
        rgba, features = self.model.passes(x, 1)
        return torch.cat([rgba[0], x, features[0]], 1)

    def around(self, rows: slice, columns: slice) -> tuple[slice, slice]:
        """Return a part of a frame with the rim that ``view`` needs, as far as there is one."""
        return tuple(
            slice(max(part.start - self.rim, 0), min(part.stop + self.rim, extent))
            for part, extent in zip((rows, columns), self.size, strict=True)
        )

    def ground(self, t: int) -> np.ndarray:
        """Return what frame ``t`` sees of the background, uint8 [H, W, 3]."""
        return self.canvas.plane.view(self.canvas.picture, t, self.size[::-1])

    def view(self, picture: np.ndarray, ground: np.ndarray, rows: slice, columns: slice) -> View:
        """Return a part of a frame and what it says.

        Args:
            picture: uint8, the frame ``around`` the part.
            ground: uint8, the background there.
            rows: of the part.
            columns: of the part.
        """
        evidence = evidence_against(picture, ground, self.noise, self.blur)
        maps = (picture, ground, evidence, least_alpha(picture, ground) * evidence)
        inner = within((rows, columns), self.around(rows, columns))
        picture, background, evidence, least = (m[inner] for m in maps)
        return View(
            as_tensor(picture),
            as_tensor(background),
            *(torch.from_numpy(np.ascontiguousarray(m))[None] for m in (evidence, least)),
        )

    def crops(self, step: int) -> list[Crop]:
        """Return frames and crops of a training step, drawn by step; in epochs, all in turn."""
        random = np.random.default_rng((self.settings.seed, step))
        in_turn = self.epochs.frames(step) if self.settings.epochs else None
        drawn = []
        for k in range(self.settings.batch if in_turn is None else len(in_turn)):
            shown = int(random.integers(len(self.shown))) if in_turn is None else in_turn[k]
            drawn.append(self.crop(self.shown[shown], random))
        return drawn

    def crop(self, t: int, random: np.random.Generator) -> Crop:
        """Draw a training crop of frame ``t``."""
        height, width = self.size
        side_y, side_x = min(self.settings.crop, height), min(self.settings.crop, width)
        top, left = self.place(t, random, height - side_y, width - side_x)
        return Crop(t, slice(top, top + side_y), slice(left, left + side_x))

    def place(
        self, t: int, random: np.random.Generator, lowest: int, rightmost: int
    ) -> tuple[int, int]:
        """Draw where in frame ``t`` a crop begins: a row up to ``lowest``, and a column."""
        return int(random.integers(lowest + 1)), int(random.integers(rightmost + 1))

    def _rimmed_crops(self, step: int) -> list[Crop]:
        return [Crop(t, *self.around(rows, columns)) for t, rows, columns in self.crops(step)]

    def sight(self, alpha: Tensor, order: Tensor) -> Tensor:
        """Return how much of each pass others let through, [L, H, W], for alpha [L, H, W]."""
        return transmittance(alpha[None, self.first :], order)[0, 1 - self.first :]

    def split(self, rgba: Tensor, view: View) -> tuple[Tensor, Tensor]:
        """Take people's layers [1, N, 4, H, W] and background [1, 3, H, W] from the passes."""
        return self.model.split(rgba, None if self.first else view.background)

    def guide(self, view: View, sight: Tensor) -> Tensor:
        """Return what the frame says of each layer, and where it is in sight, [N, 5, H, W].

        Args:
            view: of the part.
            sight: [N, H, W] in 0..1, how much of the layer others let through.
        """
        said = torch.cat([view.picture - view.background, view.least[:, None]], 1)
        return torch.cat([sight[:, None] * said, sight[:, None]], 1)

    def refine(self, maps: Tensor, guide: Tensor | None) -> Tensor:
        """Run the upsampler on those of the enlarged maps [N, inputs, H, W] that show anything."""
        shown = maps[:, 3].amax((1, 2)) > FAINTEST
        layers = maps[:, :4]
        if not shown.any():
            return layers
        if guide is not None:
            maps = torch.cat([maps, guide], 1)
        refined = self.network(maps[shown].contiguous(memory_format=torch.channels_last))
        if guide is not None:
            refined = self.confine(refined, layers[shown], guide[shown, -1:])
        return layers.index_put((shown.nonzero()[:, 0],), refined.contiguous())

    def confine(self, refined: Tensor, enlarged: Tensor, sight: Tensor) -> Tensor:
        """Keep refined layers to what the frame can tell of them.

        What a frame demands, it demands of no layer in particular: one layer would take over what
        belongs to another far from it. So mattes stay within a working pixel of what they were,
        and what others hide stays as it was.

        Args:
            refined: [N, 4, H, W].
            enlarged: [N, 4, H, W], what they were before.
            sight: [N, 1, H, W] in 0..1, how much of each layer others let through.
        """
        around = largest_nearby(enlarged[:, 3:], self.reach)
        alpha = torch.minimum(refined[:, 3:], around)
        return enlarged + sight * (torch.cat([refined[:, :3], alpha], 1) - enlarged)

    def loss(self, step: int) -> tuple[Tensor, Tensor]:
        """Return what is minimised on random crops, and the reconstruction error alone."""
        drawn = zip(self.crops(step), self.stock.of(step), strict=True)
        each = [self.crop_loss(crop, picture) for crop, picture in drawn]
        loss, recon = (torch.stack(values).mean() for values in zip(*each, strict=True))
        return loss, recon

    @functools.cached_property
    def validation(self) -> list[tuple[Crop, np.ndarray]]:
        """A crop of each frame that is held out, and the frame ``around`` it."""
        random = np.random.default_rng((self.settings.seed, VALIDATION))
        crops = [self.crop(t, random) for t in self.held]
        pictures = zip(crops, self.footage.read(self.held), strict=True)
        return [(c, p[self.around(c.rows, c.columns)].copy()) for c, p in pictures]

    @torch.no_grad()
    def validation_loss(self) -> float:
        """Return the mean loss on ``validation``."""
        return sum(self.crop_loss(*each)[0].item() for each in self.validation) / len(self.held)

    def crop_loss(self, crop: Crop, picture: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return what is minimised on a crop, and the reconstruction error alone.

        ``picture`` is the frame ``around`` it.

        The paper's only loss here is the reconstruction (A.1); guided by the frame, the losses by
        which the renderer's mattes follow the frame's demands serve at this size, too.
        """
        t, rows, columns = crop
        ground = self.ground(t)[self.around(rows, columns)]
        view, order = self.view(picture, ground, rows, columns), self.clip.order[t : t + 1]
        maps = enlarge(self.maps(t), self.size, rows, columns)
        guide = self.guide(view, self.sight(maps[:, 3], order)) if self.settings.guided else None
        layers, background = self.split(self.refine(maps, guide)[None], view)
        maps = maps[self.first :]
        recon = reconstruction(view.picture, over(layers, order, background))
        if not self.settings.guided:
            return recon, recon
        alpha = layers[:, :, 3]
        core = enlarge(self.clip.core[t][None].float(), self.size, rows, columns)
        free = (1 - core) * (1 - maps[None, :, 3])
        lacking = uncovered(view.least, alpha, faint_share=self.settings.cover_faint)
        demands = self.settings.cover * lacking
        # Reflections drown in a full-size frame's grain; means of its pixels still show them.
        means = enlarge(self.clip.least[t][None, None], self.size, rows, columns)[0]
        least = torch.maximum(view.least, means.clamp(max=HIDDEN_IN_GRAIN[0]))
        demands = demands + self.settings.haze * beyond_demand(least, alpha, free)
        return recon + demands, recon

    def parts(self, t: int, picture: np.ndarray) -> Iterator[tuple[int, int, Tensor]]:
        """Make the layers of frame ``t``, uint8 [H, W, 3], part by part.

        Yields:
            First row and column of a part, and its layers with detail, [N + 1, 4, h, w] in 0..1,
            background first.
        """
        yield 0, 0, self.layers(t, picture)

    @torch.no_grad()
    def layers(self, t: int, picture: np.ndarray) -> Tensor:
        """Return the layers of frame ``t`` with detail, [N + 1, 4, H, W], background first."""
        whole = tuple(slice(0, extent) for extent in self.size)
        view, order = self.view(picture, self.ground(t), *whole), self.clip.order[t : t + 1]
        maps = self.maps(t)
        alpha = enlarge(maps[:, 3:4], self.size)[:, 0]  # [N, H, W]
        sight = self.sight(alpha, order)
        passes = torch.zeros(1, len(maps), 4, *self.size)
        # One layer at a time, where it shows anything: memory and time are those of what is there.
        for n, box in enumerate(map(shown_box, alpha)):
            if box is None:
                continue
            if not self.settings.boxed:
                box = (EVERYTHING, EVERYTHING)
            rows, columns = box
            part = enlarge(maps[n : n + 1], self.size, rows, columns)
            guide = None
            if self.settings.guided:
                seen = View(*(m[..., rows, columns] for m in view))
                guide = self.guide(seen, sight[n : n + 1, rows, columns])
            passes[:, n, :, rows, columns] = self.refine(part, guide)
        layers, background = self.split(passes, view)
        if self.settings.tighten:
            core = enlarge(self.clip.core[t][None].float(), self.size)
            layers = tighten(layers, order, view.evidence, core)
        if not self.settings.detail_transfer:
            opaque = torch.cat([background, torch.ones_like(background[:, :1])], 1)
            return torch.cat([opaque, layers[0]])
        covered = covered_nearby(layers[:, :, 3], order, self.margin)
        return transfer_detail(
            layers, order, background, view.picture, covered, self.settings.detail_background
        )[0]

    @property
    def margin(self) -> int:
        """Pixels around mattes in which the background gets no detail."""
        return round(self.settings.detail_margin * self.size[1])


def as_tensor(picture: np.ndarray) -> Tensor:
    """Turn uint8 [H, W, 3] into [1, 3, H, W] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def within(part: tuple[slice, slice], around: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return where a part of a picture lies in a larger part of it."""
    return tuple(
        slice(inner.start - outer.start, inner.stop - outer.start)
        for inner, outer in zip(part, around, strict=True)
    )


def shown_box(alpha: Tensor) -> tuple[slice, slice] | None:
    """Return rows and columns of what shows of ``alpha`` [H, W], and a rim; None: nothing."""
    shown = alpha > FAINTEST
    rows, columns = shown.any(1).nonzero()[:, 0], shown.any(0).nonzero()[:, 0]
    if not len(rows):
        return None
    return tuple(
        slice(max(int(places[0]) - REACH, 0), int(places[-1]) + 1 + REACH)
        for places in (rows, columns)
    )
