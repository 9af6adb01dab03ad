"""Changes of what belongs to everybody, with who made them, and of what (`hub.accounts.audit`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.api.context import Asking, Parts, caller
from hub.api.schema import Body

Result = TypeVar("Result")


async def audited(
    hub: Parts,
    request: Asking,
    action: str,
    work: Callable[[Session], Result],
    subject: str | None = None,
    data: Body | None = None,
) -> Result:
    """`work` and the note of it in one transaction. `subject` None: the `id` of what it makes.

    `data` is what was asked for, and carries no secret.
    """
    who, now = caller(request), hub.clock.now()
    detail: dict[str, Any] = {} if data is None else msgspec.to_builtins(data)

    def both(session: Session) -> Result:
        result = work(session)
        made = subject if subject is not None else result.id  # type: ignore[attr-defined]
        audit.record(session, who, action, made, detail, now)
        return result

    return await hub.database.write(both)


async def audited_change(
    hub: Parts,
    request: Asking,
    action: str,
    subject: str,
    data: Body,
    work: Callable[[Session], object],
    look: Callable[[Session], Result],
) -> Result:
    """`work`, with a note of the old and new values of what `data` names; answers what `look` sees afterwards."""
    who, now = caller(request), hub.clock.now()

    def both(session: Session) -> Result:
        before = msgspec.to_builtins(look(session))
        work(session)
        result = look(session)
        after = msgspec.to_builtins(result)
        asked = {name: after[name] for name in msgspec.to_builtins(data) if name in after}
        audit.record(session, who, action, subject, audit.differences(before, asked), now)
        return result

    return await hub.database.write(both)
