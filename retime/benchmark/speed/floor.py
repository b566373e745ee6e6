"""What the paper's training costs at least, by arithmetic alone: operations and bytes."""

from typing import NamedTuple

from torch import nn

from retime.layers.renderer import Renderer


class Floor(NamedTuple):
    """A training step's least operations and bytes, and what a machine could do with them."""

    operations: float  # of the convolutions, there and back
    bytes: float  # to memory and from it
    compute_ms: float
    memory_ms: float
    minutes: float  # of all steps, by the slower of the two


class Machine(NamedTuple):
    """What a machine does at best."""

    name: str
    operations: float  # a second
    bytes: float  # a second


# NVIDIA's data sheet of the H100 SXM: dense bfloat16 and HBM3.
H100 = Machine("H100 SXM", 989e12, 3.35e12)
# Each value of a feature map is written and read on the way there, read again on the way back, and
# its gradient written and read once: a norm and an activation joined with a convolution add none.
TRANSFERS = 5
VALUE, WEIGHT = 2, 28  # bytes of a bfloat16; Adam reads weight, gradient, two means, writes three


def paper_floor(
    people: int, frames: int, batch: int = 32, epochs: int = 2500, machine: Machine = H100
) -> Floor:
    """Return the floor of the paper's training: 448x256, 64 channels (A.1, A.2.1).

    Args:
        people: layers beside the background, which is a pass of the network, too.
        frames: of the clip.
        batch: frames a step.
        epochs: passes over the clip.
        machine: what it runs on.
    """
    renderer = Renderer(17, 64).to("meta")
    macs, values = _pass_of(renderer, (448, 256))
    passes = batch * (people + 1)
    # Gradients take as much as the way there for the inputs and again for the weights.
    operations = 3 * 2 * macs * passes
    weights = sum(p.numel() for p in renderer.parameters())
    moved = TRANSFERS * VALUE * values * passes + WEIGHT * weights
    compute, memory = operations / machine.operations, moved / machine.bytes
    steps = epochs * -(-frames // batch)
    return Floor(operations, moved, 1e3 * compute, 1e3 * memory, steps * max(compute, memory) / 60)


def _pass_of(renderer: Renderer, size: tuple[int, int]) -> tuple[float, float]:
    """Return multiplications of one pass at ``size`` (width, height), and values of its maps."""
    width, height = size
    macs, values = 0.0, 0.0
    scale = 1.0  # area of a layer's output, share of the frame's
    layers = [*renderer.down, *renderer.middle, *renderer.up, renderer.head]
    for layer in layers:
        convolution = layer if isinstance(layer, nn.Conv2d) else layer[0]
        kernel = convolution.in_channels * convolution.out_channels * 16
        if isinstance(convolution, nn.ConvTranspose2d):
            scale *= 4
            kernel //= 4  # of 4x4 weights each output sees 2x2
        elif convolution.stride == (2, 2):
            scale /= 4
        macs += kernel * scale * width * height
        values += convolution.out_channels * scale * width * height
    return macs, values
