"""What a panel asks the hub without wanting anything done, and the answer (contract, `up/request`, `down/reply`)."""

import json

from shared.checked import identifier, integer, json_object, listed, one_of, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    class FreeRoom(TypedDict):
        """A room that can be had now, and until when as far as is known: no more is told of it at another door."""

        name: str
        floor: str
        capacity: int
        untilUnix: int

    class Request(TypedDict):
        id: str
        kind: str

    class Reply(TypedDict):
        id: str
        kind: str
        rooms: "list[FreeRoom]"


FREE_ROOMS = "free_rooms"
MOST_ROOMS = 4
NAME_BYTES = 60
FLOOR_BYTES = 20
MAX_BYTES = 1000
"""What a panel takes at once, with MOST_ROOMS of the longest names."""


def request(request_id: str) -> str:
    return json.dumps({"id": request_id, "kind": FREE_ROOMS})


def parse_request(payload: "str | bytes") -> "Request":
    """Raises ValueError for what is not one."""
    found = json_object(payload, MAX_BYTES)
    identifier(found, "id")
    one_of(found, "kind", (FREE_ROOMS,))
    return found  # type: ignore[return-value]


def reply(request_id: str, rooms: "list[FreeRoom]") -> str:
    return json.dumps({"id": request_id, "kind": FREE_ROOMS, "rooms": rooms}, separators=(",", ":"))


def parse_reply(payload: "str | bytes") -> "Reply":
    """Raises ValueError for what is not one."""
    found = json_object(payload, MAX_BYTES)
    identifier(found, "id")
    one_of(found, "kind", (FREE_ROOMS,))
    for room in listed(found, "rooms", MOST_ROOMS):
        if not isinstance(room, dict):
            raise ValueError("a room is not an object")
        text(room, "name", NAME_BYTES)
        text(room, "floor", FLOOR_BYTES)
        integer(room, "capacity", 0, 100_000)
        integer(room, "untilUnix")
    return found  # type: ignore[return-value]
