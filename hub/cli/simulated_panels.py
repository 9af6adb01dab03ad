"""Panels without hardware: the real firmware in processes of its own, kept running until told to stop."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from hub.cli.rest_client import HubSays, NoHub, RestClient
from tools import simulator

MOST_DEATHS = 5
"""A panel that dies more often within DEATHS_S is given up."""
DEATHS_S = 60
_LOOK_S = 0.25
_CODE = "claim me: "
"""Before the code on the panel's console; see firmware/enrolment.py."""
_GRACE_S = 3
_RECONNECT_MAX_S = 5


def why_none() -> str | None:
    """Why no simulated panel can run here; None where they can."""
    try:
        simulator.interpreter()
    except FileNotFoundError:
        here = f"{platform.machine()} {platform.system()}"
        return (
            f"Simulated panels run on x86-64 Linux, where MicroPython is packaged; this is {here}. "
            "The hub and the web app work without them."
        )
    return None


class SimulatedPanel:
    """One panel's process, with its flash in a folder; what it prints goes to `panel.log` there."""

    def __init__(self, name: str, panel_id: str | None, flash: Path) -> None:
        """`panel_id` None: it has to be claimed first."""
        self.name = name
        self.panel_id = panel_id
        self._flash = flash
        self._codes_told = 0
        self._deaths: list[float] = []
        self.given_up = False
        self._wakes_at: float | None = None
        """While it sleeps: when that ends, on the monotonic clock."""
        self._start()

    def _start(self, *, woken: bool = False) -> None:
        argv, environ = simulator.command(self._flash, woken=woken)
        self._started_s = time.time()
        with (self._flash / "panel.log").open("ab") as log:
            # A session of its own: Ctrl-C is for us; the panel ends when we close its standard input, or die.
            self._process = subprocess.Popen(
                argv, env=environ, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )

    def note_claim(self) -> None:
        """Takes the id that it was given, once it has been."""
        with suppress(OSError, ValueError):
            self.panel_id = json.loads((self._flash / "credentials.json").read_text())["panelId"]

    def new_codes(self) -> list[str]:
        """Those that it has shown since last asked."""
        log = (self._flash / "panel.log").read_text("utf-8", "replace")
        shown = [line.removeprefix(_CODE).strip() for line in log.splitlines() if line.startswith(_CODE)]
        new, self._codes_told = shown[self._codes_told :], len(shown)
        return new

    def revive(self) -> None:
        """Starts the panel again where it has ended: when it asked for that, a few times if it died."""
        if self._wakes_at is not None:
            self._wake()
            return
        status = None if self.given_up else self._process.poll()
        if status is None and not self.given_up and simulator.starved(self._flash, self._started_s):
            self._process.kill()
            status = self._process.wait()
        if status is None:
            return
        self._close()
        now = time.monotonic()
        if status == simulator.SLEEP_STATUS:
            self._wakes_at = now + simulator.asleep_s(self._flash)
            return
        if status != simulator.RESET_STATUS:
            self._deaths = [at for at in self._deaths if now - at < DEATHS_S] + [now]
            print(f"The panel at {self.name} ended with {status}: {self._last_words()}", file=sys.stderr)
        self.given_up = len(self._deaths) > MOST_DEATHS
        if not self.given_up:
            self._start()

    def _wake(self) -> None:
        if self._wakes_at is not None and time.monotonic() >= self._wakes_at:
            self._wakes_at = None
            self._start(woken=True)

    def _last_words(self) -> str:
        lines = (
            (self._flash / "panel.log").read_bytes()[-2000:].decode("utf-8", "replace").strip().splitlines()
        )
        return lines[-1] if lines else "it said nothing"

    def _close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()

    def memory_kib(self) -> int | None:
        """What the kernel counts as this process's (shared pages in parts); None where it does not say."""
        with suppress(OSError, ValueError):
            said = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()
            return next(int(line.split()[1]) for line in said if line.startswith("Pss:"))
        return None

    def end(self) -> None:
        """Asks the panel to end; `wait` sees to it."""
        self._close()

    def wait(self) -> None:
        """Returns when the process has gone; it is killed where it takes too long."""
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def provision(hub: RestClient, room: dict[str, Any], flash: Path, *, battery: bool = False) -> SimulatedPanel:
    """A new panel at that room's door, provisioned and claimed as a real one is. Raises HubSays, NoHub."""
    made = hub.post("/panels", {"name": room["name"], "roomId": room["id"], "simulated": True})
    credentials = {
        "panelId": made["id"],
        "secret": made["secret"],
        "mqttHost": made["mqtt"]["host"],
        "mqttPort": made["mqtt"]["port"],
        "tls": made["mqtt"]["tls"],
        "ca": made["ca"],
        "firmwareKey": made["firmwareKey"],
        "power": "battery" if battery else "mains",
    }
    return _installed(room["name"], made["id"], flash, credentials)


def unclaimed(hub: RestClient, number: int, flash: Path) -> SimulatedPanel:
    """A new panel that knows where its hub is, and nothing else."""
    return _installed(f"no door yet ({number})", None, flash, {"hubUrl": hub.url})


def _installed(name: str, panel_id: str | None, flash: Path, told: dict[str, Any]) -> SimulatedPanel:
    flash.mkdir(parents=True)
    told |= {"board": "simulator", "language": "en", "reconnectMaxS": _RECONNECT_MAX_S}
    (flash / "panel.json").write_text(json.dumps(told))
    return SimulatedPanel(name, panel_id, flash)


@contextmanager
def running(
    hub: RestClient,
    rooms: Iterable[dict[str, Any]],
    after_each: Callable[[list[SimulatedPanel]], None] = lambda _: None,
    *,
    battery: bool = False,
) -> Iterator[list[SimulatedPanel]]:
    """A panel at each of these rooms; on the way out all have ended and are revoked.

    `after_each` gets those that hang so far, and may take its time.
    """
    with _hung(hub, [partial(provision, hub, room, battery=battery) for room in rooms], after_each) as panels:
        yield panels


@contextmanager
def waiting(hub: RestClient, count: int) -> Iterator[list[SimulatedPanel]]:
    """So many panels without credentials; on the way out all have ended, and who was claimed is revoked where
    `hub` is logged in."""
    with _hung(hub, [partial(unclaimed, hub, number + 1) for number in range(count)]) as panels:
        yield panels


@contextmanager
def _hung(
    hub: RestClient,
    hang: Iterable[Callable[[Path], SimulatedPanel]],
    after_each: Callable[[list[SimulatedPanel]], None] = lambda _: None,
) -> Iterator[list[SimulatedPanel]]:
    panels: list[SimulatedPanel] = []
    with tempfile.TemporaryDirectory(prefix="circletime-panels-") as flashes:
        try:
            for hang_up in hang:
                panels.append(hang_up(Path(flashes) / str(len(panels))))
                after_each(panels)
            yield panels
        finally:
            for panel in panels:
                panel.end()
            for panel in panels:
                panel.wait()
            _revoke(hub, [panel.panel_id for panel in panels])


def _tell_codes(panel: SimulatedPanel) -> None:
    for code in panel.new_codes():
        half = len(code) // 2
        print(f"A panel shows the code {code[:half]}-{code[half:]}.", flush=True)
    panel.note_claim()
    if panel.panel_id is not None:
        print(f"A panel was claimed ({panel.panel_id}).", flush=True)


def _revoke(hub: RestClient, panel_ids: list[str | None]) -> None:
    for panel_id in panel_ids:
        if panel_id is None:
            continue
        try:
            hub.delete(f"/panels/{panel_id}")
        except HubSays:
            continue  # somebody else has revoked it, or nobody is logged in
        except NoHub:
            return  # it went first; the panels stay in its list, offline


def keep_alive(panels: list[SimulatedPanel], stopped: threading.Event) -> None:
    """Restarts panels until `stopped` is set, or all are given up; says which codes they show."""
    while not stopped.wait(_LOOK_S):
        for panel in panels:
            panel.revive()
            if panel.panel_id is None:
                _tell_codes(panel)
        if all(panel.given_up for panel in panels):
            print("No panel stays alive; giving up.", file=sys.stderr)
            return
