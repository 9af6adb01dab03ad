"""Which panels are there: what a panel, its last will, or its silence says of that.

A whole building says hello at once, so what is said is taken in by the crowd: as many statements for many as for one.
Whoever is not known gets NotFound as its answer, and the others theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm import Session

from hub.clock import from_unix
from hub.errors import NotFound, not_found
from hub.panel import news, repository
from hub.panel.health import LONGEST_SLEEP
from hub.panel.models import Panel
from hub.panel.records import PanelRecord, record_of, room_of, standing, tell
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord
from shared.panel_presence import OFFLINE, ONLINE, SLEEPING

if TYPE_CHECKING:
    from shared.panel_presence import Hello, Presence

Answer = TypeVar("Answer")

HIGHEST_REVISION = 2**31 - 1
"""What the column holds; a panel may say anything."""


def greet(session: Session, panel_id: str, hello: Hello, now: datetime) -> PanelRecord:
    """The panel has (re)connected: it is online, and its room in contact with the hub. Raises NotFound."""
    return _alone(greet_all(session, [(panel_id, hello)], now))


def greet_all(
    session: Session, hellos: Sequence[tuple[str, Hello]], now: datetime
) -> list[PanelRecord | NotFound]:
    """The same for each of these panels."""
    found, at = _found_all(session, [panel_id for panel_id, _ in hellos])
    was = news.standings(found.values())
    answers: list[PanelRecord | NotFound] = []
    for panel_id, hello in hellos:
        panel = found.get(panel_id)
        if panel is None:
            answers.append(not_found("panel", panel_id))
            continue
        room = at.get(panel.room_key or 0)
        _welcome(panel, room, hello, now)
        tell(session, panel, room)
        answers.append(record_of(panel, room))
    repository.end_enrolments(
        session, [one.key for one in found.values()]
    )  # they have their credentials in flash
    session.flush()
    doors = {one.id: at[one.room_key].key for one in found.values() if one.room_key in at}
    rooms.open_contacts(session, doors, now)
    news.panels_came_or_went(session, found.values(), at, was, now)
    return answers


def _welcome(found: Panel, room: RoomRecord | None, hello: Hello, now: datetime) -> None:
    found.firmware = hello["firmware"]
    _go_online(found, hello["bootId"], now)
    _note_revision(found, room, hello["revision"] if room and hello["roomId"] == room.id else 0, None)


def set_presence(session: Session, panel_id: str, said: Presence, now: datetime) -> None:
    """What the panel, or its last will, says of itself; a will from before its last start is ignored.

    Raises NotFound.
    """
    _alone(set_presences(session, [(panel_id, said)], now))


def set_presences(
    session: Session, all_said: Sequence[tuple[str, Presence]], now: datetime
) -> list[NotFound | None]:
    """The same for each of these panels."""
    found, at = _found_all(session, [panel_id for panel_id, _ in all_said])
    was = news.standings(found.values())
    answers: list[NotFound | None] = []
    left = set()
    for panel_id, said in all_said:
        panel = found.get(panel_id)
        answers.append(None if panel else not_found("panel", panel_id))
        if panel and _set_presence(panel, said, now):
            tell(session, panel, at.get(panel.room_key or 0))
            if panel.status != ONLINE:
                left.add(panel_id)
    session.flush()
    rooms.close_contacts(session, left, now)
    news.panels_came_or_went(session, found.values(), at, was, now)
    return answers


def _set_presence(found: Panel, said: Presence, now: datetime) -> bool:
    """Whether it is heeded."""
    if said["status"] == ONLINE:
        _go_online(found, said["bootId"], now)
        return True
    if found.boot_id not in {None, said["bootId"]}:
        return False
    found.status, found.sleeping_until = said["status"], None
    if said["status"] == SLEEPING:
        until = said.get("untilUnix")
        found.last_heard_at = now
        found.sleeping_until = None if until is None else min(from_unix(until), now + LONGEST_SLEEP)
    return True


def _go_online(found: Panel, boot_id: str, now: datetime) -> None:
    if found.boot_id != boot_id:
        found.boot_id, found.started_at = boot_id, now
    found.status, found.sleeping_until, found.last_heard_at = ONLINE, None, now


def lose(session: Session, panel_id: str, now: datetime) -> None:
    """The panel's connection is gone, and no word came of it. Harmless for one that was not online."""
    lose_each(session, [panel_id], now)


def lose_each(session: Session, panel_ids: Iterable[str], now: datetime) -> None:
    """The same for each of these panels."""
    found, at = _found_all(session, panel_ids)
    was = news.standings(found.values())
    lost = [panel for panel in found.values() if panel.status == ONLINE]
    for panel in lost:
        panel.status, panel.sleeping_until = OFFLINE, None
        tell(session, panel, at.get(panel.room_key or 0))
    session.flush()
    rooms.close_contacts(session, {panel.id for panel in lost}, now)
    news.panels_came_or_went(session, found.values(), at, was, now)


def lose_all(session: Session) -> None:
    """At the hub's start: nobody is connected, and what contact was left open ended with its heartbeat."""
    repository.forget_online(session)
    rooms.close_stale_contacts(session)


def note_telemetry(session: Session, panel_id: str, telemetry: dict[str, Any], now: datetime) -> PanelRecord:
    """The last one is kept whole; its `frame`, `screen` and `revision` have been checked. Raises NotFound."""
    found = repository.panel_with_id(session, panel_id)
    if found is None:
        raise not_found("panel", panel_id)
    found.last_heard_at = now
    found.frame, found.screen = telemetry.get("frame", found.frame), telemetry.get("screen", found.screen)
    found.telemetry = json.dumps(telemetry)
    room = room_of(session, found)
    if "revision" in telemetry:
        _note_revision(found, room, telemetry["revision"], now)
    tell(session, found, room)
    return record_of(found, room)


def _note_revision(found: Panel, room: RoomRecord | None, revision: int, now: datetime | None) -> None:
    """`now` None: the panel has just come, and is sent what it lacks."""
    found.shown_revision = min(revision, HIGHEST_REVISION) if room else None
    if room is None or now is None or revision >= room.published_revision:
        found.behind_since = None
    elif found.behind_since is None:
        found.behind_since = now


def note_heard(session: Session, heard: dict[str, datetime]) -> None:
    """When each of these panels last gave a sign of life."""
    repository.note_heard(session, heard)


def _found_all(session: Session, panel_ids: Iterable[str]) -> tuple[dict[str, Panel], dict[int, RoomRecord]]:
    """The panels, locked, by their ids, and the rooms that they hang at, by their keys."""
    found = {panel.id: panel for panel in repository.locked_panels(session, panel_ids)}
    keys = {panel.room_key for panel in found.values() if panel.room_key is not None}
    at = rooms.rooms_by_key(session, keys) if keys else {}
    return found, {key: room for key, room in at.items() if standing(room)}


def _alone(answers: list[Answer | NotFound]) -> Answer:
    if isinstance(answers[0], NotFound):
        raise answers[0]
    return answers[0]
