"""What a panel asks the hub without wanting anything done, and the answer (contract, `up/request`, `down/reply`)."""

import json

from shared.checked import identifier, integer, json_object, listed, one_of, text
from shared.text_strip import STRIP, check_strip_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NotRequired, TypedDict

    class FreeRoom(TypedDict):
        """A room that can be had now, and until when as far as is known: no more is told of it at another door."""

        name: str
        floor: str
        capacity: int
        untilUnix: int

    class Request(TypedDict):
        """`style` and `text` where a picture of words is asked for (`shared.text_strip`)."""

        id: str
        kind: str
        style: "NotRequired[int]"
        text: "NotRequired[str]"

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
    if one_of(found, "kind", (FREE_ROOMS, STRIP)) == STRIP:
        check_strip_request(found)
    return found  # type: ignore[return-value]


def reply(request_id: str, rooms: "list[FreeRoom]") -> str:
    return json.dumps({"id": request_id, "kind": FREE_ROOMS, "rooms": rooms}, separators=(",", ":"))


def check_reply(found: "dict[str, object]") -> "Reply":
    """The answer with free rooms, as JSON gave it. Raises ValueError for what is not one."""
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
