"""An HDF5 file of declared datasets and attributes: whole, as declared, or refused.

This is the only module that imports h5py. A file is written beside its place and moved there when
whole; every image dataset is chunked one frame (of one person or layer) at a time, or a tile of
one, so that a stage can stream. Root attributes name the schema, its version, the clip and the
parameters the file was made with. An axis of a given name has the same length in every dataset of
one file.
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
