"""``retime export-data``: what was found of a clip, in other people's formats."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Camera, Frames, Layers, Seeds, Tracks, Uv
from retime.atomic import replacing_folder, write_text
from retime.errors import InputError
from retime.interop import (
    alphapose,
    coco_keypoints,
    coco_masks,
    cvat,
    homographies,
    iuv_pictures,
    mask_pictures,
)
from retime.interop.found_tracks import FoundTracks
from retime.interop.projects import Metadata, metadata_text

LOW_HEIGHT, MULTIPLE = 256, 16  # of `rgb_256`: its height, and what its width is a multiple of


def export_data(results: Path, form: str, out: Path) -> None:
    """Write what was found of a clip.

    Args:
        results: the clip's folder in ``results/``.
        form: one of ``FORMS``.
        out: the file or folder to write.

    Raises:
        InputError: no such format, or the stage that it shows has not been run.
    """
    if form not in FORMS:
        raise InputError(f"--as {form}: no such format; there are {', '.join(FORMS)}")
    FORMS[form](results, out)


def _write_alphapose(results: Path, out: Path) -> None:
    with Tracks.open(results / "tracks.h5") as t:
        text = alphapose.as_text(t.keypoints[:], t.score[:], t.present[:], t.ids[:].tolist())
    write_text(out, text)


def _write_coco(results: Path, out: Path) -> None:
    with Tracks.open(results / "tracks.h5") as t:
        coco_keypoints.write(FoundTracks.of(t), out)


def _write_cvat(results: Path, out: Path) -> None:
    with Tracks.open(results / "tracks.h5") as t:
        cvat.write(FoundTracks.of(t), out)


def _write_homographies(results: Path, out: Path) -> None:
    with Camera.open(results / "camera.h5") as camera:
        homographies.write(camera.homographies[:], tuple(camera.source_size), out)


def _write_iuv(results: Path, out: Path) -> None:
    with Uv.open(results / "uv.h5") as uv:
        iuv_pictures.write(iter(uv.iuv), uv.ids[:].tolist(), out)


def _mattes(layers: Layers, number: int) -> Iterator[np.ndarray]:
    return (layers.picture(number, t)[..., 3] for t in range(layers.rgba.shape[1]))


def _write_mattes(results: Path, out: Path) -> None:
    with Layers.open(results / "layers.h5") as layers, replacing_folder(out) as partial:
        for number, name in enumerate(layers.names, start=1):
            mask_pictures.write_masks(_mattes(layers, number), partial / name)


def _write_numbers(results: Path, out: Path) -> None:
    """Number at each pixel the foremost layer whose matte is at least a half there."""
    with Layers.open(results / "layers.h5") as layers:

        def numbers() -> Iterator[np.ndarray]:
            for t in range(layers.rgba.shape[1]):
                frame = np.zeros(layers.rgba.shape[2:4], np.uint8)
                for number in layers.order[t].tolist():
                    frame[layers.picture(number, t)[..., 3] >= 128] = number
                yield frame

        mask_pictures.write_numbers(numbers(), out)


def _write_run_lengths(results: Path, out: Path) -> None:
    with Layers.open(results / "layers.h5") as layers:
        named = {name: _mattes(layers, n) for n, name in enumerate(layers.names, start=1)}
        coco_masks.write_masks(named, out)


def _write_retiming(results: Path, out: Path) -> None:
    """Write the authors' layout of retiming (`projects.py`); its trimaps are those of the seeds."""
    with (
        Frames.open(results / "frames.h5") as frames,
        Tracks.open(results / "tracks.h5") as tracks,
        Camera.open(results / "camera.h5") as camera,
        Seeds.open(results / "seeds.h5") as seeds,
        replacing_folder(out) as partial,
    ):
        width, height = frames.source_size
        low = MULTIPLE * round(LOW_HEIGHT * width / height / MULTIPLE), LOW_HEIGHT
        ids = [i for layer in seeds.ids() for i in layer]
        if max(ids) > 254:
            raise InputError(
                f"{results}: has layers of objects, for which the layout of retiming has no place"
            )
        names = [f"{t + 1:04d}.png" for t in range(len(frames.rgb))]
        for t, name in enumerate(names):
            for scale, folder in ((1, "rgb_256"), (2, "rgb_512")):
                size = low[0] * scale, low[1] * scale
                _write_picture(partial / folder / name, _resized(frames.rgb[t], size)[..., ::-1])
            for n in range(len(seeds.names)):
                iuv, person, trimap = (
                    cv2.resize(maps[t, n], low, interpolation=cv2.INTER_NEAREST_EXACT)
                    for maps in (seeds.iuv, seeds.person, seeds.trimap)
                )
                place = partial / "iuv" / f"{n + 1:02d}" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                iuv_pictures.write_picture(place, iuv, person)
                _write_picture(partial / "mask" / f"{n + 1:02d}" / name, trimap)
        people = tracks.keypoints[:], tracks.score[:], tracks.present[:], tracks.ids[:].tolist()
        write_text(partial / "keypoints.json", alphapose.as_text(*people, names))
        metadata = Metadata(
            alphapose_input_size=(width, height),
            size_LR=low,
            n_textures=24 * max(ids) + 1,
            composite_order=seeds.order[:].tolist(),
            people_layers=seeds.people,
        )
        write_text(partial / "metadata.json", metadata_text(metadata))
        homographies.write(camera.homographies[:], (width, height), partial / "homographies.txt")


def _resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    smaller = size[0] < picture.shape[1]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)


def _write_picture(path: Path, picture: np.ndarray) -> None:
    """Write grey or blue, green, red as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(".png", picture)
    if not done:
        raise ValueError(f"cannot write {path}: {picture.dtype}{list(picture.shape)}")
    path.write_bytes(data.tobytes())


FORMS: dict[str, Callable[[Path, Path], None]] = {
    "alphapose": _write_alphapose,
    "coco": _write_coco,
    "cvat": _write_cvat,
    "homographies": _write_homographies,
    "iuv": _write_iuv,
    "masks": _write_mattes,
    "davis": _write_numbers,
    "coco-masks": _write_run_lengths,
    "retiming": _write_retiming,
}
