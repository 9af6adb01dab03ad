"""Whether every promise has held, once a fault is over: the one judge of all faults."""

from __future__ import annotations

import json
import time
from typing import NamedTuple

from tests.faults.town import Town
from tests.flows.campus import CheapPanel
from tests.flows.site import eventually

ACTIVE = "status IN ('pending', 'confirmed', 'checked_in')"
OVERLAPPING = f"""SELECT count(*) FROM bookings a JOIN bookings b ON a.room_key = b.room_key AND a.id < b.id
WHERE a.{ACTIVE} AND b.{ACTIVE} AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"""
MEETINGS_COMPARED = 15
PANEL_PATIENCE_S = 60.0


class Outcome(NamedTuple):
    """What one repetition came to; the first five must be 0."""

    double_bookings: int
    lost_bookings: int
    bookings_made_twice: int
    commands_lost_or_applied_twice: int
    revisions_gone_back: int
    acknowledged: int
    refused: int
    unanswered: int
    commands: int
    truth_after_s: float
    """When the last panel showed the hub's truth, counted from the end of the fault and of all asking."""

    @property
    def broken(self) -> int:
        return sum(self[:5])


def judge(town: Town) -> Outcome:
    """Waits for panels and answers as long as the promise allows. Fails where one does not show the truth by then."""
    began = time.monotonic()
    for panel in town.campus.panels:
        eventually(
            f"panel {panel.id} shows the hub's truth",
            lambda one=panel: shows_the_truth(town, one),
            PANEL_PATIENCE_S,
        )
    truth_after_s = time.monotonic() - began
    for panel, command in town.people.commands:
        eventually(f"command {command} is answered", lambda one=panel, what=command: one.acks.get(what))
    return outcome(town, truth_after_s)


def outcome(town: Town, truth_after_s: float = 0.0) -> Outcome:
    """As the database has it now."""
    people = town.people
    found = {row.title: row.id for row in town.ask_database(f"SELECT id, title FROM bookings WHERE {ACTIVE}")}
    titles = town.ask_database("SELECT count(*) - count(DISTINCT title) FROM bookings")[0][0]
    reports = town.ask_database("SELECT reports FROM issue_reports WHERE category LIKE 'fault %'")
    granted = sum(panel.acks[command][0]["ok"] for panel, command in people.commands)
    return Outcome(
        double_bookings=town.ask_database(OVERLAPPING)[0][0],
        lost_bookings=sum(found.get(title) != known for title, known in people.acknowledged.items()),
        bookings_made_twice=titles,
        commands_lost_or_applied_twice=sum(abs(row.reports - 1) for row in reports)
        + abs(len(reports) - granted),
        revisions_gone_back=sum(panel.lower for panel in town.campus.panels),
        acknowledged=len(people.acknowledged),
        refused=people.refused,
        unanswered=people.unanswered,
        commands=granted,
        truth_after_s=truth_after_s,
    )


def shows_the_truth(town: Town, panel: CheapPanel) -> bool:
    """The same revision, and the same meetings in the same order."""
    truth = town.campus.ask("GET", f"/rooms/{panel.room_id}/state")
    shown = panel.state
    return bool(shown) and shown["revision"] == truth["revision"] and _meetings(shown) == _meetings(truth)


def _meetings(state: dict) -> list[str]:
    meetings = [state["current"], state["next"], *state["upcoming"]]
    return [json.dumps(one, sort_keys=True) for one in meetings if one][:MEETINGS_COMPARED]
