"""Routes by which a clip is retimed: edits, their time maps, and pictures of them."""

from pathlib import Path
from typing import Annotated, Any

import cv2
from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import Response

from retime.clips import EDIT_NAME
from retime.config import parse_yaml
from retime.errors import InputError
from retime.studio import written
from retime.studio.clip import Clip
from retime.studio.contract.common import Digest
from retime.studio.contract.retiming import (
    AlignQuestion,
    AlignState,
    EditChange,
    EditConflict,
    EditState,
    PictureQuestion,
    TimeMapQuestion,
    TimeMapState,
)
from retime.studio.editing import (
    alignment,
    as_written,
    check_text,
    compiled,
    picture,
    refusal_of,
    sent_edit,
    time_map,
)
from retime.studio.footage import read_footage
from retime.studio.kept_yaml import with_data
from retime.studio.refusal import Refused
from retime.studio.sources import Sources
from retime.studio.watching import result_of
from retime.timing.edit import parse_edit

EditName = Annotated[str, InPath(pattern=f"^{EDIT_NAME}$", max_length=100)]
BaseDigest = Annotated[Digest, Query(description="of the state that is to go")]
CONFLICT = {409: {"model": EditConflict, "description": "The file has changed"}}
PNG = {200: {"content": {"image/png": {}}}}
# Where an editor that knows YAML schemas finds that of edits.
HEAD = "# yaml-language-server: $schema=../../../workflow/schemas/edit.schema.json\n"


def retiming(clip: Clip, sources: Sources) -> APIRouter:
    """Return the routes by which a clip is retimed."""
    routes = APIRouter(tags=["retiming"])
    folder = clip.written / "edits"

    def path(name: str) -> Path:
        return folder / f"{name}.yaml"

    def state(name: str) -> EditState | None:
        contents = written.read(path(name), clip.written)
        return None if contents is None else _edit_state(clip, sources, name, contents)

    def conflict(name: str) -> Refused:
        message = f"'{name}' was changed elsewhere, too"
        return Refused(409, EditConflict(message=message, current=state(name)))

    def save(name: str, contents: bytes | None, base: str | None) -> None:
        try:
            written.save(path(name), contents, base, clip.written)
        except written.StaleError:
            raise conflict(name) from None

    @routes.get("/api/edits/{name}")
    def get_edit(name: EditName) -> EditState:
        """Return an edit file, even one that is wrong."""
        found = state(name)
        if found is None:
            raise Refused(404, f"there is no edit '{name}'")
        return found

    @routes.put("/api/edits/{name}", responses=CONFLICT)
    def put_edit(name: EditName, change: EditChange) -> EditState:
        """Save an edit; what could not be rendered is refused."""
        if (change.edit is None) == (change.text is None):
            raise Refused(422, "send either 'edit' or 'text'")
        if change.text is not None:
            check_text(change.text)
            text = change.text
        else:
            held = written.read(path(name), clip.written)
            if written.digest_of(held) != change.base_digest:
                raise conflict(name)
            before = HEAD if held is None else _decoded(held, path(name))
            text = with_data(before, as_written(change.edit), str(path(name)))
        try:
            compiled(parse_edit(text, path(name)), sources.layers)
        except InputError as error:
            raise Refused(422, refusal_of(error, in_text=change.text is not None)) from error
        save(name, text.encode(), change.base_digest)
        return get_edit(name)

    @routes.delete("/api/edits/{name}", responses=CONFLICT, status_code=204)
    def delete_edit(name: EditName, base_digest: BaseDigest) -> None:
        """Remove an edit file; rendered videos of it stay."""
        get_edit(name)
        save(name, None, base_digest)

    @routes.post("/api/timemap")
    def post_timemap(question: TimeMapQuestion) -> TimeMapState:
        """Return what stage warp makes of an edit."""
        source = sources.layers
        try:
            return time_map(compiled(sent_edit(question.edit), source), source.fps)
        except InputError as error:
            raise Refused(422, refusal_of(error, in_text=False)) from error

    @routes.post("/api/align")
    def post_align(question: AlignQuestion) -> AlignState:
        """Find the warp by which two layers' motions agree best."""
        try:
            return alignment(question, sources.layers)
        except InputError as error:
            raise Refused(422, refusal_of(error, in_text=False)) from error

    @routes.post("/api/picture", responses=PNG, response_class=Response)
    def post_picture(question: PictureQuestion) -> Response:
        """Return an output frame as stage render composes it."""
        source, light = sources.layers, read_footage(clip.footage).light
        try:
            made = compiled(sent_edit(question.edit), source)
        except InputError as error:
            raise Refused(422, refusal_of(error, in_text=False)) from error
        shown = picture(clip, made, source, question.frame, light == "linear")
        _, png = cv2.imencode(".png", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))
        return Response(png.tobytes(), media_type="image/png")

    return routes


def _decoded(contents: bytes, path: Path) -> str:
    try:
        return contents.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from error


def _edit_state(clip: Clip, sources: Sources, name: str, contents: bytes) -> EditState:
    path = clip.written / "edits" / f"{name}.yaml"
    text, data, edit, problem = contents.decode("utf-8", "replace"), None, None, None
    try:
        found: Any = parse_yaml(_decoded(contents, path), str(path))
        data = {} if found is None else found if isinstance(found, dict) else None
        file = parse_edit(text, path)
        edit = file.edit
        compiled(file, sources.layers)
    except InputError as error:
        problem = refusal_of(error, in_text=True)
    except Refused as error:
        problem = error.body
    return EditState(
        name=name,
        text=text,
        edit=data,
        long_form=edit,
        digest=written.digest_of(contents),
        problem=problem,
        result=f"/media/edits/{name}" if result_of(clip, name) else None,
    )
