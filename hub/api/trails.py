"""Every request has an id, which comes back in `X-Request-Id`, and is counted and timed by its route."""

from __future__ import annotations

import time
from typing import Any

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from hub import journal
from hub.measures import REQUEST_S, REQUESTS
from hub.spans import span
from hub.trail import following, sane_id

HEADER = "x-request-id"
NO_ROUTE = "none"
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


def outermost(app: ASGIApp) -> ASGIApp:
    """The middleware: what a request does is done in its name."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        _begin(scope)
        with following(_id(scope)), span("request", method=_method(scope), route=_route(scope)):
            await app(scope, receive, send)

    return middleware


async def on_answer(message: Message, scope: Scope) -> None:
    """At the first byte of every answer, also of one that no route gave."""
    if message["type"] != "http.response.start":
        return
    MutableScopeHeaders.from_message(message)[HEADER] = _id(scope)
    method, route, status = _method(scope), _route(scope), message["status"]
    REQUESTS.labels(method, route, status).inc()
    took_s = time.perf_counter() - _begin(scope)
    REQUEST_S.labels(method, route).observe(took_s)
    with following(_id(scope)):
        journal.note("answered", method=method, route=route, status=status, tookMs=round(took_s * 1000, 1))


def _state(scope: Scope) -> dict[str, Any]:
    return scope.setdefault("state", {})


def _begin(scope: Scope) -> float:
    found: float = _state(scope).setdefault("began_s", time.perf_counter())
    return found


def _id(scope: Scope) -> str:
    state = _state(scope)
    if "request_id" not in state:
        state["request_id"] = sane_id(Headers.from_scope(scope).get(HEADER))
    return str(state["request_id"])


def _method(scope: Scope) -> str:
    """Nobody makes a new series of figures by asking in a way of their own."""
    method = str(scope.get("method"))
    return method if method in METHODS else "other"


def _route(scope: Scope) -> str:
    """As it is declared: an address may hold a secret, and there is no end of them."""
    return str(scope.get("path_template") or NO_ROUTE)
