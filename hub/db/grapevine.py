"""What commits in one hub is heard in all that share its PostgreSQL (LISTEN/NOTIFY).

A notice is part of the transaction: it is heard if, and only if, that commits. It is a hint like every event:
who was away meanwhile asks the database again (`hub.events.Missed`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.errors import OperationalError
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db.address import address
from hub.db.base import new_id
from hub.db.postgresql import conninfo
from hub.events import Event, Events, IssueChanged, Missed, PanelChanged, RoomChanged, SessionEnded
from hub.trail import Cause, request_id

log = logging.getLogger(__name__)

CHANNEL = "circletime"
ORIGIN = new_id()
"""This process, which has told itself already."""
QUIET_S = 10.0
"""After so long without a word the connection is asked whether it still lives."""
RETRY_S = 0.5
_TELL = text("SELECT pg_notify(:channel, said) FROM unnest(CAST(:said AS text[])) AS said")


def tell(session: Session, happened: Sequence[Event]) -> None:
    """Tells the other hubs when this transaction commits."""
    said = [json.dumps([ORIGIN, *_said(one)]) for one in happened]
    session.execute(_TELL, {"channel": CHANNEL, "said": said})


def _said(event: Event) -> list[Any]:
    match event:
        case RoomChanged():
            return ["room", event.room_id, event.revision, request_id()]
        case PanelChanged():
            return ["panel", event.panel_id, event.room_id, event.status, event.frame]
        case IssueChanged():
            return ["issue", event.issue_id, event.room_id, event.status]
        case SessionEnded():
            return ["session", event.user_id, event.token_hash.hex() if event.token_hash else None]
        case _:
            raise TypeError(f"{event} concerns this process only")


def _heard(payload: str) -> Event | None:
    """None for what this process has said itself, or does not know (a newer hub's)."""
    match json.loads(payload):
        case [origin, *_] if origin == ORIGIN:
            return None
        case [_, "room", str(room_id), int(revision), *asked]:
            return RoomChanged(room_id, revision, Cause(next(iter(asked), None), time.monotonic()))
        case [_, "panel", str(panel_id), room_id, str(status), int(frame)]:
            return PanelChanged(panel_id, room_id, status, frame)
        case [_, "issue", str(issue_id), str(room_id), str(status)]:
            return IssueChanged(issue_id, room_id, status)
        case [_, "session", str(user_id), token_hash]:
            return SessionEnded(user_id, bytes.fromhex(token_hash) if token_hash else None)
    return None


async def listen(url: str, events: Events) -> None:
    """Publishes what other hubs tell, until cancelled. A connection that was lost is made anew, and what may have
    been missed meanwhile is told as such."""
    first = True
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                conninfo(address(url)), autocommit=True, application_name="circletime-listener"
            )
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                if not first:
                    events.publish(Missed())
                first = False
                await _take(connection, events)
        except (OperationalError, OSError) as error:
            log.warning("does not hear the other hubs: %s", str(error).strip())
        await asyncio.sleep(RETRY_S)


async def _take(connection: psycopg.AsyncConnection[Any], events: Events) -> None:
    while True:
        async for notice in connection.notifies(timeout=QUIET_S):
            try:
                event = _heard(notice.payload)
            except ValueError:
                log.warning("another hub says what is no notice")
                continue
            if event is not None:
                events.publish(event)
        await connection.execute("SELECT 1")
