"""What computes long does so in a process of its own: its answers and refusals come back, and it may die."""

from __future__ import annotations

import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import text

from hub.app import create_app
from hub.db.apart import Apart, Gone
from hub.errors import NotFound, not_found
from hub.settings import Settings
from tests.hub.analytics.worked import a_week
from tests.hub.rest import Rest


def where(session):
    session.execute(text("SELECT 1"))
    return os.getpid()


def refuse(_session):
    raise not_found("room", "x")


def die(_session):
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(_session, flag):
    try:
        Path(flag).mkdir()
    except FileExistsError:
        return os.getpid()
    return die(_session)


def hang(_session, flag):
    Path(flag).mkdir()
    time.sleep(600)


@pytest.fixture
def apart(database_url):
    found = Apart(database_url)
    yield found
    found.close()


@pytest.fixture
def of_sqlite(sqlite):
    found = Apart(f"sqlite:///{sqlite.path('empty')}")
    yield found
    found.close()


def test_answers_and_refusals_come_back_from_one_other_process(apart):
    first = apart.run(where)
    with pytest.raises(NotFound) as refused:
        apart.run(refuse)
    assert (refused.value.slug, refused.value.status, refused.value.detail) == (
        "room-not-found",
        404,
        "There is no room 'x'.",
    )
    assert apart.run(where) == first != os.getpid()


def test_process_that_dies_is_started_anew_and_one_that_dies_of_the_work_is_said(of_sqlite, tmp_path):
    apart = of_sqlite
    assert apart.run(partial(die_once, flag=str(tmp_path / "died")))
    with pytest.raises(Gone):
        apart.run(die)


def test_closing_gives_up_what_is_computed(of_sqlite, tmp_path):
    apart = of_sqlite
    flag, ended = tmp_path / "began", []

    def ask():
        with pytest.raises(Gone):
            apart.run(partial(hang, flag=str(flag)))
        ended.append(True)

    thread = threading.Thread(target=ask)
    thread.start()
    while not flag.exists():
        assert thread.is_alive()
        time.sleep(0.01)
    apart.close()
    thread.join(10)
    assert ended


def test_hub_whose_reports_are_made_apart_says_the_same_and_refuses_the_same(tmp_path, new_database, clock):
    with new_database("sqlite") as url:
        settings = Settings(data_dir=tmp_path, database_url=url, broker_url="none")
        told, rest = [], None
        for apart in (False, True):
            with TestClient(create_app(settings, clock, apart=apart)) as client:
                if rest is None:
                    rest = Rest(client, clock)
                    week = a_week(rest)
                rest.client = client
                days = f"from={week['from']}&to={week['to']}"
                answers = [
                    rest.get(path, who="lena")
                    for path in (
                        f"/analytics/kpis?{days}",
                        f"/analytics/ghosting?{days}",
                        f"/analytics/bookings?{days}&measure=bookedMinutes",
                        f"/analytics/utilization/export?{days}&format=csv",
                        f"/analytics/kpis?{days}&buildingId=nowhere",
                    )
                ]
                pdf = rest.get(f"/analytics/kpis/export?{days}&format=pdf", who="lena")
                assert pdf.content.startswith(b"%PDF")
                told.append([(one.status_code, one.content) for one in answers])
    assert told[0] == told[1]
    assert [status for status, _ in told[0]] == [200, 200, 200, 200, 404]
