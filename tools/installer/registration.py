"""The hub's end of an installation: the room, the panel that a board is, and whether it is online."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from tools.installer.trouble import InstallFailed

LOOK_S = 0.5


class HubDoor(Protocol):
    """The hub's REST API, as a manager or an admin. Every call raises InstallFailed."""

    url: str

    def items(self, path: str, **query: str) -> Iterator[Any]: ...
    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: dict[str, Any]) -> Any: ...
    def patch(self, path: str, body: dict[str, Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Door:
    """Where a panel shall hang: a room, or None for one that is claimed later."""

    room_id: str | None
    room: str


def find_door(hub: HubDoor, wanted: str | None) -> Door:
    """The room of that name or id; `BUILDING / NAME` where names repeat. Raises InstallFailed."""
    if wanted is None:
        return Door(None, "no room yet")
    rooms = list(hub.items("/rooms", limit="100"))
    buildings = {one["id"]: one["name"] for one in hub.items("/buildings")}
    named = [room for room in rooms if wanted in {room["id"], *_names(room, buildings)}]
    named = named or [room for room in rooms if wanted.casefold() in _folded(_names(room, buildings))]
    if not named:
        raise InstallFailed("no-such-room", f"It was given as {wanted!r}.")
    if len(named) > 1:
        raise InstallFailed("which-room", f"There are {len(named)} called {wanted!r}.")
    return Door(named[0]["id"], named[0]["name"])


def _names(room: dict[str, Any], buildings: dict[str, str]) -> set[str]:
    return {room["name"], f"{buildings.get(room['buildingId'], '')} / {room['name']}"}


def _folded(names: set[str]) -> set[str]:
    return {name.casefold() for name in names}


def register(hub: HubDoor, hardware: str, door: Door, name: str | None, *, move: bool) -> dict[str, Any]:
    """The panel that this board is, with a new secret: one panel, however often it is registered.

    Raises InstallFailed where it hangs at another door and shall not `move`.
    """
    known = next((one for one in hub.items("/panels") if one["hardware"] == hardware), None)
    if known and door.room_id and known["roomId"] not in {None, door.room_id}:
        if not move:
            at = hub.get(f"/rooms/{known['roomId']}")["name"]
            raise InstallFailed("panel-elsewhere", f"It hangs at {at}.")
        hub.patch(f"/panels/{known['id']}", {"roomId": door.room_id})
    asked = {"name": name, "roomId": door.room_id, "hardware": hardware}
    found: dict[str, Any] = hub.post("/panels", {key: one for key, one in asked.items() if one is not None})
    return found


def last_heard(hub: HubDoor, panel_id: str) -> str | None:
    """When the hub last heard this panel."""
    found: str | None = hub.get(f"/panels/{panel_id}")["lastHeardAt"]
    return found


def wait_until_online(
    hub: HubDoor, panel_id: str, before: str | None, patience_s: float, say: Callable[[], str]
) -> None:
    """Returns once the hub has heard the panel since `before`. Raises InstallFailed, with what `say` knows.

    `say` is what the board has printed since the last look: it tells why the panel gets no further.
    """
    until, printed = time.monotonic() + patience_s, ""
    while True:
        printed = (printed + say())[-4000:]
        panel = hub.get(f"/panels/{panel_id}")
        if panel["status"] in {"online", "sleeping"} and panel["lastHeardAt"] != before:
            return
        if "certificate refused" in printed:
            raise InstallFailed("certificate-wrong", _last_line(printed))
        if time.monotonic() > until:
            raise InstallFailed("never-online", _last_line(printed))
        time.sleep(LOOK_S)


def _last_line(printed: str) -> str:
    prompt = (">>>", "MicroPython ", 'Type "help()"')
    lines = [line.strip() for line in printed.splitlines() if line.strip() and not line.startswith(prompt)]
    return f"The board's last words were {lines[-1][-200:]!r}." if lines else "The board has said nothing."
