"""Rooms are services over a session: their world is in memory."""

from __future__ import annotations

import pytest

from tests.hub.house import MemoryWorld


@pytest.fixture
def world(empty_database, clock):
    found = MemoryWorld(empty_database, clock)
    yield found
    found.close()
