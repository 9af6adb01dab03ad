"""Fixtures around `tests.hub.house`."""

from __future__ import annotations

import shutil

import pytest

from hub.db.migrate import upgrade
from tests.fakes import FakeClock
from tests.hub.house import World


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
