"""Fixtures around `tests.hub.house` and `tests.hub.rest`.

A test that asks for `database_url`, or for what stands on it, runs on both databases.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest

from hub.db.migrate import upgrade
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.house import World, opened_with
from tests.hub.rest import Rest, running_hub
from tests.hub.sqlite_folder import SqliteFolder
from tests.postgres import CannotRun, PostgresServer

KINDS = ["sqlite", "postgres"]


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory):
    """A folder with a migrated database called `empty`."""
    folder = SqliteFolder(tmp_path_factory.mktemp("sqlite"))
    upgrade(folder.create("empty"))
    return folder


@pytest.fixture(scope="session")
def empty_database(sqlite):
    """A migrated database nobody has opened: tests copy it, which is quicker than migrating again."""
    return sqlite.path("empty")


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
def new_database(request):
    """Opens migrated databases of either kind: each a context manager, which gives the URL."""

    def opened(kind):
        return request.getfixturevalue(kind).copied("empty")

    return opened


@pytest.fixture(scope="session")
def furnished_database(request):
    """The same, with the house in them: it is built once."""
    houses = {}

    @contextmanager
    def opened(kind):
        server = request.getfixturevalue(kind)
        if kind not in houses:
            houses[kind] = built(server.create("furnished", of="empty"))
        with server.copied("furnished") as url, opened_with(url, houses[kind]):
            yield url

    return opened


def built(url):
    world = World(url, FakeClock())
    world.close()
    return world.house


@pytest.fixture(params=KINDS)
def database_url(request, new_database, furnished_database):
    """The house is in it where the test asks for who lives in it."""
    lived_in = {"world", "rest"} & set(request.fixturenames)
    with (furnished_database if lived_in else new_database)(request.param) as url:
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
    with running_hub(settings, clock) as client:
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
    with running_hub(settings, clock) as client:
        yield Rest(client, clock)
