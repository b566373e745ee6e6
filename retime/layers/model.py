"""The layered model of a clip: textures, background and renderer (section 4.2)."""

import torch
from torch import Tensor, nn

from retime.config import TrainSettings
from retime.layers.clip import Clip
from retime.layers.coarse import CoarseClip
from retime.layers.compiling import CompiledRenderer
from retime.layers.dynamic import DynamicBackground
from retime.layers.learned_canvas import Canvas
from retime.layers.renderer import Renderer
from retime.layers.texture import Atlas

# Under a moving camera the background's median is blurred by what homographies leave over, so
# training may touch all of it.
MOVING_CAMERA_DOUBT = 0.3


class LayeredModel(nn.Module):
    """All that is learned from one clip.

    The renderer makes L layers of a frame: the N people's, and the background before them where
    that is a pass of the network, too.

    Args:
        clip: the clip, for its sizes and where its background starts.
        settings: of stage ``train``.
    """

    def __init__(self, clip: Clip, settings: TrainSettings) -> None:
        super().__init__()
        self.compiled: CompiledRenderer | None = None  # taken in training, if there is one
        generator = torch.Generator().manual_seed(settings.seed)
        in_network = settings.background == "network"
        self.atlas = Atlas(
            clip.people,
            settings.texture_channels,
            clip.tile,
            generator,
            spread=settings.texture_spread,
            ground=in_network,
        )
        self.dynamic = None
        if clip.dynamic is not None:
            self.dynamic = DynamicBackground(clip, settings.texture_channels, generator)
        floor = 0.0 if clip.plane.still else MOVING_CAMERA_DOUBT
        self.canvas = None if in_network else Canvas(clip.median, clip.seen, floor, clip.plane.fine)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.renderer = Renderer(
                settings.texture_channels + 1,
                settings.channels,
                settings.alpha_bias,
                settings.colour_bias,
                settings.alpha_reach,
                settings.colour_skip,
                settings.renderer == "released",
                settings.input_skip,
                settings.least_slope,
            ).to(memory_format=torch.channels_last)

    @property
    def in_place(self) -> bool:
        """Whether all input comes from people's taps, so that it can be sampled at any size."""
        return self.canvas is not None and self.dynamic is None

    def inputs(self, clip: Clip | CoarseClip, frames: list[int]) -> Tensor:
        """Return the renderer's input for all layers of ``frames``, [B * L, C, h, w].

        Where the background is a pass of the network, people's textures lie over its own, as in
        the paper. Where it is a canvas, a layer's input holds nothing of it: a renderer that sees
        the ground can copy it into a layer, and a shadow then comes out opaque. A coarse clip
        will do where the model is ``in_place``.
        """
        taps = [tap for t in frames for tap in clip.taps[t]]
        ids = [i for t in frames for i in clip.ids[t]]
        x = self.atlas(taps, ids, clip.size)
        if self.dynamic is not None:
            layers = list(x.unflatten(0, (len(frames), -1)).unbind(1))  # N of [B, C, h, w]
            layers[clip.dynamic] = self.dynamic(clip.ground_grids(frames), frames)
            x = torch.stack(layers, 1).flatten(0, 1)
        if self.canvas is None:
            ground = self._ground_input(clip.ground_grids(frames))[:, None]  # [B, 1, C, h, w]
            people = x.unflatten(0, (len(frames), -1))  # [B, N, C, h, w]
            x = torch.cat([ground, torch.where(people[:, :, -1:] > 0, people, ground)], 1)
            x = x.flatten(0, 1)
        return x.contiguous(memory_format=torch.channels_last)

    def _ground_input(self, grids: Tensor) -> Tensor:
        """Return the background's texture and, last, its id of 0, [B, C, h, w]."""
        return nn.functional.pad(self.atlas.ground(grids), (0, 0, 0, 0, 0, 1))

    def background(self, clip: Clip, frames: list[int]) -> Tensor | None:
        """Return the canvas as ``frames`` see it, [B, 3, h, w]; None where there is none."""
        return None if self.canvas is None else self.canvas(clip.grids(frames), len(frames))

    def passes(self, x: Tensor, frames: int) -> tuple[Tensor, Tensor]:
        """Render inputs [B * L, C, h, w].

        Returns:
            RGBA [B, L, 4, h, w], the background's alpha 1, and the renderer's features
            [B, L, channels, h, w].
        """
        renderer = self.renderer if self.compiled is None or not self.training else self.compiled
        rgba, features = (y.unflatten(0, (frames, -1)) for y in renderer(x))
        if self.canvas is None:
            ground = torch.cat([rgba[:, :1, :3], torch.ones_like(rgba[:, :1, 3:])], 2)
            rgba = torch.cat([ground, rgba[:, 1:]], 1)
        return rgba, features

    def split(self, rgba: Tensor, background: Tensor | None) -> tuple[Tensor, Tensor]:
        """Take the passes [B, L, 4, h, w] apart.

        Args:
            rgba: of ``passes``.
            background: of ``background``.

        Returns:
            The people's layers [B, N, 4, h, w], and the background behind them [B, 3, h, w].
        """
        return (rgba[:, 1:], rgba[:, 0, :3]) if background is None else (rgba, background)

    @torch.no_grad()
    def picture(self, clip: Clip) -> Tensor:
        """Return the whole background on its canvas, [3, hc, wc] in 0..1; for inference."""
        if self.canvas is not None:
            return self.canvas.picture()[0]
        width, height = clip.plane.size
        x, y = torch.linspace(-1, 1, width), torch.linspace(-1, 1, height)
        grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)[None]  # [1, hc, wc, 2]
        return self.renderer(self._ground_input(grid))[0][0, :3]
