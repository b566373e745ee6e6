import numpy as np

from retime.artifacts import Layers
from retime.layers.preview import LABEL_HEIGHT, STRIPE, STRIPE_COLOUR, layer_sheet

SIZE = (256, 128)  # width and height: those of a tile of the sheet


def test_ground_that_is_made_up_is_striped(tmp_path):
    sizes = {"layers": 2, "T": 2, "H": 128, "W": 256, "N": 1, "Hc": 128, "Wc": 256}
    with Layers.create(
        tmp_path / "layers.h5", parameters={}, sizes=sizes, names=["ann"], people=[[1]],
        canvas_bounds=[0, 0, *SIZE], clip="park", source_size=[*SIZE], working_size=[64, 32],
        fps=[25, 1], start_seconds=0.0,
    ) as layers:  # fmt: skip
        layers.order[:], layers.homographies[:] = 1, np.eye(3)
        layers.filled[40:80, 100:150] = True
        rgba = np.full((2, 128, 256, 4), 90, np.uint8)
        rgba[0, ..., 3], rgba[1] = 255, 0
        for t in range(2):
            layers.write(t, rgba)
    with Layers.open(tmp_path / "layers.h5") as layers:
        sheet = layer_sheet(layers)
    top = 2 * LABEL_HEIGHT + SIZE[1]  # below all layers together
    background = sheet[top : top + SIZE[1], : SIZE[0]]
    striped = (background == STRIPE_COLOUR).all(-1)
    expected = np.zeros(SIZE[::-1], bool)
    y, x = np.mgrid[40:80, 100:150]
    expected[40:80, 100:150] = (x + y) % STRIPE == 0
    assert np.array_equal(striped, expected)
    assert (background[~striped] == 90).all()
