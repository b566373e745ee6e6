"""Training pairs and the network's answers beside each other, for people to judge."""

import numpy as np
import torch

from retime.body.evaluation import predict
from retime.body.network import KeypointToUV, choose_parts, uv_under
from retime.body.preview import colour_parts, colour_uv
from retime.body.synthesis import Pairs


def sheet(pairs: Pairs, network: KeypointToUV | None = None, columns: int = 2) -> np.ndarray:
    """Draw pairs side by side: skeleton, true parts, true UV.

    Args:
        pairs: B pairs of side S.
        network: if given, its parts and UV stand right of the truth.
        columns: pairs beside each other.

    Returns:
        [rows * S, columns * panels * S, 3] uint8 RGB.
    """
    panels = [pairs.skeletons, colour_parts(pairs.parts), colour_uv(pairs.parts, pairs.uv)]
    if network:
        with torch.inference_mode():
            logits, uv = predict(network, pairs)
        part = choose_parts(logits)
        chosen = uv_under(part, uv).clamp(0, 1).permute(0, 2, 3, 1).numpy()
        panels += [colour_parts(part.numpy()), colour_uv(part.numpy(), chosen)]
    strips = np.concatenate(panels, axis=2)  # [B, S, panels * S, 3]
    rows = -(-len(strips) // columns)
    filled = np.zeros((rows * columns, *strips.shape[1:]), np.uint8)
    filled[: len(strips)] = strips
    grid = filled.reshape(rows, columns, *strips.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * strips.shape[1], columns * strips.shape[2], 3)
