"""What would run, and how a run goes on."""

from typing import Annotated, Literal

from pydantic import Field

from retime.studio.contract.common import Answer, Question


class RunQuestion(Question):
    """What to make: the results of these edits, and the footage if the layers change."""

    edits: list[str] | None = Field(None, description="None: of all")


class JobState(Answer):
    """A job of the workflow."""

    job: int
    rule: str
    message: str
    reason: str | None = Field(description="why it runs")
    seconds: float | None = Field(
        description="expected, from the last time or from the like; None: not known"
    )


class PlanState(Answer):
    """What would run now, in no certain order."""

    jobs: list[JobState]
    seconds: float = Field(description="expected of those known, one after the other")
    unknown: int = Field(description="jobs of which it is not known how long they take")


RunEnd = Literal["done", "failed", "stopped"]


class RunState(Answer):
    """The run that goes on, or the last one."""

    number: int = Field(description="0: there was none")
    state: Literal["none", "running"] | RunEnd


class RunStarted(Answer):
    """The first event of a run."""

    kind: Literal["run_started"] = "run_started"
    run: int


class JobStarted(Answer):
    """A job began."""

    kind: Literal["job_started"] = "job_started"
    job: JobState


class JobProgress(Answer):
    """How far a job has come."""

    kind: Literal["job_progress"] = "job_progress"
    job: int
    what: str
    done: int
    total: int
    seconds_left: float


class JobFinished(Answer):
    """A job ended well."""

    kind: Literal["job_finished"] = "job_finished"
    job: int


class JobFailed(Answer):
    """A job failed."""

    kind: Literal["job_failed"] = "job_failed"
    job: int
    rule: str
    message: str
    log: list[str] = Field(description="its log's last lines")


class RunProgress(Answer):
    """How many jobs of the run are done."""

    kind: Literal["run_progress"] = "run_progress"
    done: int
    total: int


class RunEnded(Answer):
    """The last event of a run."""

    kind: Literal["run_ended"] = "run_ended"
    state: RunEnd
    message: str


RunEvent = Annotated[
    RunStarted | JobStarted | JobProgress | JobFinished | JobFailed | RunProgress | RunEnded,
    Field(discriminator="kind"),
]
