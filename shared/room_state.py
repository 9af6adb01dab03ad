"""The RoomState: one document, over REST and MQTT, cached on every panel (contract, "RoomState").

It is a plain dict, as JSON gives it: on a panel with 200 KB of heap there is no room for a second copy.
"""

import json

from shared.checked import (
    identifier,
    integer,
    json_object,
    listed,
    mapped,
    one_of,
    optional_integer,
    optional_text,
    text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NotRequired, TypedDict

    class Meeting(TypedDict):
        """A booking as a panel shows it. `title` and `organizer` are null where private."""

        id: str
        title: "str | None"
        organizer: "str | None"
        startUnix: int
        endUnix: int
        status: str
        checkInByUnix: "int | None"

    class Room(TypedDict):
        id: str
        name: str
        building: str
        floor: str
        capacity: int
        amenities: "list[str]"
        outOfService: "str | None"

    class Zone(TypedDict):
        """`offsets` are `[from_unix, seconds east of UTC]`, ascending; the first holds before it too."""

        name: str
        offsets: "list[list[int]]"

    class Policy(TypedDict):
        checkInOpensS: int
        checkInClosesS: int
        bufferS: int
        minS: int
        maxS: int
        extendS: "list[int]"
        quickBookS: "list[int]"
        glass: "NotRequired[dict[str, str]]"
        """What a passer-by may not just do; `panel_command.rule_for` reads it."""

    class RoomState(TypedDict):
        v: int
        revision: int
        publishedUnix: int
        horizonUnix: int
        room: Room
        zone: Zone
        policy: Policy
        status: str
        checkedIn: bool
        current: "Meeting | None"
        next: "Meeting | None"
        upcoming: "list[Meeting]"


V = 1
MAX_BYTES = 16 * 1024
MAX_MEETINGS = 24
HORIZON_S = 48 * 3600
TITLE_BYTES = 120

CONFIRMED = "confirmed"
CHECKED_IN = "checked_in"


def parse(document: "str | bytes") -> "RoomState":
    """The RoomState in `document`, with every field a panel relies on checked.

    Raises ValueError for anything else; fields that are not known are left alone.
    """
    return check(json_object(document, MAX_BYTES))


def check(state: "dict[str, object]") -> "RoomState":
    """`state` itself, as JSON gave it, once it is known to be a RoomState; else ValueError, as in `parse`."""
    if not isinstance(state, dict):
        raise ValueError("not an object")
    integer(state, "v", V, V)
    integer(state, "revision")
    integer(state, "publishedUnix")
    integer(state, "horizonUnix")
    one_of(state, "status", ("available", "occupied", "out_of_service"))
    _check_room(mapped(state, "room"))
    _check_zone(mapped(state, "zone"))
    _check_policy(mapped(state, "policy"))
    listed(state, "upcoming", MAX_MEETINGS)
    end_unix = 0
    found = timeline(state)  # type: ignore[arg-type]
    if len(found) > MAX_MEETINGS:
        raise ValueError("too many meetings")
    for meeting in found:
        _check_meeting(meeting)  # type: ignore[arg-type]
        if meeting["startUnix"] < end_unix:
            raise ValueError("meetings overlap or are out of order")
        end_unix = meeting["endUnix"]
    return state  # type: ignore[return-value]


def _check_room(room: "dict[str, object]") -> None:
    identifier(room, "id")
    text(room, "name", 255)
    text(room, "building", 255)
    text(room, "floor", 255)
    integer(room, "capacity", 0, 100_000)
    for amenity in listed(room, "amenities", 64):
        if not isinstance(amenity, str):
            raise ValueError("an amenity is not a text")
    optional_text(room, "outOfService", 255)


def _check_zone(zone: "dict[str, object]") -> None:
    text(zone, "name", 64)
    offsets = listed(zone, "offsets", 16)
    if not offsets:
        raise ValueError("offsets are empty")
    for pair in offsets:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("an offset is not a pair")
        if type(pair[0]) is not int or type(pair[1]) is not int or not -86400 < pair[1] < 86400:
            raise ValueError("an offset is out of range")


def _check_policy(policy: "dict[str, object]") -> None:
    for name in ("checkInOpensS", "checkInClosesS", "bufferS", "minS", "maxS"):
        integer(policy, name, 0, 366 * 86400)
    for name in ("extendS", "quickBookS"):
        for step in listed(policy, name, 12):
            if type(step) is not int or not 0 < step <= 86400:
                raise ValueError(name + " holds something else than seconds")
    if policy.get("glass") is not None:
        glass = mapped(policy, "glass")
        for name in glass:
            text(glass, name, 16)


def _check_meeting(meeting: "dict[str, object]") -> None:
    if not isinstance(meeting, dict):
        raise ValueError("a meeting is not an object")
    identifier(meeting, "id")
    optional_text(meeting, "title", 255)
    optional_text(meeting, "organizer", 255)
    start = integer(meeting, "startUnix")
    integer(meeting, "endUnix", start + 1)
    one_of(meeting, "status", (CONFIRMED, CHECKED_IN))
    optional_integer(meeting, "checkInByUnix")


def encode(state: "RoomState") -> str:
    return json.dumps(state, separators=(",", ":"))


def timeline(state: "RoomState") -> "list[Meeting]":
    """`current`, `next` and `upcoming`, in order: complete up to `horizonUnix`."""
    first = [meeting for meeting in (state.get("current"), state.get("next")) if meeting is not None]
    return first + state["upcoming"]


def utc_offset_at(state: "RoomState", unix: int) -> int:
    """Seconds east of UTC in the room's zone at that instant."""
    offsets = state["zone"]["offsets"]
    found = offsets[0][1]
    for from_unix, offset_s in offsets:
        if from_unix <= unix:
            found = offset_s
    return found


def cut(words: str, max_bytes: int) -> str:
    """`words` shortened to at most `max_bytes` of UTF-8, on a character boundary."""
    raw = words.encode()
    if len(raw) <= max_bytes:
        return words
    end = max_bytes
    while end and raw[end] & 0xC0 == 0x80:
        end -= 1
    return raw[:end].decode()
