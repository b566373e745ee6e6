"""A Snakemake logger plugin that tells the studio of jobs, a JSON object a line.

Snakemake finds it by its name while this folder's parent is on ``PYTHONPATH``; it writes to the
file descriptor that ``RETIME_EVENTS`` holds.
"""

import json
import os
from logging import LogRecord
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

TOLD = (LogEvent.JOB_INFO, LogEvent.JOB_ERROR, LogEvent.JOB_FINISHED, LogEvent.PROGRESS)
FIELDS = ("jobid", "job_id", "rule_name", "rule_msg", "reason", "log", "benchmark", "done", "total")


class LogHandler(LogHandlerBase):
    """Writes what happens to jobs."""

    def __post_init__(self) -> None:
        self._out = int(os.environ["RETIME_EVENTS"])

    def emit(self, record: LogRecord) -> None:
        """Write a record, if it is one of those that the studio waits for."""
        event = getattr(record, "event", None)
        if event not in TOLD:
            return
        told: dict[str, Any] = {"event": str(event)}
        told |= {name: vars(record)[name] for name in FIELDS if name in vars(record)}
        told["log"] = [str(file) for file in told.get("log") or ()]
        os.write(self._out, (json.dumps(told, default=str) + "\n").encode())

    @property
    def writes_to_stream(self) -> bool:
        """No: what Snakemake says to people, it says beside this."""
        return False

    @property
    def writes_to_file(self) -> bool:
        """No."""
        return False

    @property
    def has_filter(self) -> bool:
        """Yes: quiet or not, jobs are told of."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Yes."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """No."""
        return False
