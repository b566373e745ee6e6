import pytest

from retime.video.sizes import layer_size, working_size


@pytest.mark.parametrize(
    ("source", "short_side", "expected"),
    [
        ((960, 540), 128, (228, 128)),  # 227.6
        ((540, 960), 128, (128, 228)),  # portrait: the width is the short side
        ((640, 360), 256, (456, 256)),  # 455.1
        ((161, 91), 128, (160, 91)),  # smaller than asked for: stays, the long side made even
        ((163, 91), 128, (162, 91)),
        ((100, 100), 64, (64, 64)),
        ((2000, 4), 128, (2000, 4)),
    ],
)
def test_working_size(source, short_side, expected):
    assert working_size(source, short_side) == expected


@pytest.mark.parametrize(
    ("source", "working", "scale", "expected"),
    [
        ((960, 540), (228, 128), 2.0, (456, 256)),
        ((640, 360), (228, 128), 2.8125, (640, 360)),  # 641 x 360: the source itself
        ((161, 91), (160, 91), 2.0, (161, 91)),
        ((200, 150), (170, 128), 2.0, (200, 150)),
        ((960, 540), (228, 128), 1.0, (228, 128)),
    ],
)
def test_layer_size_never_exceeds_the_source(source, working, scale, expected):
    assert layer_size(source, working, scale) == expected
