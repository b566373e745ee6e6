"""Write an edit for other programs: the picture, and its layers alone."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import TimeMap
from retime.atomic import replacing_folder
from retime.config import RenderSettings
from retime.errors import InputError
from retime.progress import track
from retime.render.stage import OpenEdit, add_sound, open_edit, source_colours
from retime.video.colour import ColourTags
from retime.video.encoding import VideoWriter
from retime.video.formats import EXPORTS, FORMATS
from retime.video.sequences import ExrWriter, PngWriter

Write = Callable[[np.ndarray], None]


def run_export(
    layers: Path,
    camera: Path,
    timemap: Path,
    video: Path | None,
    out: Path,
    form: str,
    settings: RenderSettings,
    name: str = "",
    alone: bool = True,
    threads: int = 1,
) -> None:
    """Write the edit in ``timemap`` to a folder.

    The folder holds ``NAME`` with the suffix of the format (a folder of files for PNG) and, in
    ``layers/``, the background and each instance of a layer as this edit shows it: retimed, moved,
    at its opacity, with straight alpha. EXR files hold all of it in one, multiplied by alpha and
    in linear light.

    Args:
        layers: the ``Layers`` artifact.
        camera: the ``Camera`` artifact.
        timemap: the ``TimeMap`` artifact.
        video: the source, for its sound and colour tags.
        out: the folder; it appears only when whole.
        form: a name in ``formats.EXPORTS``.
        settings: of stage ``render``.
        name: of the files; empty: the edit's.
        alone: write layers, too; formats without alpha have none.
        threads: CPU threads of the encoders.

    Raises:
        InputError: unknown format, or artifacts that do not belong together.
    """
    if form not in EXPORTS:
        raise InputError(f"--as {form}: no such format; there are {', '.join(EXPORTS)}")
    cv2.setNumThreads(1)
    with TimeMap.open(timemap) as mapped:
        name = name or mapped.edit.get("name", "edit")
    with replacing_folder(out) as partial, open_edit(layers, camera, timemap, settings) as edit:
        colour = source_colours(video)
        if form == "exr":
            _write_exr(edit, partial / name, alone)
        else:
            holds = form == "png" or FORMATS[form].clear is not None
            _write(edit, partial, name, form, settings, colour, alone and holds, threads)
        if form in FORMATS:
            file = partial / f"{name}{FORMATS[form].suffix}"
            add_sound(file, video, file, edit)


def layer_names(names: list[str]) -> list[str]:
    """Return names of instances that are good names of files and of EXR layers, each once."""
    return [f"{number:02d}-{re.sub(r'[^0-9A-Za-z]+', '-', n)}" for number, n in enumerate(names, 1)]


def _write(
    edit: OpenEdit,
    folder: Path,
    name: str,
    form: str,
    settings: RenderSettings,
    colour: ColourTags,
    alone: bool,
    threads: int,
) -> None:
    with contextlib.ExitStack() as stack:

        def writer(path: Path, alpha: bool) -> Write:
            if form == "png":
                return stack.enter_context(PngWriter(path)).write
            file = path.with_name(path.name + FORMATS[form].suffix)
            return stack.enter_context(
                VideoWriter(file, edit.size, edit.fps, settings.crf, threads, form, alpha, colour)
            ).write

        whole = writer(folder / name, False)
        single: list[Write] = []
        if alone:
            single = [writer(folder / "layers" / "00-background", False)]
            single += [writer(folder / "layers" / n, True) for n in layer_names(edit.names)]
        frames = range(len(edit.composition))
        for t in track(frames, f"export {name}", len(frames)):
            whole(edit.composition.edited(t))
            if single:
                single[0](edit.composition.background(t))
                for m, write in enumerate(single[1:]):
                    write(edit.composition.shown(m, t))


def _write_exr(edit: OpenEdit, folder: Path, alone: bool) -> None:
    names = layer_names(edit.names)
    with ExrWriter(folder) as writer:
        frames = range(len(edit.composition))
        for t in track(frames, f"export {folder.name}", len(frames)):
            single = {}
            if alone:
                ground = edit.composition.background(t)
                opaque = np.full((*ground.shape[:2], 1), 255, np.uint8)
                single["00-background"] = np.concatenate([ground, opaque], axis=-1)
                single |= {n: edit.composition.shown(m, t) for m, n in enumerate(names)}
            writer.write(edit.composition.edited(t), single)
