"""A hub that a test can steer, and simulated panels that end with the test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import micropython
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


@pytest.fixture
def on_micropython(tmp_path: Path) -> Callable[..., None]:
    """Runs a script on the real MicroPython, in an empty flash; an assertion that fails there fails here."""

    def run(script: str, heap: str = micropython.HEAP) -> None:
        (tmp_path / "script.py").write_text(script)
        simulator = micropython.ROOT / "firmware" / "simulator"
        done = subprocess.run(
            micropython.command("script.py", heap=heap),
            env=micropython.environment(simulator),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run
