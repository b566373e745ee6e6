from types import SimpleNamespace

import numpy as np

from retime.demo.evaluation import part_regions


def test_each_part_counts_where_it_alone_makes_the_layer():
    # Pixels: body, body on the sheet, the sheet alone, a shadow on the sheet, a shadow alone, a
    # reflection alone, a shadow on a reflection, a thing on the sheet.
    alphas = {
        "body": (255, 255, 0, 0, 0, 0, 0, 0),
        "carried": (0, 0, 0, 0, 0, 0, 0, 255),
        "shadow": (0, 0, 0, 128, 128, 0, 128, 0),
        "reflection": (0, 0, 0, 0, 0, 60, 60, 0),
        "deformation": (0, 255, 255, 255, 0, 0, 0, 255),
    }
    true = SimpleNamespace(
        **{k: np.array(v, np.uint8)[None, None, None] for k, v in alphas.items()}
    )
    alone = {part: np.flatnonzero(r[0]).tolist() for part, r in part_regions(true, 0, 0).items()}
    assert alone == {"shadow": [4], "reflection": [5], "object": [7], "deformation": [2, 3]}
