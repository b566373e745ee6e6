"""Detail transfer: give each layer what the renderer missed of the video (section 4.4)."""

from torch import Tensor

from retime.layers.composite import over, transmittance


def transfer_detail(layers: Tensor, order: Tensor, background: Tensor, frame: Tensor) -> Tensor:
    """Add to each layer its share of the difference between video and composite (Eq. 9, 10).

    The share is the layer's transmittance, what the layers in front of it let through: an
    opaque pixel with nothing in front becomes the video's own, and what is hidden stays as the
    renderer made it.

    Args:
        layers: [B, N, 4, H, W] in 0..1, straight alpha.
        order: int64 [B, N], layer numbers 1..N back to front.
        background: [B, 3, H, W].
        frame: [B, 3, H, W], the video.

    Returns:
        [B, N + 1, 4, H, W] in 0..1: the background first, its alpha 1.
    """
    residual = frame - over(layers, order, background)  # [B, 3, H, W]
    tau = transmittance(layers[:, :, 3], order)  # [B, N + 1, H, W]
    opaque = background.new_ones(background.shape[0], 1, *background.shape[-2:])
    everything = layers.new_empty(
        layers.shape[0], layers.shape[1] + 1, *layers.shape[2:]
    )  # [B, N + 1, 4, H, W]
    everything[:, 0, :3], everything[:, 0, 3:] = background, opaque
    everything[:, 1:] = layers
    everything[:, :, :3] += tau[:, :, None] * residual[:, None]
    return everything.clamp_(0, 1)
