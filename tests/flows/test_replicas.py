"""Several hubs on one PostgreSQL and one broker: any of them may be killed at any time, and all say the same."""

from __future__ import annotations

import json
import signal
import threading
import time
from contextlib import suppress
from itertools import count

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.flows.site import eventually

MINUTES = count(600, 15)
"""Each booking a slot of its own, far enough ahead."""


@pytest.fixture(scope="module")
def panel(campus, mosquitto):
    return campus.hang(campus.add_room("Story Corner"), lambda: mosquitto.port)


@pytest.fixture
def ask_database(postgres):
    """Runs a statement on the campus' database, past the hubs."""
    engine = create_engine(postgres.url("campus").replace("postgresql://", "postgresql+psycopg://"))

    def ask(words):
        with engine.begin() as connection:
            return connection.execute(text(words)).all()

    yield ask
    engine.dispose()


class Stream:
    """The server-sent events of one hub: which rooms it told, until it ended."""

    def __init__(self, campus, hub):
        self.open, self.ended = threading.Event(), threading.Event()
        self.told = []
        headers = {"Authorization": f"Bearer {campus.token}"}
        self._request = (f"{hub.url}/api/v1/events", headers)
        threading.Thread(target=self._read, daemon=True).start()
        assert self.open.wait(20)

    def _read(self):
        url, headers = self._request
        with suppress(httpx.TransportError), httpx.stream("GET", url, headers=headers, timeout=60) as answer:
            for line in answer.iter_lines():
                if line.startswith("event: hello"):
                    self.open.set()
                elif line.startswith("data:") and "revision" in line:
                    told = json.loads(line[5:])
                    self.told.append((told["roomId"], told["revision"], time.monotonic()))
        self.ended.set()


def test_whichever_hub_is_asked_the_panel_shows_it_and_every_hub_tells_it(campus, panel):
    streams = [Stream(campus, hub) for hub in campus.hubs]
    for hub in campus.hubs:
        campus.book(panel.room_id, next(MINUTES), hub=hub)
        revision = campus.truth(panel.room_id)
        eventually("the panel shows it", lambda wanted=revision: panel.revision == wanted)
        for stream in streams:
            wanted = (panel.room_id, revision)
            eventually("it is told", lambda one=stream, what=wanted: what in [told[:2] for told in one.told])


def test_every_hub_reaches_the_panel(campus, panel):
    for key, hub in enumerate(campus.hubs):
        campus.ask("POST", f"/panels/{panel.id}/press", {"key": key}, hub=hub)
        eventually("the key is pressed", lambda wanted=key: wanted in panel.pressed)
        picture = campus.ask("GET", f"/panels/{panel.id}/screen.png", hub=hub)
        assert picture.startswith(b"\x89PNG")


def test_command_in_flight_when_the_leader_is_killed_is_applied_once_by_the_next(campus, panel, ask_database):
    old = campus.leader()
    commands = [panel.command("report_issue", category=f"display {n}", text="flickers") for n in range(5)]
    eventually("the first is answered", lambda: panel.acks.get(commands[0]))
    commands += [panel.command("report_issue", category=f"cable {n}", text="lost") for n in range(5)]
    old.end(signal.SIGKILL)
    for command in commands:
        assert panel.answer(command)["ok"]
    assert campus.leader() is not old
    rows = ask_database(
        "SELECT reports FROM issue_reports WHERE category LIKE 'display %' OR category LIKE 'cable %'"
    )
    assert [row.reports for row in rows] == [1] * 10
    old.start()
    eventually("it is back", old.ready, 120)


def test_rolling_restart_loses_no_booking_and_leaves_no_panel_behind(campus, panel):
    booked, stop = [], threading.Event()

    def go_on_booking():
        while not stop.is_set():
            minutes = next(MINUTES)
            booked.append(campus.book(panel.room_id, minutes, key=f"rolling-{minutes}"))

    booking = threading.Thread(target=go_on_booking)
    booking.start()
    try:
        for hub in campus.hubs:
            hub.end(signal.SIGTERM)
            hub.start()
            eventually("it is back", hub.ready, 120)
    finally:
        stop.set()
        booking.join(90)
    assert len(booked) == len(set(booked)) > 2
    for booking_id in booked:
        assert campus.ask("GET", f"/bookings/{booking_id}")["status"] == "confirmed"
    campus.all_show_the_truth()
    assert panel.lower == 0


def test_frozen_leader_is_replaced_and_says_nothing_stale_when_it_thaws(campus, panel):
    old = campus.leader()
    old.signal(signal.SIGSTOP)
    try:
        other = next(hub for hub in campus.hubs if hub is not old)
        eventually("another leads", other.leads, 60)
        campus.book(panel.room_id, next(MINUTES), hub=other)
        eventually("the panel shows it", lambda: panel.revision == int(
            campus.ask("GET", f"/rooms/{panel.room_id}/state", hub=other)["revision"]))  # fmt: skip
    finally:
        old.signal(signal.SIGCONT)
    eventually("it has noticed", lambda: not old.leads())
    campus.book(panel.room_id, next(MINUTES))
    campus.all_show_the_truth()
    assert panel.lower == 0
    assert campus.leaders() == [other]


def test_stream_ends_where_something_may_have_been_missed_and_the_next_one_is_told_at_once(
    campus, panel, ask_database
):
    follower = campus.follower()
    stream = Stream(campus, follower)
    ask_database(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'circletime-listener'"
    )
    assert stream.ended.wait(20)
    stream = Stream(campus, follower)
    campus.book(panel.room_id, next(MINUTES), hub=campus.leader())
    wanted = (panel.room_id, campus.truth(panel.room_id))
    eventually("it is told", lambda: wanted in [told[:2] for told in stream.told])


def test_database_that_was_away_is_taken_up_again_and_one_leads(campus, panel, postgres):
    postgres.stop()
    eventually("nobody leads", lambda: not campus.leaders(), 60)
    postgres.start()
    campus.leader()
    campus.book(panel.room_id, next(MINUTES))
    campus.all_show_the_truth()


def test_broker_that_comes_back_empty_is_told_everything_again(campus, panel, mosquitto):
    campus.book(panel.room_id, next(MINUTES))
    mosquitto.kill()
    campus.book(panel.room_id, next(MINUTES))
    joined = panel.joined
    mosquitto.forget()
    mosquitto.start()
    eventually("the panel is back", lambda: panel.joined > joined)
    campus.all_show_the_truth()
    late = campus.hang(panel.room_id, lambda: mosquitto.port)
    assert late.revision == campus.truth(panel.room_id)


def test_revoked_panel_is_cut_off_whichever_hub_is_asked(campus, panel, mosquitto):
    for hub in campus.hubs:
        doomed = campus.hang(panel.room_id, lambda: mosquitto.port)
        joined = doomed.joined
        campus.ask("DELETE", f"/panels/{doomed.id}", hub=hub)
        eventually("it is turned away", lambda one=doomed: one.refused)
        assert doomed.joined == joined
        campus.panels.remove(doomed)
        doomed.close()
