"""The studio's server.

``python -m retime.studio.app studio/openapi.json`` writes its OpenAPI schema.
"""

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from pydantic.json_schema import models_json_schema

from retime import __version__
from retime.studio.clip import Clip
from retime.studio.contract import common
from retime.studio.contract import running as runs
from retime.studio.correcting import correcting
from retime.studio.guard import Guard
from retime.studio.refusal import EVERYWHERE, Refused, answer_with_refusals
from retime.studio.retiming import retiming
from retime.studio.running import running
from retime.studio.sources import Sources
from retime.studio.watching import watching
from retime.studio.workflow import Workflow

PAGE = Path(__file__).parent / "page"
MOST_BYTES = 40_000_000  # of a body; the longest is a painted trimap in base64
NO_PAGE = "The page of the studio is not built: run 'npm ci && npm run build' in studio/.\n"
EVENTS = (
    runs.RunStarted,
    runs.JobStarted,
    runs.JobProgress,
    runs.JobFailed,
    runs.JobFinished,
    runs.RunProgress,
    runs.RunEnded,
)


def make_app(clip: Clip, token: str, workflow: Workflow) -> FastAPI:
    """Return the server of a clip's studio.

    Args:
        clip: the clip.
        token: what every request must carry.
        workflow: what it is run by.
    """
    app = FastAPI(
        title="retime studio",
        version=__version__,
        responses=EVERYWHERE,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        max_body_size=MOST_BYTES,
    )
    answer_with_refusals(app)
    app.add_middleware(Guard, token=token)
    sources = Sources(clip)
    app.include_router(watching(clip))
    app.include_router(retiming(clip, sources))
    app.include_router(correcting(clip, sources))
    app.include_router(running(clip, workflow))

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        """Return the page."""
        index = PAGE / "index.html"
        if not index.is_file():
            return PlainTextResponse(NO_PAGE, 503)
        return HTMLResponse(index.read_text(encoding="utf-8"))

    @app.get("/assets/{file}", include_in_schema=False)
    def asset(file: str) -> FileResponse:
        """Return a script, a style sheet or the like of the page."""
        found = {path.name: path for path in (PAGE / "assets").glob("*") if path.is_file()}
        if file not in found:
            raise Refused(404, f"the page has no '{file}'")
        return FileResponse(found[file])

    app.openapi = lambda: schema(app)
    return app


def schema(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI schema of ``app``, with what is sent as events."""
    made = get_openapi(title=app.title, version="1", routes=app.routes)
    components = made["components"]["schemas"]
    spoken = (*common.Answer.__subclasses__(), *common.Question.__subclasses__())
    _, models = models_json_schema(
        [(model, "serialization") for model in spoken],
        ref_template="#/components/schemas/{model}",
    )
    components.update(models["$defs"])
    names = [model.__name__ for model in EVENTS]
    components["RunEvent"] = {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {
                components[name]["properties"]["kind"]["const"]: f"#/components/schemas/{name}"
                for name in names
            },
        },
    }
    return made


def schema_text() -> str:
    """Return the text of ``studio/openapi.json``."""
    clip = Clip("clip")
    return json.dumps(schema(make_app(clip, "", Workflow(clip))), indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
