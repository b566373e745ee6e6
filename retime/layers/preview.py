"""Pictures of a decomposition for the report: a contact sheet and the loss curves."""

from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Decomposition, Layers
from retime.atomic import replacing
from retime.layers.canvas import CanvasPlane
from retime.layers.composite import over_pictures
from retime.video.pictures import write_picture

COLUMNS = 5  # moments of the clip on a sheet
TILE_WIDTH = 256  # pixels
LABEL_HEIGHT = 18  # pixels
SQUARE = 8  # side of the checkerboard's squares, pixels
STRIPE, STRIPE_COLOUR = 6, (255, 0, 200)  # across ground that is made up: spacing in pixels, RGB


def checkerboard(height: int, width: int) -> np.ndarray:
    """Return the grey checkerboard [H, W, 3] uint8 over which transparent pictures are shown."""
    y, x = np.mgrid[0:height, 0:width] // SQUARE
    return np.repeat(np.where((x + y) % 2, 110, 150).astype(np.uint8)[..., None], 3, -1)


def _labelled(tile: np.ndarray, text: str) -> np.ndarray:
    strip = np.full((LABEL_HEIGHT, tile.shape[1], 3), 24, np.uint8)
    place, font = (4, LABEL_HEIGHT - 5), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(strip, text, place, font, 0.4, (220, 220, 220), 1, cv2.LINE_AA)
    return np.concatenate([strip, tile])


def _marked(picture: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """Draw stripes over the part of a picture [H, W, 3] that ``filled``, bool [H, W], says."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    stripes = filled & ((x + y) % STRIPE == 0)
    return np.where(stripes[..., None], np.array(STRIPE_COLOUR, np.uint8), picture)


def layer_sheet(layers: Layers) -> np.ndarray:
    """Lay out a contact sheet, uint8 RGB.

    A column for each of some moments of the clip; rows: all layers together, the background with
    stripes where no frame shows it, then each layer over a checkerboard.
    """
    count, height, width = layers.rgba.shape[1:4]
    plane = CanvasPlane.at(
        (width, height),
        tuple(layers.source_size),
        tuple(layers.canvas_bounds),
        layers.homographies[:],
    )
    filled = layers.filled[:].astype(np.uint8)
    size = (TILE_WIDTH, round(TILE_WIDTH * height / width))
    board = checkerboard(size[1], size[0])
    columns = []
    for t in np.linspace(0, count - 1, min(COLUMNS, count)).round().astype(int):
        pictures = np.stack([layers.picture(n, t) for n in range(len(layers.names) + 1)])
        together = over_pictures(pictures[0, ..., :3].copy(), list(pictures[1:]), layers.order[t])
        small = cv2.resize(together, size, interpolation=cv2.INTER_AREA)
        tiles = [_labelled(small, f"frame {t}: all layers")]
        back = cv2.resize(pictures[0, ..., :3], size, interpolation=cv2.INTER_AREA)
        made_up = cv2.resize(plane.view(filled, t, (width, height)), size) > 0
        tiles.append(_labelled(_marked(back, made_up), "background"))
        for name, rgba in zip(layers.names, pictures[1:], strict=True):
            # Colours are averaged by how much of them there is, so edges do not darken.
            alpha = rgba[..., 3:].astype(np.float32) / 255
            full = np.concatenate([rgba[..., :3] * alpha, alpha], -1)
            seen = cv2.resize(full, size, interpolation=cv2.INTER_AREA)
            tile = seen[..., :3] + board * (1 - seen[..., 3:])
            tiles.append(_labelled(tile.round().clip(0, 255).astype(np.uint8), name))
        columns.append(np.concatenate(tiles))
    return np.concatenate(columns, 1)


def preview_layers(layers: Path, out: Path) -> None:
    """Write the contact sheet of ``layers.h5`` as a PNG."""
    with Layers.open(layers) as artifact:
        write_picture(out, layer_sheet(artifact))


def preview_losses(decomposition: Path, out: Path) -> None:
    """Write the loss curves of ``decomposition.h5`` as a PNG: each loss against the epoch."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    with Decomposition.open(decomposition) as trained:
        losses, clip = trained.losses[:], trained.clip
    window = max(1, len(losses) // 200)
    whole = losses[: len(losses) // window * window].reshape(-1, window, 5).mean(1)
    names = ("total", "reconstruction", "mask", "sparsity")
    figure, axes = plt.subplots(1, 4, figsize=(14, 3), constrained_layout=True)
    for axis, name, values in zip(axes, names, whole.T[1:], strict=True):
        axis.semilogy(whole[:, 0], np.maximum(values, 1e-6), linewidth=1)
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
    figure.suptitle(f"{clip}: training losses", fontsize=10)
    with replacing(out) as partial:
        figure.savefig(partial, dpi=100, metadata={"Software": None})
    plt.close(figure)
