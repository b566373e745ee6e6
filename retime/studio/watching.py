"""What the page plays: the clip, its footage, and rendered edits."""

import re
from itertools import cycle
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from retime.artifacts import Tracks
from retime.clips import EDIT_NAME, find_edits
from retime.provenance import files_digest
from retime.studio.clip import Clip
from retime.studio.contract.watching import (
    CanvasPicture,
    ClipState,
    Film,
    FootageState,
    LayerState,
    Sound,
)
from retime.studio.footage import INDEX, StoredFilm, read_footage
from retime.studio.refusal import Refused

# Okabe and Ito, Color Universal Design (2008): told apart with any colour vision.
COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2")


def watching(clip: Clip) -> APIRouter:
    """Return the routes by which a clip is watched."""
    routes = APIRouter(tags=["watching"])

    @routes.get("/api/clip")
    def get_clip() -> ClipState:
        """Return what the footage shows, and which edits there are."""
        footage = read_footage(clip.footage)
        with Tracks.open(clip.results / "tracks.h5") as tracks:
            ids = tracks.ids[:].tolist()
        frames, fps = len(footage.source.samples), footage.rate[0] / footage.rate[1]
        layers = zip(footage.names, footage.people, cycle(COLOURS), strict=False)
        return ClipState(
            name=clip.name,
            frames=frames,
            fps=fps,
            layers=[
                LayerState(number=number, name=name, people=people, colour=colour)
                for number, (name, people, colour) in enumerate(layers, start=1)
            ],
            people=ids,
            has_sound=footage.sound is not None,
            sound=Sound(url=f"/media/{footage.sound}", seconds=frames / fps)
            if footage.sound
            else None,
            edits=find_edits(clip.name, clip.written.parent),
            **footage.model_dump(
                include={
                    "rate",
                    "width",
                    "height",
                    "source_width",
                    "source_height",
                    "back_to_front",
                    "homographies",
                    "still",
                    "light",
                }
            ),
        )

    @routes.get("/api/footage")
    def get_footage() -> FootageState:
        """Return where the films are, and where each of their frames is."""
        footage = read_footage(clip.footage)
        return FootageState(
            digest=files_digest([clip.footage / INDEX]),
            width=footage.width,
            height=footage.height,
            canvas=CanvasPicture(
                url=f"/media/{footage.canvas}",
                width=footage.canvas_width,
                height=footage.canvas_height,
            ),
            source=_film(footage.source),
            background=_film(footage.background),
            layers=[_film(film) for film in footage.layers],
        )

    @routes.get("/media/{file}", response_class=FileResponse)
    def get_media(file: str) -> FileResponse:
        """Return a file of the footage, or ranges of its bytes."""
        footage = read_footage(clip.footage)
        films = (footage.source, footage.background, *footage.layers)
        if file not in {footage.canvas, footage.sound, *(film.file for film in films)}:
            raise Refused(404, f"'{file}' is none of the footage")
        return FileResponse(clip.footage / file)

    @routes.get("/media/edits/{name}", response_class=FileResponse)
    def get_result(name: str) -> FileResponse:
        """Return the rendered video of an edit."""
        video = result_of(clip, name)
        if video is None:
            raise Refused(404, f"there is no rendered video of '{name}'")
        return FileResponse(video)

    return routes


def result_of(clip: Clip, edit: str) -> Path | None:
    """Return the rendered video of an edit, if there is one."""
    if not re.fullmatch(EDIT_NAME, edit):
        return None
    video = clip.results / "edits" / edit / f"{edit}.mp4"
    return video if video.is_file() else None


def _film(stored: StoredFilm) -> Film:
    return Film(url=f"/media/{stored.file}", **stored.model_dump(exclude={"file"}))
