"""Pictures between two frames of one layer: blended, or moved along their optical flow.

Flow is found on a layer alone, so that one person's motion says nothing of another's, by DIS
(Kroeger et al. 2016). A picture at share t is both frames moved to t and blended; the flow from t
to either frame follows from the flows between them as in Super SloMo (Jiang et al. 2018, Eq. 4).
Colours are weighted by alpha throughout.
"""

import cv2
import numpy as np

# Grey values in which flow is found: nothing is black, and what there is stands out from it.
LIFT = 64
MARGIN = 24  # pixels around what is visible, for what moves there

Flows = tuple[np.ndarray, np.ndarray]  # first to second frame and back, float32 [H, W, 2] each


def blend(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    """Return the picture ``share`` of the way from ``first`` to ``second``, uint8 [H, W, 3 or 4].

    Args:
        first: uint8 [H, W, 4] with straight alpha, or [H, W, 3] opaque.
        second: the same.
        share: 0 is the first, 1 the second.
    """
    if first.shape[-1] == 3:
        return cv2.addWeighted(first, 1 - share, second, share, 0)
    mixed = cv2.addWeighted(_weighted(first), 1 - share, _weighted(second), share, 0)
    return _straight(mixed)


def flows(first: np.ndarray, second: np.ndarray) -> Flows:
    """Return the optical flow from ``first`` to ``second`` and back; pictures as in ``blend``."""
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    # Its window and coarsest scale need a few pixels; nothing moves in what is smaller.
    height, width = first.shape[:2]
    if min(height, width) < 32:
        still = np.zeros((height, width, 2), np.float32)
        return still, still
    before, after = _grey(first), _grey(second)
    to_second, to_first = finder.calc(before, after, None), finder.calc(after, before, None)
    if first.shape[-1] == 3:
        return to_second, to_first
    return _drawn_out(to_second, first[..., 3]), _drawn_out(to_first, second[..., 3])


def _drawn_out(flow: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Give what is clear the flow of what shows near it: there it will be a moment later."""
    shows = alpha > 127
    if not shows.any():
        return flow
    distance, label = cv2.distanceTransformWithLabels(
        (~shows).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros((label.max() + 1, 2), np.float32)
    of_label[label[shows]] = flow[shows]
    near = (distance > 0) & (distance <= MARGIN)
    return np.where(near[..., None], of_label[label], flow)


def along(first: np.ndarray, second: np.ndarray, share: float, moved: Flows) -> np.ndarray:
    """Return the picture ``share`` of the way, each frame moved along the flow; as ``blend``."""
    to_second, to_first = moved
    t = np.float32(share)
    back = -(1 - t) * t * to_second + t * t * to_first
    on = (1 - t) * (1 - t) * to_second - t * (1 - t) * to_first
    opaque = first.shape[-1] == 3
    border = cv2.BORDER_REPLICATE if opaque else cv2.BORDER_CONSTANT
    height, width = first.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    pictures = []
    for picture, flow in ((first, back), (second, on)):
        source = picture.astype(np.float32) if opaque else _weighted(picture)
        pictures.append(
            cv2.remap(
                source, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR, None, border
            )
        )
    mixed = (1 - t) * pictures[0] + t * pictures[1]
    return (mixed + 0.5).astype(np.uint8) if opaque else _straight(mixed)


def visible_part(first: np.ndarray, second: np.ndarray) -> tuple[slice, slice] | None:
    """Return rows and columns in which either picture shows something, and a margin; or None."""
    seen = (first[..., 3] | second[..., 3]) > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return None
    return (
        slice(max(rows[0] - MARGIN, 0), rows[-1] + MARGIN + 1),
        slice(max(columns[0] - MARGIN, 0), columns[-1] + MARGIN + 1),
    )


def _weighted(rgba: np.ndarray) -> np.ndarray:
    """Return colours times alpha, and alpha; float32 [H, W, 4], 0..255."""
    weighted = rgba.astype(np.float32)
    weighted[..., :3] *= weighted[..., 3:] / 255
    return weighted


def _straight(weighted: np.ndarray) -> np.ndarray:
    """Undo ``_weighted`` and round; uint8 [H, W, 4], all 0 where nothing shows."""
    alpha = weighted[..., 3:]
    rgba = np.empty(weighted.shape, np.uint8)
    rgba[..., :3] = np.clip(weighted[..., :3] * (255 / np.maximum(alpha, 1e-3)), 0, 255) + 0.5
    rgba[..., 3:] = np.clip(alpha, 0, 255) + 0.5
    rgba[rgba[..., 3] == 0] = 0
    return rgba


def _grey(picture: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_RGB2GRAY)
    if picture.shape[-1] == 3:
        return grey
    lifted = LIFT + grey.astype(np.float32) * ((255 - LIFT) / 255)
    return (lifted * (picture[..., 3] / np.float32(255))).astype(np.uint8)
