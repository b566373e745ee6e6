"""A renderer without layers: all people's textures in, one picture out (section 6.4.2).

After deferred neural rendering (Thies et al. 2019). An edit is made in the input, where a person's
texture is left out, and not in what comes out.
"""

import numpy as np
import torch
from torch import Tensor

from retime.config import TrainSettings
from retime.layers.clip_tensors import ClipTensors
from retime.layers.epochs import Epochs
from retime.layers.losses import reconstruction
from retime.layers.model import LayeredModel
from retime.layers.renderer import settle_statistics
from retime.layers.training import to_bytes
from retime.progress import Progress


class NonLayered:
    """The paper's renderer and textures, trained by Eq. 3 alone on whole pictures.

    Args:
        clip: the clip.
        settings: of stage ``train``; the background has to be a pass of the network.
    """

    def __init__(self, clip: ClipTensors, settings: TrainSettings) -> None:
        self.clip, self.settings = clip, settings
        self.model = LayeredModel(clip, settings)

    def inputs(self, frames: list[int], without: int | None = None) -> Tensor:
        """Return all textures one over the other as the frames' order says, [B, C, h, w].

        Args:
            frames: B of them.
            without: a layer to be left out, from 0.
        """
        passes = self.model.inputs(self.clip, frames).unflatten(0, (len(frames), -1))
        whole = []
        for b, t in enumerate(frames):
            shown = passes[b, 0]  # the background; people's passes hold it around them
            for number in self.clip.order[t].tolist():
                person = passes[b, number]
                if number - 1 != without:
                    shown = torch.where(person[-1:] > 0, person, shown)
            whole.append(shown)
        return torch.stack(whole).contiguous(memory_format=torch.channels_last)

    def train(self) -> None:
        """Fit it to the frames, for as many epochs as the settings say."""
        s = self.settings
        epochs = Epochs(self.clip.frames, s.batch, s.seed)
        optimiser = torch.optim.Adam(self.model.parameters(), lr=s.learning_rate, fused=True)
        steps = epochs.steps(s.epochs) if s.epochs else s.steps
        progress = Progress("without layers", steps, 0)
        for step in range(steps):
            frames = epochs.frames(step)
            picture = self.model.renderer(self.inputs(frames))[0][:, :3]
            loss = reconstruction(self.clip.rgb[frames], picture)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            progress.advance(note=f"reconstruction {loss.item():.4f}")
        progress.finish()
        with torch.no_grad():
            inputs = [self.inputs([t]) for t in range(self.clip.frames)]
        settle_statistics(self.model.renderer, inputs)

    @torch.no_grad()
    def frames(self, without: int | None = None) -> np.ndarray:
        """Render all frames, uint8 [T, h, w, 3]; ``without`` as in ``inputs``."""
        rendered = [
            self.model.renderer(self.inputs([t], without))[0][:, :3]
            for t in range(self.clip.frames)
        ]
        return to_bytes(torch.cat(rendered))
