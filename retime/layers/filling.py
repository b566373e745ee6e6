"""Ground that no frame shows, filled in with texture from around it."""

import numpy as np

# Radius of the patches that are compared, pixels: small enough to be quick, large enough to follow
# the lines of a room.
PATCH = 5
SEED = 0


def fill_ground(canvas: np.ndarray, unseen: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Fill in what is unseen by PatchMatch (Barnes et al. 2009).

    Args:
        canvas: uint8 [H, W, 3].
        unseen: bool [H, W], what to fill.
        outside: bool [H, W], what is no part of any picture: left as it is, and not copied from.

    Returns:
        uint8 [H, W, 3], equal to ``canvas`` elsewhere; and everywhere, where there is nothing to
        copy from.
    """
    if not unseen.any() or (unseen | outside).all():
        return canvas
    # Loaded only now: a clip whose ground is all seen needs none of it.
    from patchmatch import patch_match

    patch_match.set_random_seed(SEED)
    return patch_match.inpaint(canvas, unseen, global_mask=outside, patch_size=PATCH)
