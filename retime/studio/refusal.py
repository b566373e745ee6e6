"""How the server says no: one message, as JSON, whatever the reason."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from retime.errors import InputError
from retime.studio.contract.common import Refusal

EVERYWHERE = {
    status: {"model": Refusal, "description": description}
    for status, description in {
        400: "Not JSON",
        401: "No token, or a wrong one",
        403: "From another host or origin",
        404: "No such thing",
        413: "Too long",
        422: "Not to be used as it is",
    }.items()
}

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


class Refused(Exception):  # noqa: N818 - what the server says, not what went wrong in it
    """A request that is answered with ``status`` and ``body``."""

    def __init__(self, status: int, body: BaseModel | str) -> None:
        self.status = status
        self.body = Refusal(message=body) if isinstance(body, str) else body
        super().__init__(self.body)


def refusal(status: int, body: BaseModel) -> JSONResponse:
    """Return the answer that refuses a request."""
    return JSONResponse(body.model_dump(mode="json"), status)


def answer_with_refusals(app: FastAPI) -> None:
    """Make every error of ``app`` a ``Refusal``."""

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> Response:
        return refusal(error.status, error.body)

    @app.exception_handler(InputError)
    def wrong_input(_: Request, error: InputError) -> Response:
        return refusal(422, Refusal(message=str(error)))

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where, *place = first["loc"]
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "json_invalid":
            return refusal(400, Refusal(message=f"the body is not JSON: {message}"))
        name = ".".join(map(str, place)) or where
        if where == "path":
            return refusal(404, Refusal(message=f"'{name}' cannot be what it is: {message}"))
        return refusal(422, Refusal(message=f"'{name}': {message}", place=place))

    @app.exception_handler(HTTPException)
    def other(_: Request, error: HTTPException) -> Response:
        return refusal(error.status_code, Refusal(message=str(error.detail)))
