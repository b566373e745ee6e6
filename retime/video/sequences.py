"""Write frames as one file each: PNG, or multilayer OpenEXR."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from retime.atomic import replacing_folder
from retime.errors import InputError


class SequenceWriter:
    """Writes files into a folder that appears at ``path`` only when the context ends well.

    Args:
        path: the folder; an existing one is replaced.
    """

    suffix = ""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.frames = 0
        self._context = replacing_folder(self.path)

    def __enter__(self) -> Self:
        self._partial = self._context.__enter__()
        return self

    def _next_file(self) -> Path:
        file = self._partial / f"{self.frames:06d}{self.suffix}"
        self.frames += 1
        return file

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(kind, error, traceback)


class PngWriter(SequenceWriter):
    """Writes 8-bit PNG files, with straight alpha where frames have alpha."""

    suffix = ".png"

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Append one frame, uint8 [H, W, 3 or 4]."""
        order = cv2.COLOR_RGBA2BGRA if picture.shape[-1] == 4 else cv2.COLOR_RGB2BGR
        file = self._next_file()
        done, data = cv2.imencode(".png", cv2.cvtColor(np.ascontiguousarray(picture), order))
        if not done:
            raise ValueError(f"cannot write {file.name}: {picture.dtype}{list(picture.shape)}")
        file.write_bytes(data.tobytes())


class ExrWriter(SequenceWriter):
    """Writes OpenEXR files that hold a picture and any number of layers, as half floats.

    As is the format's custom, light is linear and colours are multiplied by alpha. Channels are
    called ``R``, ``G``, ``B`` of the picture, and ``NAME.R`` ... ``NAME.A`` of layers.

    Raises:
        InputError: OpenEXR is not installed.
    """

    suffix = ".exr"

    def __enter__(self) -> Self:
        try:
            import OpenEXR
        except ImportError as error:
            raise InputError(
                "writing EXR needs the package OpenEXR: pip install 'retime[exchange]'"
            ) from error
        self._exr = OpenEXR
        return super().__enter__()

    def write(self, picture: NDArray[np.uint8], layers: Mapping[str, NDArray[np.uint8]]) -> None:
        """Append one frame.

        Args:
            picture: uint8 [H, W, 3].
            layers: uint8 [H, W, 4] with straight alpha, by name.
        """
        channels = {"RGB": _linear(picture).astype(np.float16)}
        for name, rgba in layers.items():
            alpha = rgba[..., 3:].astype(np.float32) / 255
            light = np.concatenate([_linear(rgba[..., :3]) * alpha, alpha], axis=-1)
            for index, letter in enumerate("RGBA"):
                plane = np.ascontiguousarray(light[..., index], dtype=np.float16)
                channels[f"{name}.{letter}"] = plane
        header = {"compression": self._exr.ZIP_COMPRESSION, "type": self._exr.scanlineimage}
        with self._exr.File(header, channels) as file:
            file.write(str(self._next_file()))


def _linear(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Undo the transfer function of sRGB (IEC 61966-2-1); float32, 0..1."""
    display = np.arange(256) / 255
    light = np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)[rgb]
