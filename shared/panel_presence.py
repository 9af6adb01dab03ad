"""How panel and hub say that they are there (contract: `hello`, `welcome`, the two presences)."""

import json

from shared.checked import identifier, integer, json_object, one_of, optional_integer, text
from shared.topics import valid_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    class Hello(TypedDict):
        """After every connect: what the panel is, and the room and revision it shows (null, 0: none)."""

        bootId: str
        firmware: str
        roomId: "str | None"
        revision: int
        update: "FailedUpdate | None"

    class FailedUpdate(TypedDict):
        """The last firmware that was offered and came to nothing: which offer, and why."""

        id: str
        version: str
        problem: str
        detail: str

    class Welcome(TypedDict):
        """The hub's answer and heartbeat: the panel's clock, and what it should be showing."""

        nowUnix: int
        roomId: "str | None"
        revision: int

    class Presence(TypedDict):
        """`bootId` tells an old last will from a new one; `untilUnix` goes with `sleeping`."""

        status: str
        bootId: str
        untilUnix: "int | None"


ONLINE = "online"
SLEEPING = "sleeping"
OFFLINE = "offline"

HEARTBEAT_S = 300
"""How often the hub says `welcome` again."""

MAX_BYTES = 1024


def hello(
    boot_id: str,
    firmware: str,
    room_id: "str | None",
    revision: int,
    update: "FailedUpdate | None" = None,
) -> str:
    found: dict[str, object] = {
        "bootId": boot_id,
        "firmware": firmware,
        "roomId": room_id,
        "revision": revision,
    }
    if update is not None:
        found["update"] = update
    return json.dumps(found)


def parse_hello(payload: "str | bytes") -> "Hello":
    found = json_object(payload, MAX_BYTES)
    identifier(found, "bootId")
    text(found, "firmware", 64)
    _optional_room(found)
    integer(found, "revision")
    found["update"] = _failed_update(found.get("update"))
    return found  # type: ignore[return-value]


def _failed_update(found: object) -> "FailedUpdate | None":
    if not isinstance(found, dict):  # nothing failed, or a firmware that has no updates
        return None
    identifier(found, "id")
    text(found, "version", 32)
    text(found, "problem", 32)
    text(found, "detail", 160)
    return found  # type: ignore[return-value]


def welcome(now_unix: int, room_id: "str | None", revision: int) -> str:
    return json.dumps({"nowUnix": now_unix, "roomId": room_id, "revision": revision})


def parse_welcome(payload: "str | bytes") -> "Welcome":
    found = json_object(payload, MAX_BYTES)
    integer(found, "nowUnix")
    _optional_room(found)
    integer(found, "revision")
    return found  # type: ignore[return-value]


def presence(status: str, boot_id: str, until_unix: "int | None" = None) -> str:
    found: dict[str, object] = {"status": status, "bootId": boot_id}
    if until_unix is not None:
        found["untilUnix"] = until_unix
    return json.dumps(found)


def parse_presence(payload: "str | bytes") -> "Presence":
    found = json_object(payload, MAX_BYTES)
    one_of(found, "status", (ONLINE, SLEEPING, OFFLINE))
    identifier(found, "bootId")
    optional_integer(found, "untilUnix")
    return found  # type: ignore[return-value]


def _optional_room(found: "dict[str, object]") -> None:
    if found.get("roomId") is not None and not valid_id(found["roomId"]):
        raise ValueError("roomId is not an id")
