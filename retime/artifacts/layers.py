"""The layers that are edited: ``layers.h5``."""

import zlib
from typing import ClassVar

import numpy as np

from retime.artifacts.artifact import Artifact, Attribute, Field


class Layers(Artifact):
    """RGBA layers: 0 the background (alpha 255), then 1..N; straight alpha.

    H x W is the layer size, or the source's own. Tiles of a layer that show nothing are not stored.
    """

    schema, version, rule = "layers", 2, "upsample"
    TILE: ClassVar[int] = 256  # pixels; parts that are written begin at multiples of it
    rgba = Field(np.uint8, "layers", "T", "H", "W", 4, image=True, tile=TILE)
    canvas = Field(np.uint8, "Hc", "Wc", 3)  # the background plane at the layers' scale
    filled = Field(np.bool_, "Hc", "Wc", image=True)  # where no frame shows it: made up
    order = Field(np.int64, "T", "N")  # layer numbers 1..N, back to front
    homographies = Field(np.float64, "T", 3, 3)  # as in Camera
    names = Attribute()
    people = Attribute()
    canvas_bounds = Attribute()  # as Camera.canvas

    def write(self, frame: int, rgba: np.ndarray, top: int = 0, left: int = 0) -> None:
        """Write a part of one frame of all layers; what shows nothing takes no room.

        Args:
            frame: its number.
            rgba: uint8 [N + 1, h, w, 4].
            top: first row of the part, a multiple of ``TILE``.
            left: first column, the same.
        """
        for layer, picture in enumerate(rgba):
            for y in range(0, picture.shape[0], self.TILE):
                for x in range(0, picture.shape[1], self.TILE):
                    tile = picture[y : y + self.TILE, x : x + self.TILE]
                    if tile[..., 3].any():
                        rows = slice(top + y, top + y + tile.shape[0])
                        columns = slice(left + x, left + x + tile.shape[1])
                        self.rgba[layer, frame, rows, columns] = tile

    def picture(self, layer: int, frame: int) -> np.ndarray:
        """Return one frame of one layer, uint8 [H, W, 4]; threads unpack at the same time.

        HDF5 does one thing at a time. Tiles are chunks, so they are read packed and unpacked
        outside.
        """
        dataset = self.rgba
        picture = np.zeros(dataset.shape[2:], dataset.dtype)
        high, wide = dataset.chunks[2:4]
        for y in range(0, picture.shape[0], high):
            for x in range(0, picture.shape[1], wide):
                place = (layer, frame, y, x, 0)
                with self.damaged():
                    stored = dataset.id.get_chunk_info_by_coord(place).byte_offset
                if stored is None:  # all clear
                    continue
                with self.damaged():
                    skipped, raw = dataset.id.read_direct_chunk(place)
                    data = raw if skipped else zlib.decompress(raw)
                    if len(data) != high * wide * 4:
                        raise zlib.error(f"a tile of {len(data)} bytes")
                tile = np.frombuffer(data, dataset.dtype).reshape(high, wide, -1)
                part = picture[y : y + high, x : x + wide]
                part[...] = tile[: part.shape[0], : part.shape[1]]
        return picture
