"""Every refusal as RFC 9457 `application/problem+json`; nothing of the hub's inside is told."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from hub.errors import DomainError
from hub.measures import REFUSALS

_log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"


def problem(
    status: int, slug: str, title: str, detail: str, extra: dict[str, Any] | None = None
) -> Response[Any]:
    REFUSALS.labels(slug, "rest").inc()
    body = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail, **(extra or {})}
    return Response(body, status_code=status, media_type=PROBLEM_JSON)


def on_domain_error(_: Request[Any, Any, Any], error: DomainError) -> Response[Any]:
    response = problem(error.status, error.slug, error.title, error.detail, error.extra)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if "retryAfterS" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retryAfterS"])
    return response


def on_bad_request(_: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    """A body or a parameter that does not fit its type is 422, with what is wrong and where."""
    fields = [
        {"field": str(item.get("key", "")), "message": str(item.get("message", ""))}
        for item in (error.extra if isinstance(error.extra, list) else [])
        if isinstance(item, dict)
    ]
    told = "; ".join(f"{field['field']}: {field['message']}" for field in fields) or "It does not fit."
    return problem(422, "invalid-request", "The request does not fit the API", told, {"fields": fields})


def on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.BAD_REQUEST:
        return problem(
            422, "invalid-request", "The request does not fit the API", "It is not the JSON expected."
        )
    slug = status.phrase.lower().replace(" ", "-")
    response = problem(error.status_code, slug, status.phrase, status.description or status.phrase)
    if error.headers:
        response.headers.update(error.headers)
    return response


def on_nesting(_: Request[Any, Any, Any], _error: RecursionError) -> Response[Any]:
    """Nothing of ours recurses: the body is nested deeper than its reader goes."""
    return problem(422, "invalid-request", "The request does not fit the API", "It is nested too deep.")


def on_fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Our fault: logged whole, told as nothing but itself."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "internal-error", "The hub made a mistake", "It has been logged.")


HANDLERS: dict[Any, Any] = {
    DomainError: on_domain_error,
    ValidationException: on_bad_request,
    HTTPException: on_http_error,
    RecursionError: on_nesting,
    Exception: on_fault,
}
