"""Fifty people want one room at one time: one gets it, the others are told what to do instead."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import text

from hub.accounts import service as accounts
from hub.app import create_app
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.house import World

RACERS = 50


@pytest.fixture
def seeded(tmp_path, empty_database):
    """A data directory with the house in it, Nadia's token, and her wish for tomorrow, by the real clock."""
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    shutil.copy(empty_database, tmp_path / "circletime.db")
    world = World(tmp_path / "circletime.db", clock)
    token = world.write(accounts.open_session, world.house.nadia, clock.now())
    starts_at = clock.now() + timedelta(days=1)
    wish = {
        "roomId": world.house.story_corner.id,
        "title": "The one",
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(hours=1)).isoformat(),
    }
    yield world, {"Authorization": f"Bearer {token}"}, wish
    world.close()


async def race(clients, headers, wish):
    async def one(number):
        client = clients[number % len(clients)]
        return await client.post("/api/v1/bookings", json=wish, headers=headers, timeout=60)

    return await asyncio.gather(*(one(number) for number in range(RACERS)))


def check(world, answers):
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: RACERS - 1}
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["type"].endswith("/room-already-booked")
            assert len(answer.json()["conflicts"]) == 1
            assert answer.json()["alternatives"]
    assert world.read(lambda session: session.scalar(text("SELECT count(*) FROM bookings"))) == 1


def test_one_of_fifty_wins_in_one_hub(tmp_path, seeded):
    world, headers, wish = seeded
    app = create_app(Settings(data_dir=tmp_path, broker_url="none"))

    async def run():
        async with AsyncTestClient(app) as client:
            return await race([client], headers, wish)

    check(world, world.run(run()))


def test_one_of_fifty_wins_between_two_hubs_on_one_file(tmp_path, seeded):
    world, headers, wish = seeded
    with Served(tmp_path) as first, Served(tmp_path) as second:

        async def run():
            async with (
                httpx.AsyncClient(base_url=first.url) as one,
                httpx.AsyncClient(base_url=second.url) as other,
            ):
                return await race([one, other], headers, wish)

        check(world, world.run(run()))


class Served:
    """`circletime serve` in a process of its own, without a broker."""

    def __init__(self, data_dir):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = (data_dir / f"{port}.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve", "--port", str(port), "--data-dir", str(data_dir)],
            env=os.environ | {"CIRCLETIME_BROKER_URL": "none"},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health/live").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        self._log.seek(0)
        raise AssertionError("the hub did not start:\n" + self._log.read())

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(20)
        self._log.close()
