"""What lies on each layer: people's UV maps, the nearer over the farther, or an object's."""

import numpy as np

from retime.artifacts import Uv
from retime.layers.objects import box_iuv, choose_grid


class Bodies:
    """The layers' UV maps, frame by frame."""

    def __init__(
        self,
        maps: Uv,
        ids: list[int],
        columns: list[list[int]],
        ground: np.ndarray,
        objects: dict[int, np.ndarray],
        numbers: list[list[int]],
    ) -> None:
        """Take the maps of P people, ``ids``, of whom each of N layers shows the ``columns``.

        Args:
            maps: of the people.
            ids: of the people.
            columns: [N], each layer's people, by their places in ``ids``.
            ground: [T, P], how low each stands in the picture.
            objects: bool [T, h, w], where the object of a layer is, by index from 0.
            numbers: [N], what layers' textures are called.
        """
        self.maps, self.ids, self.columns, self.ground = maps, ids, columns, ground
        self.objects, self.numbers = objects, numbers
        self.grids = {n: choose_grid(shown) for n, shown in objects.items()}

    def lay(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Return UV maps, uint8 [N, h, w, 3], and whose they are, uint8 [N, h, w], in a frame."""
        size = self.maps.iuv.shape[2:4]
        iuv = np.zeros((len(self.columns), *size, 3), np.uint8)
        person = np.zeros((len(self.columns), *size), np.uint8)
        for n, column in enumerate(self.columns):
            # People on one layer hide one another: the nearest is drawn last.
            for p in sorted(column, key=lambda p: self.ground[t, p]):
                shown = self.maps.iuv[t, p]
                body = shown[..., 0] > 0
                iuv[n][body], person[n][body] = shown[body], self.ids[p]
        for n, shown in self.objects.items():
            iuv[n] = box_iuv(shown[t], self.grids[n])
            person[n] = shown[t] * np.uint8(self.numbers[n][0])
        return iuv, person
