"""The renderer compiled by torch for a training, as far as that can be done."""

import sys

import torch
from torch import Tensor

from retime.layers.renderer import Renderer


class CompiledRenderer:
    """Does as a renderer does, compiled; where that fails, says so and goes on without.

    What a machine lacks (a compiler, a GPU's kernels) shows only when it is called, and for each
    size of its input anew.
    """

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        # Sizes are few. Compiled for all sizes at once, torch 2.13 fails at the padding.
        self.compiled = torch.compile(renderer, dynamic=False)

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Render; see ``Renderer``."""
        from torch._dynamo.exc import TorchDynamoException  # takes a second

        if self.compiled is not None:
            try:
                return self.compiled(x)
            except TorchDynamoException as error:
                self.compiled = None
                reason = " ".join(str(error).strip().split("\n\n")[0].split())
                print(f"torch.compile failed ({reason}); goes on without", file=sys.stderr)
        return self.renderer(x)
