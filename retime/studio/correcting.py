"""Routes by which what was found is put right: joints, trimaps, layers and their order."""

import threading
from pathlib import Path
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import Response

from retime.artifacts import Seeds
from retime.clips import EDIT_NAME
from retime.config import ClipConfig, parse_yaml, validate
from retime.config.seeds import SeedsSettings
from retime.errors import InputError
from retime.layers.order import apply_choices
from retime.layers.seeding import choose_layers
from retime.people.corrections import read_corrections
from retime.provenance import files_digest
from retime.studio import written
from retime.studio.clip import Clip
from retime.studio.contract.common import Digest, Frame, Refusal
from retime.studio.contract.correcting import (
    ClipFileChange,
    ClipFileConflict,
    ClipFileState,
    CorrectionsChange,
    CorrectionsConflict,
    CorrectionsState,
    TracksQuestion,
    TracksState,
    TrimapChange,
    TrimapConflict,
    TrimapsState,
)
from retime.studio.kept_yaml import with_data
from retime.studio.painting import (
    Part,
    clear,
    paint,
    painted_of,
    painted_ranges,
    sent_trimap,
    trimap_of,
)
from retime.studio.people import checked, corrections_text, tracks_state, tracks_with
from retime.studio.refusal import Refused
from retime.studio.sources import Sources

FileName = Annotated[str, InPath(pattern=f"^{EDIT_NAME}$", max_length=100)]
LayerName = Annotated[str, InPath(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=100)]
Base = Annotated[Digest | None, Query(description="of the state that is changed")]
PNG = {200: {"content": {"image/png": {}}}}


def correcting(clip: Clip, sources: Sources) -> APIRouter:
    """Return the routes by which a clip is corrected."""
    routes = APIRouter(tags=["correcting"])
    _people(routes, clip, sources)
    _trimaps(routes, clip, sources)
    _clip_file(routes, clip, sources)
    return routes


def _conflict(model: type) -> dict:
    return {409: {"model": model, "description": "It has changed"}}


def _people(routes: APIRouter, clip: Clip, sources: Sources) -> None:
    folder, tracks = clip.written / "keypoints", clip.results / "tracks.h5"

    def state(name: str) -> CorrectionsState | None:
        path = folder / f"{name}.json"
        contents = written.read(path, clip.written)
        if contents is None:
            return None
        corrections, problem = [], None
        try:
            corrections = list(read_corrections([path])[0].corrections)
        except InputError as error:
            problem = Refusal(message=str(error))
        return CorrectionsState(
            name=name,
            corrections=corrections,
            digest=written.digest_of(contents),
            problem=problem,
        )

    @routes.get("/api/tracks")
    def get_tracks(signal: str = "centre_y") -> TracksState:
        """Return who was tracked, and how they move."""
        return tracks_state(clip, tracks, sources.layers, signal)

    @routes.post("/api/tracks")
    def post_tracks(question: TracksQuestion) -> TracksState:
        """Return what stage tracks would make with corrections that are not saved yet."""
        source = sources.layers
        path = folder / f"{question.name}.json"
        checked(question.corrections, path, source.length, sources.ids)
        return tracks_with(clip, question.name, question.corrections, source, question.signal)

    @routes.get("/api/corrections/keypoints")
    def get_corrections() -> list[CorrectionsState]:
        """Return the files of corrections in the order in which they count: later ones win."""
        names = sorted(path.stem for path in folder.glob("[!.]*.json"))
        return [found for name in names if (found := state(name))]

    @routes.put("/api/corrections/keypoints/{name}", responses=_conflict(CorrectionsConflict))
    def put_corrections(name: FileName, change: CorrectionsChange) -> CorrectionsState:
        """Save a file of corrections; an empty list removes it."""
        path = folder / f"{name}.json"
        contents = None
        if change.corrections:
            checked(change.corrections, path, sources.layers.length, sources.ids)
            contents = corrections_text(change.corrections)
        try:
            written.save(path, contents, change.base_digest, clip.written)
        except written.StaleError:
            message = f"the corrections '{name}' were changed elsewhere, too"
            raise Refused(409, CorrectionsConflict(message=message, current=state(name))) from None
        none = CorrectionsState(name=name, corrections=[], digest=None, problem=None)
        return state(name) or none


def _trimaps(routes: APIRouter, clip: Clip, sources: Sources) -> None:
    writing = threading.Lock()

    def folder_of(layer: str) -> Path:
        names = sources.layers.names
        if layer not in names:
            raise Refused(404, f"no layer '{layer}'; layers are {', '.join(names)}")
        folder = clip.written / "trimaps" / layer
        written.check_inside(folder, clip.written)
        return folder

    def state(layer: str) -> TrimapsState:
        folder = folder_of(layer)
        with Seeds.open(clip.results / "cast.h5") as seeds:
            width, height = seeds.working_size
        return TrimapsState(
            layer=layer,
            width=width,
            height=height,
            painted=painted_ranges(folder),
            digest=files_digest(file.path for file in painted_of(folder)) or None,
        )

    def check(layer: str, base: str | None, first: int, last: int) -> None:
        """Refuse a change that was made from another state, or of no frames of the clip."""
        if not first <= last < sources.layers.length:
            raise Refused(422, f"the clip has frames 0 to {sources.layers.length - 1}")
        now = state(layer)
        if now.digest != base:
            message = f"the trimaps of '{layer}' were changed elsewhere, too"
            raise Refused(409, TrimapConflict(message=message, current=now))

    @routes.get("/api/trimaps")
    def get_trimaps() -> list[TrimapsState]:
        """Return which frames of each layer have a painted trimap."""
        return [state(layer) for layer in sources.layers.names]

    @routes.get("/api/trimaps/{layer}")
    def get_layer(layer: LayerName) -> TrimapsState:
        """Return which frames of a layer have a painted trimap."""
        return state(layer)

    @routes.get("/api/trimaps/{layer}/{frame}", responses=PNG, response_class=Response)
    def get_trimap(
        layer: LayerName, frame: Annotated[int, InPath(ge=0)], part: Part = "all"
    ) -> Response:
        """Return a layer's trimap in one frame; what is painted alone is transparent elsewhere."""
        folder = folder_of(layer)
        number = sources.layers.names.index(layer)
        png = trimap_of(folder, clip.results / "cast.h5", number, frame, part)
        return Response(png, media_type="image/png")

    @routes.put("/api/trimaps/{layer}", responses=_conflict(TrimapConflict))
    def put_trimap(layer: LayerName, change: TrimapChange) -> TrimapsState:
        """Save a trimap for a range of frames, in place of what is painted there."""
        folder = folder_of(layer)
        with Seeds.open(clip.results / "cast.h5") as seeds:
            sizes = tuple(seeds.working_size), tuple(seeds.source_size)
        png = sent_trimap(change.png, *sizes)
        with writing:
            check(layer, change.base_digest, change.first, change.last)
            paint(folder, change.first, change.last, png)
            return state(layer)

    @routes.delete("/api/trimaps/{layer}", responses=_conflict(TrimapConflict))
    def delete_trimaps(
        layer: LayerName, first: Frame, last: Frame, base_digest: Base = None
    ) -> TrimapsState:
        """Make the trimaps of a range of frames automatic again."""
        folder = folder_of(layer)
        with writing:
            check(layer, base_digest, first, last)
            clear(folder, first, last)
            return state(layer)


def _clip_file(routes: APIRouter, clip: Clip, sources: Sources) -> None:
    path = clip.written / "clip.yaml"

    def read() -> tuple[bytes | None, str]:
        contents = written.read(path, clip.written)
        return contents, (contents or b"").decode("utf-8", "replace")

    def state() -> ClipFileState:
        contents, text = read()
        said, problem = ClipConfig(), None
        try:
            said = validate(parse_yaml(text, str(path)), ClipConfig, str(path))
        except InputError as error:
            problem = Refusal(message=str(error))
        return ClipFileState(
            text=text,
            layers=list(said.layers),
            ignore=list(said.ignore),
            order=list(said.order),
            digest=written.digest_of(contents),
            problem=problem,
        )

    @routes.get("/api/clip-file")
    def get_clip_file() -> ClipFileState:
        """Return what clip.yaml says of layers and order."""
        return state()

    @routes.put("/api/clip-file", responses=_conflict(ClipFileConflict))
    def put_clip_file(change: ClipFileChange) -> ClipFileState:
        """Save what clip.yaml says of layers and order."""
        contents, text = read()
        stale = ClipFileConflict(message="clip.yaml was changed elsewhere, too", current=state())
        if written.digest_of(contents) != change.base_digest:
            raise Refused(409, stale)
        data = parse_yaml(text, str(path)) or {}
        sent = change.model_dump(mode="json", exclude={"base_digest"}, exclude_none=True)
        for key, value in sent.items():
            data = {**data, key: value} if value else {k: v for k, v in data.items() if k != key}
        said = validate(data, ClipConfig, str(path))
        seeds = SeedsSettings(layers=said.layers, ignore=said.ignore, order=said.order)
        names = list(choose_layers(seeds, sources.ids, clip.name))
        any_order = np.tile(np.arange(1, len(names) + 1), (sources.layers.length, 1))
        apply_choices(any_order, said.order, names, clip.name)
        try:
            kept = with_data(text, data, str(path)).encode()
            written.save(path, kept, change.base_digest, clip.written)
        except written.StaleError:
            raise Refused(409, stale) from None
        return state()
