"""Working size and layer size of a clip. Sizes are (width, height) in pixels."""

Size = tuple[int, int]


def working_size(source: Size, short_side: int) -> Size:
    """Return the size at which the renderer is trained.

    The picture's short side (its height, if not portrait) becomes ``short_side``, or stays as it
    is where it is smaller: frames are never enlarged. The long side keeps the aspect, rounded to
    an even number.
    """
    width, height = source
    short = min(short_side, width, height)
    long = 2 * round(short * max(source) / min(source) / 2)
    if long > max(source):
        long -= 2
    return (long, short) if width >= height else (short, long)


def layer_size(source: Size, working: Size, scale: float) -> Size:
    """Return the size of the finished layers: ``working`` times ``scale``, at most the source's.

    Where the product reaches the source's size in either direction, exactly the source's size.
    """
    width, height = round(working[0] * scale), round(working[1] * scale)
    return source if width >= source[0] or height >= source[1] else (width, height)
