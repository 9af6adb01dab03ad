"""What is reported to be wrong in a room, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from litestar import get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.api.context import Asking, Hub, caller, requires_manager
from hub.api.paging import LARGEST, Cursor, Key, Limit, cursor_at, position_of
from hub.api.schema import Body, Page, Record
from hub.panel import issues as service
from hub.panel.issues import IssueFilter, IssueRecord
from hub.rooms import service as rooms

PLAIN = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
"""No control characters but tab and new line."""

Status = Literal["open", "acknowledged", "resolved"]


class IssueToReport(Body):
    """What was reported of this room under this category, whatever its case, is counted until it is resolved."""

    category: Annotated[str, Meta(min_length=1, max_length=64, pattern=PLAIN)]
    text: Annotated[str, Meta(max_length=1000, pattern=PLAIN)] | None = None


class IssueToChange(Body):
    """What is left out stays as it is. `outOfService` takes the room out of service for that reason, null
    brings it back."""

    status: Status | UnsetType = UNSET
    out_of_service: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType | None = UNSET


class Person(Record):
    id: str
    name: str


class Issue(Record):
    """`reports` is how often it was said, `text` what was said last. `reportedBy` is who said it first, null at
    a panel. Names are for managers and admins. `closesRoom`: the room is out of service for it."""

    id: str
    room_id: str
    category: str
    text: str | None
    status: Status
    reports: int
    reported_at: datetime
    last_reported_at: datetime
    reported_by: Person | None
    acknowledged_at: datetime | None
    acknowledged_by: Person | None
    resolved_at: datetime | None
    resolved_by: Person | None
    closes_room: bool


@post("/rooms/{id:str}/issues", tags=["issues"])
async def report_issue(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[IssueToReport]) -> Issue:
    now, who = hub.clock.now(), caller(request)
    return _issue(
        await hub.database.write(
            lambda session: service.report_issue(session, who, id, data.category, data.text, now)
        ),
        who,
    )


@get("/issues", guards=[requires_manager], tags=["issues"])
async def list_issues(
    hub: Hub,
    request: Asking,
    room_id: Annotated[str | None, QueryParameter(name="roomId")] = None,
    status: FromQuery[Status | None] = None,
    limit: Limit = LARGEST,
    cursor: Cursor = None,
) -> Page[Issue]:
    """The latest first, by when they were reported first."""
    (before_key,) = position_of(cursor, tuple[Key]) or (None,)

    def look(session: Session) -> list[IssueRecord]:
        room_key = None if room_id is None else rooms.room(session, room_id).key
        wanted = IssueFilter(room_key=room_key, status=status, before_key=before_key)
        return service.issues(session, wanted, limit + 1)

    found = await hub.database.read(look)
    more = len(found) > limit
    return Page(
        items=[_issue(one, caller(request)) for one in found[:limit]],
        next_cursor=cursor_at((found[limit - 1].key,)) if more else None,
    )


@get("/issues/{id:str}", guards=[requires_manager], tags=["issues"])
async def get_issue(hub: Hub, request: Asking, id: FromPath[str]) -> Issue:
    return _issue(
        await hub.database.read(lambda session: service.issue(session, id)),
        caller(request),
    )


@patch("/issues/{id:str}", guards=[requires_manager], tags=["issues"])
async def change_issue(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[IssueToChange]) -> Issue:
    """An open issue is acknowledged, then resolved, or resolved at once; a resolved one can be opened again."""
    now, who = hub.clock.now(), caller(request)
    return _issue(
        await hub.database.write(
            lambda session: service.change_issue(
                session, who, id, status=data.status, out_of_service=data.out_of_service, now=now
            )
        ),
        who,
    )


def _issue(found: IssueRecord, who: Account) -> Issue:
    def person(account: Account | None) -> Person | None:
        return Person(id=account.id, name=account.name) if account is not None and who.manages else None

    return Issue(
        id=found.id,
        room_id=found.room.id,
        category=found.category,
        text=found.text,
        status=found.status,  # type: ignore[arg-type]  # the service knows no other
        reports=found.reports,
        reported_at=found.reported_at,
        last_reported_at=found.last_reported_at,
        reported_by=person(found.reported_by),
        acknowledged_at=found.acknowledged_at,
        acknowledged_by=person(found.acknowledged_by),
        resolved_at=found.resolved_at,
        resolved_by=person(found.resolved_by),
        closes_room=found.closes_room,
    )


ROUTES = [report_issue, list_issues, get_issue, change_issue]
