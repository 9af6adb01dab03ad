"""A hub that a test can steer, and simulated panels that end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.hub_double import HubDouble
from tests.firmware.simulated_panel import SimulatedPanel
from tests.shared.examples import START, meeting, state


@pytest.fixture
def hub() -> Iterator[HubDouble]:
    """Five minutes past START, with a meeting at START that waits for its check-in."""
    double = HubDouble(state(meeting(0)), START + 300)
    yield double
    double.close()


@pytest.fixture
def panel(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., SimulatedPanel]]:
    """Starts the simulated panel of the test's `hub`, with more for its `panel.json`."""
    started: list[SimulatedPanel] = []

    def start(**more: Any) -> SimulatedPanel:
        port = more.pop("port", None) or request.getfixturevalue("hub").port
        started.append(SimulatedPanel(tmp_path, port, **more).start())
        return started[-1]

    yield start
    for one in started:
        one.cut_power()
        print(one.console())
