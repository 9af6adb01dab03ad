"""Reports are services over a session: their world is the quick one."""

from __future__ import annotations

import pytest

from tests.hub.house import QuickWorld


@pytest.fixture
def world(database_url, clock):
    found = QuickWorld(database_url, clock)
    yield found
    found.close()
