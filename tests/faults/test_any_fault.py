"""Whatever is killed, cut, filled or set wrong while people book: every promise holds, and every panel is back."""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path

import pytest

from tests.faults.faults import ON_A_CAMPUS, ON_ONE_BOX
from tests.faults.judge import Outcome, judge, outcome
from tests.faults.town import Town
from tests.flows.conftest import runs
from tests.flows.site import eventually
from tests.mosquitto import Mosquitto
from tests.postgres import PostgresServer

TIMES = int(os.environ.get("CIRCLETIME_FAULTS", "1"))
REPORT = os.environ.get("CIRCLETIME_FAULTS_REPORT")

SPOILED = {
    "lost_bookings": ("UPDATE bookings SET id = id || '-'", "UPDATE bookings SET id = trim(id, '-')"),
    "commands_lost_or_applied_twice": (
        "UPDATE issue_reports SET reports = reports + 1",
        "UPDATE issue_reports SET reports = reports - 1",
    ),
    "double_bookings": (
        "UPDATE bookings SET ends_at = '2099' || substr(ends_at, 5)",
        "UPDATE bookings SET ends_at = blocks_until",
    ),
}
"""What breaks each promise in the database, and what takes that back."""

pytestmark = pytest.mark.timeout(300 + 120 * TIMES)


@pytest.fixture(scope="module")
def report():
    """Where it is asked for: each fault's outcomes, in a file."""
    found: dict[str, list[Outcome]] = {}
    yield found
    if REPORT and found:
        rows = {name: _summary(outcomes) for name, outcomes in found.items()}
        Path(REPORT).write_text(json.dumps(rows, indent=1) + "\n")


@pytest.fixture(scope="module")
def one_box(tmp_path_factory):
    town = Town(tmp_path_factory.mktemp("one-box"))
    yield town
    town.close()


@pytest.fixture(scope="module")
def campus(tmp_path_factory):
    with runs(PostgresServer) as database, runs(Mosquitto) as broker:
        town = Town(tmp_path_factory.mktemp("campus"), database, broker)
        yield town
        town.close()


@pytest.mark.parametrize("fault", ON_ONE_BOX, ids=lambda fault: fault.__name__)
def test_on_one_box_no_promise_is_broken(one_box, fault, report):
    hold_through(one_box, fault, report, f"one box: {fault.__name__}")


@pytest.mark.parametrize("fault", ON_A_CAMPUS, ids=lambda fault: fault.__name__)
def test_on_a_campus_no_promise_is_broken(campus, fault, report):
    hold_through(campus, fault, report, f"campus: {fault.__name__}")


def hold_through(town, fault, report, name):
    for _ in range(TIMES):
        before = len(town.people.acknowledged)
        town.people.work()
        try:
            fault(town)
        finally:
            town.people.rest()
        found = judge(town)
        report.setdefault(name, []).append(found)
        print(f"{name}: {found}")
        assert found.broken == 0
        assert found.acknowledged > before


def _summary(outcomes: list[Outcome]) -> dict[str, float]:
    """The counts are those of the town since it stands, so the last has all; times are each repetition's."""
    seconds = [one.truth_after_s for one in outcomes]
    first, last = outcomes[0], outcomes[-1]
    return {
        "repetitions": len(outcomes),
        "promises broken": sum(one.broken for one in outcomes),
        "bookings acknowledged since the start": last.acknowledged,
        "answers that did not come": last.unanswered - first.unanswered,
        "truth on every panel, median s": round(statistics.median(seconds), 2),
        "truth on every panel, worst s": round(max(seconds), 2),
    }


def test_judge_sees_what_is_lost_doubled_and_applied_twice(one_box):
    one_box.people.work()
    people = one_box.people
    eventually("there is something to lose", lambda: people.commands and len(people.acknowledged) > 4)
    people.rest()
    assert judge(one_box).broken == 0
    for promise, (spoil, mend) in SPOILED.items():
        one_box.ask_database(spoil)
        assert getattr(outcome(one_box), promise) > 0, promise
        one_box.ask_database(mend)
    assert judge(one_box).broken == 0
