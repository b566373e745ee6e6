"""The formats that results are written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Format:
    """A kind of video file.

    ``opaque`` and ``clear`` are pixel formats without and with alpha; those without ``clear``
    cannot hold layers.
    """

    suffix: str
    codec: str
    opaque: str
    clear: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None
    limited: bool = False  # the codec knows no full range
    container: Mapping[str, str] = field(default_factory=dict)

    @property
    def even(self) -> bool:
        """Whether width and height must be even."""
        return "420" in self.opaque


PLAYS_WHILE_LOADING = {"movflags": "+faststart"}
WITHOUT_CHANCE = {"fflags": "+bitexact"}  # Matroska else gives each file a number drawn at random
FORMATS = {
    "h264": Format(
        ".mp4", "libx264", "yuv420p", None, {"preset": "medium"}, container=PLAYS_WHILE_LOADING
    ),
    "h265": Format(
        ".mp4",
        "libx265",
        "yuv420p",
        None,
        {"preset": "medium", "x265-params": "log-level=error"},
        tag="hvc1",  # Apple's players want it
        container=PLAYS_WHILE_LOADING,
    ),
    # 4444: 4:4:4 and alpha, 10 bits (the encoder has no 12), intra only. Editing programs' own.
    "prores": Format(
        ".mov",
        "prores_ks",
        "yuv444p10le",
        "yuva444p10le",
        {"profile": "4444", "vendor": "apl0", "alpha_bits": "16"},
        limited=True,
        container=PLAYS_WHILE_LOADING,
    ),
    # Browsers show its alpha. Alternate reference frames do not go with alpha.
    "vp9": Format(
        ".webm",
        "libvpx-vp9",
        "yuv420p",
        "yuva420p",
        {"b": "0", "row-mt": "1", "cpu-used": "4", "auto-alt-ref": "0"},
        container=WITHOUT_CHANCE,
    ),
    # Lossless: RGB as it is.
    "ffv1": Format(
        ".mkv",
        "ffv1",
        "bgr0",
        "bgra",
        {"level": "3", "slicecrc": "1"},
        container=WITHOUT_CHANCE,
    ),
}
"""Video files, by the name under which they are asked for."""

WITH_CRF = ("h264", "h265", "vp9")
SEQUENCES = ("png", "exr")
"""Folders of one file per frame."""
EXPORTS = (*FORMATS, *SEQUENCES)
