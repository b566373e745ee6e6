"""Routes by which the workflow is run."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from retime.clips import find_edits
from retime.studio.clip import Clip
from retime.studio.contract.running import PlanState, RunQuestion, RunState
from retime.studio.refusal import Refused
from retime.studio.workflow import Workflow

LOOK_SECONDS = 0.1  # how often new events are looked for
ALIVE_SECONDS = 10.0  # how often silence is broken, so that a page that is gone is noticed
STREAM = {
    200: {
        "description": "events, each `data:` a RunEvent as JSON: those of the last run first",
        "content": {"text/event-stream": {"schema": {"$ref": "#/components/schemas/RunEvent"}}},
    }
}


def running(clip: Clip, workflow: Workflow) -> APIRouter:
    """Return the routes by which the workflow is run."""
    routes = APIRouter(tags=["running"])

    def check(question: RunQuestion) -> None:
        known = find_edits(clip.name, clip.written.parent)
        for edit in question.edits or ():
            if edit not in known:
                raise Refused(422, f"there is no edit '{edit}'")

    @routes.post("/api/run/plan")
    def post_plan(question: RunQuestion) -> PlanState:
        """Return which jobs would run, and how long they should take."""
        check(question)
        return workflow.plan(question.edits)

    @routes.post("/api/run")
    def post_run(question: RunQuestion) -> RunState:
        """Start a run."""
        check(question)
        return workflow.start(question.edits).state

    @routes.get("/api/run")
    def get_run() -> RunState:
        """Return the run that goes on, or the last one."""
        return workflow.run.state if workflow.run else RunState(number=0, state="none")

    @routes.delete("/api/run")
    def delete_run() -> RunState:
        """Stop the run that goes on; what its jobs keep as checkpoints stays."""
        if workflow.run:
            workflow.run.stop()
        return get_run()

    @routes.get("/api/run/events", responses=STREAM, response_class=StreamingResponse)
    async def get_events(request: Request) -> StreamingResponse:
        """Tell what happens, from the start of the last run on, until the page goes away."""
        return StreamingResponse(_told(request, workflow), media_type="text/event-stream")

    return routes


async def _told(request: Request, workflow: Workflow) -> AsyncIterator[str]:
    run, told, silent = workflow.run, 0, 0.0
    yield ": the studio's events\n\n"
    while not workflow.closing.is_set() and not await request.is_disconnected():
        if workflow.run is not run and (run is None or not run.events(told)):
            run, told = workflow.run, 0
        for event in run.events(told) if run else ():
            yield f"id: {run.number}-{told}\ndata: {event.model_dump_json()}\n\n"
            told, silent = told + 1, 0.0
        await asyncio.sleep(LOOK_SECONDS)
        silent += LOOK_SECONDS
        if silent >= ALIVE_SECONDS:
            yield ": still here\n\n"
            silent = 0.0
