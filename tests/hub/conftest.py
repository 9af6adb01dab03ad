"""Fixtures around `tests.hub.house` and `tests.hub.rest`.

A test that asks for `database_url`, or for what stands on it, runs on both databases.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest
from litestar.testing import TestClient

from hub.app import create_app
from hub.db.migrate import upgrade
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.house import World
from tests.hub.rest import Rest
from tests.postgres import CannotRun, PostgresServer

KINDS = ["sqlite", "postgres"]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database nobody has opened: tests copy it, which is quicker than migrating again."""
    path = tmp_path_factory.mktemp("empty") / "circletime.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres():
    """A server with a migrated database called `empty`. Where none can run, its tests are skipped; not in CI."""
    try:
        server = PostgresServer()
    except CannotRun as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    upgrade(server.create("empty"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def new_database(request, tmp_path_factory):
    """Opens migrated databases of either kind: each a context manager, which gives the URL."""

    @contextmanager
    def in_a_file():
        path = tmp_path_factory.mktemp("database") / "circletime.db"
        shutil.copy(request.getfixturevalue("empty_database"), path)
        yield f"sqlite:///{path}"
        shutil.rmtree(path.parent)

    def opened(kind):
        return in_a_file() if kind == "sqlite" else request.getfixturevalue("postgres").copied("empty")

    return opened


@pytest.fixture(params=KINDS)
def database_url(request, new_database):
    with new_database(request.param) as url:
        yield url


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def world(database_url, clock):
    found = World(database_url, clock)
    yield found
    found.close()


@pytest.fixture
def house(world):
    return world.house


@pytest.fixture
def rest(tmp_path, database_url, clock):
    settings = Settings(data_dir=tmp_path, database_url=database_url, broker_url="none")
    with TestClient(create_app(settings, clock=clock)) as client:
        yield Rest(client, clock)


@pytest.fixture
def mail_server():
    from tests.hub.mail_server import MailServer

    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailing(tmp_path, empty_database, clock, mail_server):
    """`rest`, on a hub that sends its mail to `mail_server`."""
    shutil.copy(empty_database, tmp_path / "circletime.db")
    settings = Settings(data_dir=tmp_path, broker_url="none", smtp_url=mail_server.url)
    with TestClient(create_app(settings, clock=clock)) as client:
        yield Rest(client, clock)
