"""The HDF5 files that stages hand to one another: one typed class each.

This is the only module that imports h5py. A file is written beside its place and moved there when
whole; every image dataset is chunked one frame (of one person or layer) at a time, or a tile of
one, so that a stage can stream. Root attributes name the schema, its version, the clip and the
parameters the file was made with.

Axes are named in the declarations: T frames, P people, N layers (without the background), h x w
the working size, H x W the layer size, T_out output frames, M instances. An axis of a given name
has the same length in every dataset of one file.
"""

import contextlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Self

import h5py
import numpy as np

from retime.atomic import replacing
from retime.errors import InputError
from retime.lacking import lacked

Axis = str | int
NOT_JSON = (json.JSONDecodeError, UnicodeDecodeError)
Damage = Callable[[], AbstractContextManager[None]]

DYNAMIC_BACKGROUND = "dynamic_background"
"""Name of the layer of what changes in the background by itself; nobody is on it."""


class _Stored(h5py.Dataset):
    """A dataset that is read; damage is told as that of its file."""

    def __init__(self, bind: h5py.h5d.DatasetID, damaged: Damage) -> None:
        super().__init__(bind, readonly=True)
        self._damaged = damaged

    def __getitem__(self, args: Any, new_dtype: Any = None) -> Any:
        with self._damaged():
            return super().__getitem__(args, new_dtype=new_dtype)

    def read_direct(self, *args: Any, **options: Any) -> None:
        with self._damaged():
            super().read_direct(*args, **options)


class Field:
    """A dataset of an artifact: dtype and named axes; reads as an ``h5py.Dataset``.

    An image's chunks are compressed; with ``tile``, one is a square of at most so many pixels.
    """

    def __init__(
        self, dtype: type, *axes: Axis, image: bool = False, tile: int | None = None
    ) -> None:
        self.dtype, self.axes, self.image, self.tile = np.dtype(dtype), axes, image, tile

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, artifact: "Artifact | None", owner: type) -> Any:
        if artifact is None:
            return self
        # Held open: closing a dataset writes what it caches, and nobody hears of it if that fails.
        if self.name not in artifact.datasets:
            dataset = artifact.file[self.name]
            if artifact.file.mode == "r":
                dataset = _Stored(dataset.id, artifact.damaged)
            artifact.datasets[self.name] = dataset
        return artifact.datasets[self.name]

    def create(self, file: h5py.File, sizes: Mapping[str, int]) -> None:
        """Create the dataset in ``file`` with the axis lengths in ``sizes``."""
        shape = tuple(axis if isinstance(axis, int) else sizes[axis] for axis in self.axes)
        leading = ("T", "T_out", "P", "N", "layers") if self.image else ("T", "T_out")
        tiled = ("H", "W") if self.tile else ()
        chunks = tuple(
            1 if a in leading else min(n, self.tile) if a in tiled else max(n, 1)
            for a, n in zip(self.axes, shape, strict=True)
        )
        compression = {"compression": "gzip", "compression_opts": 1} if self.image else {}
        file.create_dataset(
            self.name,
            shape,
            self.dtype,
            chunks=chunks if shape and 0 not in shape else None,
            **(compression if shape and 0 not in shape else {}),
        )

    def check(self, file: h5py.File, sizes: dict[str, int]) -> str | None:
        """Return what is wrong with the dataset in ``file``, or None; fill in ``sizes``."""
        dataset = file.get(self.name)
        if not isinstance(dataset, h5py.Dataset):
            return f"dataset '{self.name}' is missing"
        if dataset.dtype != self.dtype or dataset.ndim != len(self.axes):
            return f"dataset '{self.name}' is {dataset.dtype}{list(dataset.shape)}"
        for axis, length in zip(self.axes, dataset.shape, strict=True):
            expected = axis if isinstance(axis, int) else sizes.setdefault(axis, length)
            if expected != length:
                return f"axis {axis} of dataset '{self.name}' is {length}, not {expected}"
        return None


def _packed(text: str) -> np.bytes_ | str:
    """Return an attribute's text as HDF5 keeps it.

    Of fixed length, as far as that goes: HDF5 keeps those of variable length on a heap, and where
    that is damaged may never come to an end of reading it.
    """
    data = text.encode()
    return np.bytes_(data) if len(data) < 60_000 else text


class Attribute:
    """A root attribute of an artifact, kept as JSON; reads as the decoded value."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, artifact: "Artifact | None", owner: type) -> Any:
        if artifact is None:
            return self
        with artifact.damaged():
            return json.loads(artifact.file.attrs[self.name])


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[h5py.File]:
    """Open a file to be written.

    After an error it is of no use any more. But HDF5 still writes what it holds when it is closed,
    and where that fails, as on a full disk, ends the process by a segmentation fault. So the file
    is put aside under HDF5's hands, for one in memory.
    """
    with h5py.File(path, "w") as file:
        try:
            yield file
            file.flush()
        except BaseException:
            if hasattr(os, "memfd_create"):  # on Linux
                aside = os.memfd_create(path.name)
                os.dup2(aside, file.id.get_vfd_handle())
                os.close(aside)
            raise


class Artifact:
    """An open stage file. Use ``open`` to read and ``create`` to write, both as contexts."""

    schema: ClassVar[str]
    version: ClassVar[int]
    rule: ClassVar[str]

    clip = Attribute()
    parameters = Attribute()  # the settings the file was made with
    source_size = Attribute()  # [width, height] of the video as shown, pixels
    working_size = Attribute()  # [width, height] of the renderer's frames, pixels
    fps = Attribute()  # [numerator, denominator], frames of the clip per second
    start_seconds = Attribute()  # time of the clip's first frame in the source video

    def __init__(self, file: h5py.File) -> None:
        self.file = file
        self.datasets: dict[str, h5py.Dataset] = {}

    @contextlib.contextmanager
    def damaged(self) -> Iterator[None]:
        """Tell what goes wrong while the file is read as damage of it.

        Raises:
            InputError: in place of what HDF5 raises.
        """
        try:
            yield
        except (OSError, RuntimeError, KeyError, zlib.error, *NOT_JSON) as error:
            if lacked(error):
                raise
            raise InputError(
                f"{self.file.filename}: damaged ({' '.join(str(error).split())}); {self._remedy()}"
            ) from error

    @classmethod
    def _remedy(cls) -> str:
        return f"delete it and run snakemake again: rule '{cls.rule}' makes it anew"

    @classmethod
    def _declared(cls, kind: type) -> dict[str, Any]:
        return {
            name: value
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, kind)
        }

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path | str) -> Iterator[Self]:
        """Open the file at ``path`` for reading.

        Raises:
            InputError: the file is missing, cut short, not of this schema, or of another version;
                the message names the file and the rule that makes it anew.
        """
        path = Path(path)
        remedy = cls._remedy()
        if not path.exists():
            raise InputError(f"{path}: no such file; rule '{cls.rule}' makes it (run snakemake)")
        try:
            file = h5py.File(path, "r")
        except OSError as error:
            if reason := lacked(error):
                raise InputError(f"{path}: {reason}") from error
            raise InputError(f"{path}: not a whole HDF5 file ({error}); {remedy}") from error
        with file:
            artifact = cls(file)
            with artifact.damaged():
                problem = cls._problem(file)
            if problem:
                raise InputError(f"{path}: {problem}; {remedy}")
            yield artifact

    @classmethod
    def _problem(cls, file: h5py.File) -> str | None:
        """Return what in an open file is not as this class declares, if anything."""
        schema, version = file.attrs.get("schema"), file.attrs.get("schema_version")
        schema = schema.decode(errors="replace") if isinstance(schema, bytes) else schema
        if schema != f"retime/{cls.schema}":
            return f"holds '{schema}', not 'retime/{cls.schema}'"
        if version != cls.version:
            return f"schema version {version}, this retime reads {cls.version}"
        sizes: dict[str, int] = {}
        wrong = [field.check(file, sizes) for field in cls._declared(Field).values()]
        wrong += [
            f"attribute '{name}' is missing"
            for name in cls._declared(Attribute)
            if name not in file.attrs
        ]
        return next((w for w in wrong if w), None)

    def clip_attributes(self) -> dict[str, Any]:
        """Return what every file of one clip has in common, to be passed on to ``create``."""
        names = ("clip", "source_size", "working_size", "fps", "start_seconds")
        return {name: getattr(self, name) for name in names}

    @classmethod
    @contextlib.contextmanager
    def create(
        cls,
        path: Path | str,
        *,
        parameters: Mapping[str, Any],
        sizes: Mapping[str, int],
        **attributes: Any,
    ) -> Iterator[Self]:
        """Write the file at ``path``: it appears there only when the context ends without error.

        ``sizes`` gives the length of each named axis, ``attributes`` every declared attribute
        (those common to a clip's files: ``**other.clip_attributes()``).
        """
        path = Path(path)
        attributes["parameters"] = dict(parameters)
        if set(attributes) != set(cls._declared(Attribute)):
            raise TypeError(f"{cls.__name__} needs {sorted(cls._declared(Attribute))}")
        # The file is closed before it is moved.
        with replacing(path) as partial, _new_file(partial) as file:
            file.attrs["schema"] = _packed(f"retime/{cls.schema}")
            file.attrs["schema_version"] = cls.version
            for name, value in attributes.items():
                file.attrs[name] = _packed(json.dumps(value, sort_keys=True))
            for field in cls._declared(Field).values():
                field.create(file, sizes)
            yield cls(file)


class Frames(Artifact):
    """The clip's frames at layer size, at a constant frame rate."""

    schema, version, rule = "frames", 1, "frames"
    rgb = Field(np.uint8, "T", "H", "W", 3, image=True)
    time = Field(np.float64, "T")  # seconds from the start of the source video
    index = Field(np.int64, "T")  # number of the source video's frame
    source = Attribute()  # the video's path, as given
    has_sound = Attribute()


class Poses(Artifact):
    """People detected in each frame, unordered; NaN where fewer than P."""

    schema, version, rule = "poses", 1, "poses"
    keypoints = Field(np.float32, "T", "P", 17, 3)  # x, y (source pixels), score 0..1
    box = Field(np.float32, "T", "P", 4)  # x0, y0, x1, y1 (source pixels)
    score = Field(np.float32, "T", "P")


class Tracks(Artifact):
    """People with one id each; every present person has all 17 keypoints in every frame."""

    schema, version, rule = "tracks", 1, "tracks"
    keypoints = Field(np.float32, "T", "P", 17, 2)  # source pixels; NaN where not present
    score = Field(np.float32, "T", "P", 17)
    state = Field(np.uint8, "T", "P", 17)  # 0 absent, 1 observed, 2 interpolated, 3 corrected
    present = Field(np.bool_, "T", "P")  # in the picture, seen or hidden
    ids = Field(np.int64, "P")  # 1, 2, ... ; the number people are called by in clip.yaml


class Camera(Artifact):
    """Homographies from the pixels of frame t to the canvas plane (source pixels)."""

    schema, version, rule = "camera", 1, "camera"
    homographies = Field(np.float64, "T", 3, 3)
    inliers = Field(np.float64, "T")  # share of matches that agree, 0..1
    mode = Attribute()  # still, stabilise or pan
    reference = Attribute()  # frame whose plane the canvas is
    canvas = Attribute()  # [x0, y0, width, height] of the canvas in that plane, source pixels


class Uv(Artifact):
    """DensePose-style maps of each person alone, as if nobody stood in front."""

    schema, version, rule = "uv", 1, "uv"
    iuv = Field(np.uint8, "T", "P", "h", "w", 3, image=True)  # part 0..24, u, v as 0..255
    ids = Field(np.int64, "P")


class Masks(Artifact):
    """Masks that people gave for layers, as mattes."""

    schema, version, rule = "masks", 1, "masks"
    alpha = Field(np.uint8, "T", "N", "h", "w", image=True)  # 0..255, of the N layers in `names`
    names = Attribute()


class Seeds(Artifact):
    """What the renderer starts from: per layer UV, trimap and order."""

    schema, version, rule = "seeds", 2, "seeds"
    iuv = Field(np.uint8, "T", "N", "h", "w", 3, image=True)
    person = Field(np.uint8, "T", "N", "h", "w", image=True)  # id of the person shown, 0 none
    trimap = Field(np.uint8, "T", "N", "h", "w", image=True)  # 0 / 128 / 255
    painted = Field(np.bool_, "T", "N", "h", "w", image=True)  # where a person's trimap counts
    order = Field(np.int64, "T", "N")  # layer numbers 1..N, back to front
    homographies = Field(np.float64, "T", 3, 3)  # as in Camera
    names = Attribute()  # of layers 1..N
    people = Attribute()  # ids of each layer's people; none: an object, or the dynamic background
    canvas = Attribute()
    camera_mode = Attribute()

    def ids(self) -> list[list[int]]:
        """Return what ``person`` holds on each layer: its people's ids, or an object's own."""
        return texture_ids(self.people)

    def dynamic(self) -> int | None:
        """Return the layer of the dynamic background, from 0; None if there is none."""
        return self.names.index(DYNAMIC_BACKGROUND) if DYNAMIC_BACKGROUND in self.names else None


def texture_ids(people: list[list[int]]) -> list[list[int]]:
    """Return the ids of each layer's textures: of its people, or an object's, from 255 down."""
    free = iter(range(255, 0, -1))
    return [ids or [next(free)] for ids in people]


class Decomposition(Artifact):
    """The trained renderer, the layers it makes at working size, and what it makes them from.

    The latter was found out of the whole clip: things that people carry lie in their UV maps, with
    atlases of their own. Order and camera are those of ``Seeds``.
    """

    schema, version, rule = "decomposition", 2, "train"
    rgba = Field(np.uint8, "N", "T", "h", "w", 4, image=True)  # straight alpha
    iuv = Field(np.uint8, "N", "T", "h", "w", 3, image=True)  # as in Seeds
    atlas = Field(
        np.uint8, "N", "T", "h", "w", image=True
    )  # number from 1 of what is shown, 0 none
    core = Field(np.bool_, "N", "T", "h", "w", image=True)  # opaque, not close to the edge of it
    least = Field(np.float32, "T", "h", "w", image=True)  # least alpha that explains the frame
    canvas = Field(np.uint8, "hc", "wc", 3)  # the background, at working scale
    seen = Field(np.float32, "hc", "wc")  # share of frames that showed the canvas uncovered
    losses = Field(np.float32, "steps", 5)  # epoch, total, reconstruction, mask, sparsity
    weights = Field(np.uint8, "bytes")  # torch state dict, loaded with weights_only
    names = Attribute()
    atlases = Attribute()  # how many there are
    noise = Attribute()  # how much frames differ from the background where nobody is, 0..1


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


class TimeMap(Artifact):
    """When each instance of a layer shows which source frame."""

    schema, version, rule = "timemap", 2, "warp"
    layer = Field(np.int64, "M")  # layer number 1..N
    source_time = Field(np.float64, "M", "T_out")  # source frames; NaN shows nothing
    offset = Field(np.float64, "M", "T_out", 2)  # x, y in source pixels
    opacity = Field(np.float64, "M", "T_out")  # 0..1
    depth = Field(np.float64, "M", "T_out")  # larger is nearer to the viewer
    background_time = Field(np.float64, "T_out")  # source frame of background and camera
    sound_time = Field(np.float64, "T_out")  # source frame heard; NaN is silence
    names = Attribute()  # of the instances
    between = Attribute()  # nearest, blend or flow: of the background, then of each instance
    edit = Attribute()
