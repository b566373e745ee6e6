"""What a frame says of what lies before its background, pixel by pixel."""

import cv2
import numpy as np

# How much frames differ from the background where nobody is (0..1, largest difference of the three
# channels): this quantile of it, within these limits. Reflections in a floor differ by hardly
# more than a clean video's grain; a hand-held camera's leftovers would be taken for effects.
NOISE_QUANTILE, NOISE_LIMITS = 0.75, (0.005, 0.02)
# A pixel that differs by less than the noise is explained by the background, by more than this
# many times the noise it is not.
UNEXPLAINED = 3.0
# A pixel that differs by less than this many times the noise, in itself, is nothing but background.
GROUND = 1.5


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
