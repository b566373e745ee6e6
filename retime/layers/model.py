"""The layered model of a clip: textures, background canvas and renderer (section 4.2)."""

import torch
from torch import Tensor, nn

from retime.config import TrainSettings
from retime.layers.canvas import Canvas
from retime.layers.clip_tensors import ClipTensors
from retime.layers.renderer import Renderer
from retime.layers.texture import Atlas

# Under a moving camera the background's median is blurred by what homographies leave over, so
# training may touch all of it.
MOVING_CAMERA_DOUBT = 0.3


class LayeredModel(nn.Module):
    """All that is learned from one clip.

    Args:
        clip: the clip, for its sizes and where its background starts.
        settings: of stage ``train``.
    """

    def __init__(self, clip: ClipTensors, settings: TrainSettings) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(settings.seed)
        self.atlas = Atlas(clip.people, settings.texture_channels, clip.tile, generator)
        floor = 0.0 if clip.plane.still else MOVING_CAMERA_DOUBT
        self.canvas = Canvas(clip.median, clip.seen, floor)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.renderer = Renderer(
                settings.texture_channels + 1,
                settings.channels,
                settings.alpha_bias,
                settings.colour_bias,
                settings.alpha_reach,
                settings.colour_skip,
            ).to(memory_format=torch.channels_last)

    def inputs(self, clip: ClipTensors, frames: list[int]) -> Tensor:
        """Return the renderer's input for all layers of ``frames``, [B * N, C, h, w].

        Unlike in the paper a layer's input holds nothing of the background: a renderer that sees
        the ground can copy it into a layer, and a shadow then comes out opaque.
        """
        taps = [tap for t in frames for tap in clip.taps[t]]
        ids = [i for t in frames for i in clip.ids[t]]
        x = self.atlas(taps, ids, clip.size)
        return x.contiguous(memory_format=torch.channels_last)

    def background(self, clip: ClipTensors, frames: list[int]) -> Tensor:
        """Return the background that ``frames`` see, [B, 3, h, w]."""
        return self.canvas(clip.grids(frames), len(frames))

    def layers(self, x: Tensor, frames: int) -> tuple[Tensor, Tensor]:
        """Render inputs [B * N, C, h, w].

        Returns:
            Layers [B, N, 4, h, w] and the renderer's features [B, N, channels, h, w].
        """
        rgba, features = self.renderer(x)
        return rgba.unflatten(0, (frames, -1)), features.unflatten(0, (frames, -1))
