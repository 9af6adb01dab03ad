"""What can be refused, and how it is said: one slug over REST and in MQTT acks (docs/problems.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a slug. `title` is the sentence for the slug, `detail` the one for this case.

    `extra` holds members that the problem document carries besides (RFC 9457, section 3.2).
    """

    status: ClassVar[int] = 500

    def __init__(self, slug: str, title: str, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or title)
        self.slug = slug
        self.title = title
        self.detail = detail or title
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        """From one process to another."""
        return _again, (type(self), self.slug, self.title, self.detail, self.extra)


def _again(kind: type[DomainError], slug: str, title: str, detail: str, extra: dict[str, Any]) -> DomainError:
    return kind(slug, title, detail, **extra)


class Unauthenticated(DomainError):
    """Raised when nobody, or somebody unknown, asks."""

    status = 401


class Forbidden(DomainError):
    """Raised when somebody known asks for what is not theirs."""

    status = 403


class NotFound(DomainError):
    """Raised when a record does not exist, or is not to be seen by who asks."""

    status = 404


class Conflict(DomainError):
    """Raised when the request is sound but the present state does not allow it."""

    status = 409


class PreconditionFailed(DomainError):
    """Raised when `If-Match` names a revision that is no longer the present one."""

    status = 412


class Refused(DomainError):
    """Raised when the request itself breaks a rule."""

    status = 422


class TooMany(DomainError):
    """Raised when somebody asks too often."""

    status = 429


class Unavailable(DomainError):
    """Raised when a part that is needed (storage, broker, a panel) does not answer now."""

    status = 503


class Trouble(Unavailable):
    """Raised when a system of somebody else's can't be asked now. `retry_after`: so long it wants to be left alone."""

    status = 503
    retry_after: timedelta | None = None


def not_found(what: str, identifier: str) -> NotFound:
    return NotFound(f"{what}-not-found", f"There is no such {what}", f"There is no {what} {identifier!r}.")
