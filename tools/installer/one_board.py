"""One board from whatever it is to "online". Each step looks first, and does only what is missing: a run that
broke off is repeated, and ends right."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from tools.installer import bootloader, maker_library, registration, slots
from tools.installer.board import Board, Facts
from tools.installer.boards import board_for
from tools.installer.bootloader import Image
from tools.installer.claim import Claim
from tools.installer.registration import Door, HubDoor
from tools.installer.serial_ports import find_port
from tools.installer.slots import Firmware
from tools.installer.trouble import InstallFailed

OLDEST = (1, 28)
"""The oldest MicroPython that the firmware runs on."""
BYTECODE = 6
"""The version of .mpy files that mpy-cross writes for it."""
AWAKE_S = 15
WIFI_S = 20
ONLINE_S = 90
CONFIG_FILE = "/panel.json"
SLOT_AND_CONFIG = {"panel.json", "slots.json"}
"""Beside programs, the files at the root that are not a panel's memory of its hub."""


class Shown(Protocol):
    """Who shows how far it is."""

    def step(self, what: str) -> None: ...
    def expect(self, amount: float) -> None: ...
    def advance(self, amount: float) -> None: ...
    def note(self, what: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Wifi:
    ssid: str
    password: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is the same for every board of a batch. `hub` None: the firmware, and what the panel needs to be claimed later."""

    firmware: Firmware
    image: Image | None
    erase: bool
    wifi: Wifi | None
    battery: bool
    language: str | None
    library: Path | None
    hub: HubDoor | None
    claim: Claim | None
    mqtt_host: str | None
    move: bool
    dry_run: bool
    online_s: float = ONLINE_S


@dataclass(frozen=True, slots=True)
class Job:
    """What differs: the room by its name, the panel's name, the board's, and the port, each if it is known."""

    room: str | None
    name: str | None = None
    board: str | None = None
    port: str | None = None


@dataclass(frozen=True, slots=True)
class Installed:
    """A board that is done. `panel_id` is None where there was no hub to ask."""

    room: str
    panel_id: str | None
    hardware: str
    board: str
    took_s: float


def install(job: Job, wishes: Wishes, shown: Shown) -> Installed:
    """Returns with the panel online (or, on a dry run, with nothing changed). Raises InstallFailed."""
    began = time.monotonic()
    door = registration.find_door(wishes.hub, job.room) if wishes.hub else Door(None, "no room yet")
    shown.step("looking for the board")
    port = find_port(job.port)
    board = _awake(port, job, wishes, shown)
    try:
        facts = board.facts()
        name = board_for(facts.machine, job.board)
        shown.note(f"{name} {facts.hardware} at {port}, MicroPython {_told(facts.version)}")
        panel_id = _set_up(board, facts, name, door, job, wishes, shown)
    finally:
        board.close()
    return Installed(door.room, panel_id, facts.hardware, name, time.monotonic() - began)


def _awake(port: str, job: Job, wishes: Wishes, shown: Shown) -> Board:
    """The board with the right MicroPython on it."""
    board = None if wishes.erase and not wishes.dry_run else Board.at(port)
    if board is not None:
        facts = board.facts()
        if _fits(facts):
            return board
        board.close()
        if wishes.image is None or wishes.dry_run:
            raise InstallFailed("micropython-too-old", f"It is {_told(facts.version)}, not {_told(OLDEST)}.")
    _write_micropython(port, job, wishes, shown)
    shown.step("waiting for MicroPython")
    return _started(port)


def _write_micropython(port: str, job: Job, wishes: Wishes, shown: Shown) -> None:
    shown.step("asking the chip")
    chip = bootloader.detect(port)
    if wishes.image is None or wishes.dry_run:
        raise InstallFailed("no-micropython", f"Its chip is an {chip.name}.")
    board_for(chip.name, job.board)
    shown.step("writing MicroPython")
    shown.expect(1)
    written = 0.0

    def wrote(share: float) -> None:
        nonlocal written
        shown.advance(share - written)
        written = share

    bootloader.write(port, chip, wishes.image, wrote, erase=wishes.erase)


def _started(port: str) -> Board:
    until = time.monotonic() + AWAKE_S
    while True:
        board = Board.at(port)
        if board is not None:
            return board
        if time.monotonic() > until:
            raise InstallFailed("no-micropython", "It was written, and does not start.")


def _fits(facts: Facts) -> bool:
    return facts.version[:2] >= OLDEST and facts.mpy & 0xFF == BYTECODE


def _set_up(
    board: Board, facts: Facts, name: str, door: Door, job: Job, wishes: Wishes, shown: Shown
) -> str | None:
    """The panel's id, once it is online."""
    todo = slots.plan(board, wishes.firmware)
    shown.note(str(todo))
    if wishes.dry_run:
        return None
    maker_library.bring(board, name, wishes.library, shown.step)
    if todo.changes:
        shown.step("copying the firmware")
        shown.expect(todo.sends_bytes)
        slots.fill(board, wishes.firmware, todo, shown.advance)
    if wishes.hub is None or wishes.wifi is None:
        _leave_to_be_claimed(board, facts, name, wishes)
        slots.start_from(board, wishes.firmware, todo)
        return None
    shown.step(f"joining the Wi-Fi {wishes.wifi.ssid}")
    board.join(wishes.wifi.ssid, wishes.wifi.password, WIFI_S)
    shown.step(f"registering the panel of {door.room}")
    panel = _registered(board, facts, door, job, wishes, wishes.hub)
    before = registration.last_heard(wishes.hub, panel["id"])
    _configure(board, name, panel, wishes, wishes.wifi)
    slots.start_from(board, wishes.firmware, todo)  # last: until here a new board starts nothing half done
    shown.step("waiting until the hub sees it online")
    board.restart()
    registration.wait_until_online(wishes.hub, panel["id"], before, wishes.online_s, board.heard)
    return str(panel["id"])


def _registered(
    board: Board, facts: Facts, door: Door, job: Job, wishes: Wishes, hub: HubDoor
) -> dict[str, Any]:
    """The panel as the hub made it, which the board can reach."""
    panel = registration.register(hub, facts.hardware, door, job.name, move=wishes.move)
    mqtt = panel["mqtt"]
    mqtt["host"] = wishes.mqtt_host or mqtt["host"]
    if only_here(mqtt["host"], facts.machine):
        raise InstallFailed("hub-loopback", f"It says {mqtt['host']}.")
    board.reach(mqtt["host"], mqtt["port"])
    return panel


def only_here(host: str, machine: str) -> bool:
    """Whether a board would look for the hub on itself; a board that is a process may."""
    return "ESP32" in machine and (host.startswith("127.") or host in {"localhost", "::1", ""})


def _leave_to_be_claimed(board: Board, facts: Facts, name: str, wishes: Wishes) -> None:
    """`panel.json` with all that is known; a board that is a panel already stays the one that it is, and what is not
    told anew stays as it was."""
    before = _config_of(board)
    if before.get("panelId") is not None:
        return
    if wishes.claim and only_here(urlsplit(wishes.claim.url).hostname or "", facts.machine):
        raise InstallFailed("hub-loopback", f"It was given as {wishes.claim.url}.")
    told = _own(name, wishes, wishes.wifi)
    if wishes.claim:
        before.pop("hubCa", None)
        told |= {"hubUrl": wishes.claim.url, "hubCa": wishes.claim.ca}
    config = before | {key: value for key, value in told.items() if value is not None}
    board.write(CONFIG_FILE, json.dumps(config).encode())


def _own(name: str, wishes: Wishes, wifi: Wifi | None) -> dict[str, Any]:
    """What a panel is by itself, whoever its hub is."""
    return {
        "board": name,
        "power": "battery" if wishes.battery else "mains",
        "language": wishes.language,
        "wifiSsid": wifi.ssid if wifi else None,
        "wifiPassword": (wifi.password or None) if wifi else None,
        "wifiCountry": wifi.country if wifi else None,
    }


def _configure(board: Board, name: str, panel: dict[str, Any], wishes: Wishes, wifi: Wifi) -> None:
    """`panel.json`, in one step; a board that becomes another panel forgets what it was told as the first."""
    mqtt = panel["mqtt"]
    config = {
        "panelId": panel["id"],
        "secret": panel["secret"],
        "mqttHost": mqtt["host"],
        "mqttPort": mqtt["port"],
        "tls": mqtt["tls"],
        "ca": panel.get("ca"),
        "firmwareKey": panel.get("firmwareKey"),
    }
    config |= _own(name, wishes, wifi)
    if _panel_id(board) != panel["id"]:
        for path in board.files_at_root():
            if path not in SLOT_AND_CONFIG and not path.endswith((".py", ".mpy")):
                board.remove(f"/{path}")
    board.write(CONFIG_FILE, json.dumps(config).encode())


def _panel_id(board: Board) -> str | None:
    found: str | None = _config_of(board).get("panelId")
    return found


def _config_of(board: Board) -> dict[str, Any]:
    """What is in `panel.json`; nothing where it is not to be read."""
    try:
        found = json.loads(board.read(CONFIG_FILE) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _told(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
