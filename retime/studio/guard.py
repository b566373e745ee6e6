"""Who may talk to the studio: whoever has the token, from this machine, from the page itself."""

import re
import secrets

from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retime.studio.contract.common import Refusal
from retime.studio.refusal import refusal

# A forwarded port may have another number at its other end; a name that only resolves to this
# machine (DNS rebinding) is no name of it.
HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
OPEN = ("/assets/",)  # the page's own code, which holds nothing of the clip
# fmt: off
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
# fmt: on


class Guard:
    """Refuses what comes from elsewhere or has no token.

    Args:
        app: what is guarded.
        token: the token; the page's address holds it as ``token``, and every request of the page
            as ``Authorization: Bearer``.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError(f"the studio speaks HTTP, not {scope['type']}")
        no = self._objection(scope)
        answer = self._app if no is None else refusal(no[0], Refusal(message=no[1]))
        await answer(scope, receive, _with_headers(send))

    def _objection(self, scope: Scope) -> tuple[int, str] | None:
        headers, path = Headers(scope=scope), scope["path"]
        host, origin = headers.get("host", ""), headers.get("origin")
        if not HOST.fullmatch(host):
            return 403, "the studio answers to 127.0.0.1 and localhost alone"
        if origin is not None and origin != f"http://{host}":
            return 403, "the studio answers to its own page alone"
        if path.startswith(OPEN) or self._has_token(headers, scope):
            return None
        return 401, "open the address that 'retime studio' printed: it holds the token"

    def _has_token(self, headers: Headers, scope: Scope) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = (
                QueryParams(scope["query_string"]).get("token", "") if scope["path"] == "/" else ""
            )
        return secrets.compare_digest(given.encode(), self._token)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(
                    (name.encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.encode() not in given
                ),
            ]
        await send(message)

    return sending
