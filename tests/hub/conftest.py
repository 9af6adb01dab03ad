"""Fixtures around `tests.hub.house` and `tests.hub.rest`."""

from __future__ import annotations

import shutil

import pytest
from litestar.testing import TestClient

from hub.app import create_app
from hub.db.migrate import upgrade
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.house import World
from tests.hub.rest import Rest


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database nobody has opened: tests copy it, which is quicker than migrating again."""
    path = tmp_path_factory.mktemp("empty") / "circletime.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def world(tmp_path, empty_database, clock):
    path = tmp_path / "circletime.db"
    shutil.copy(empty_database, path)
    found = World(path, clock)
    yield found
    found.close()


@pytest.fixture
def house(world):
    return world.house


@pytest.fixture
def rest(tmp_path, empty_database, clock):
    shutil.copy(empty_database, tmp_path / "circletime.db")
    app = create_app(Settings(data_dir=tmp_path, broker_url="none"), clock=clock)
    with TestClient(app) as client:
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
