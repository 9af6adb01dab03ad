"""A running site for each test that asks for one, and a campus for each module."""

import os
from contextlib import contextmanager

import pytest

from tests import micropython
from tests import mosquitto as mosquitto_server
from tests import postgres as postgres_server
from tests.flows.campus import Campus
from tests.flows.site import Site, free_port
from tests.mosquitto import Mosquitto
from tests.postgres import PostgresServer
from tools import release


@pytest.fixture
def site(tmp_path):
    yield from _running(Site(tmp_path))


@pytest.fixture
def site_by_tls(tmp_path):
    """The same, where panels come by TLS."""
    yield from _running(Site(tmp_path, mqtts_port=free_port()))


@pytest.fixture
def site_with_key(tmp_path):
    """The same, which trusts a firmware key; and that key."""
    key = release.new_key()
    for site in _running(Site(tmp_path, CIRCLETIME_FIRMWARE_KEY=release.public_key(key))):
        yield site, key


def _running(site):
    if micropython.MICROPYTHON is None:
        pytest.skip("MicroPython's unix port is packaged for x86-64 Linux only")
    try:
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="module")
def postgres():
    """A server of the module's own, which its tests may stop."""
    with runs(PostgresServer) as server:
        yield server


@pytest.fixture(scope="module")
def mosquitto():
    with runs(Mosquitto) as server:
        yield server


@pytest.fixture(scope="module")
def campus(tmp_path_factory, postgres, mosquitto):
    """Two hubs on one PostgreSQL, with a mosquitto beside them."""
    database_url = postgres.create("campus")
    found = None
    try:
        found = Campus(tmp_path_factory.mktemp("campus"), database_url, mosquitto.url)
        yield found
    finally:
        if found:
            found.close()


@contextmanager
def runs(server):
    """Where it cannot run, its tests are skipped; not in CI."""
    try:
        running = server()
    except (mosquitto_server.CannotRun, postgres_server.CannotRun) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    yield running
    running.close()
