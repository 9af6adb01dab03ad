"""What a panel asks of the hub, and the hub's answer (contract, `up/command` and `down/ack`)."""

import json

from shared.checked import (
    boolean,
    identifier,
    integer,
    json_object,
    one_of,
    optional_integer,
    optional_text,
    text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NotRequired, TypedDict

    class PanelCommand(TypedDict):
        """`id` is the idempotency key; `atUnix` is when the key was pressed, by the panel's clock, and
        `clockTrusted` whether the hub had set that clock. `pin` is what was entered where the room asks for
        its PIN: it is kept nowhere, and in no answer."""

        id: str
        action: str
        roomId: str
        atUnix: int
        clockTrusted: NotRequired[bool]
        pin: NotRequired["str | None"]
        bookingId: NotRequired["str | None"]
        minutes: NotRequired["int | None"]
        attendees: NotRequired["int | None"]
        category: NotRequired["str | None"]
        text: NotRequired["str | None"]

    class Ack(TypedDict):
        """`problem` is the slug that REST gives for the same refusal."""

        id: str
        ok: bool
        revision: NotRequired[int]
        problem: NotRequired[str]
        detail: NotRequired[str]


CHECK_IN = "check_in"
END = "end"
EXTEND = "extend"
BOOK = "book"
REPORT_ISSUE = "report_issue"
ACTIONS = (CHECK_IN, END, EXTEND, BOOK, REPORT_ISSUE)

ON = "on"
OFF = "off"
PIN = "pin"
PIN_LEAST, PIN_MOST = 4, 8
_CAMEL = {CHECK_IN: "checkIn", REPORT_ISSUE: "reportIssue"}

MAX_BYTES = 4096


def rule_for(glass: "dict[str, str] | None", action: str) -> str:
    """Whether a passer-by may do `action`: ON, OFF, or PIN where it takes the room's PIN.

    `glass` is that of a RoomState's policy; what it leaves out is ON, and a rule not known here is OFF.
    """
    rule = ON if glass is None else glass.get(_CAMEL.get(action, action), ON)
    return rule if rule in (ON, PIN) else OFF


def asks_attendance(glass: "dict[str, str] | None") -> bool:
    """Whether a panel asks how many are there, once somebody has checked in; where that took a PIN, it does not."""
    return glass is not None and glass.get("attendance") == "ask" and rule_for(glass, CHECK_IN) == ON


def parse(payload: "str | bytes") -> "PanelCommand":
    """The command in `payload`. Raises ValueError for what is not one; unknown fields are ignored."""
    found = json_object(payload, MAX_BYTES)
    action = one_of(found, "action", ACTIONS)
    identifier(found, "id")
    identifier(found, "roomId")
    integer(found, "atUnix")
    if found.get("clockTrusted") is not None:
        boolean(found, "clockTrusted")
    if action in (CHECK_IN, END, EXTEND):
        identifier(found, "bookingId")
    if action in (EXTEND, BOOK):
        integer(found, "minutes", 1, 24 * 60)
    optional_integer(found, "attendees", 0, 100_000)
    optional_text(found, "category", 64)
    optional_text(found, "text", 1000)
    for digit in optional_text(found, "pin", PIN_MOST, PIN_LEAST) or "":
        if not "0" <= digit <= "9":
            raise ValueError("pin is not of digits")
    return found  # type: ignore[return-value]


def parse_ack(payload: "str | bytes") -> "Ack":
    found = json_object(payload, MAX_BYTES)
    identifier(found, "id")
    if boolean(found, "ok"):
        integer(found, "revision")
    else:
        text(found, "problem", 64)
        optional_text(found, "detail", 1000)
    return found  # type: ignore[return-value]


def encode(message: "PanelCommand | Ack") -> str:
    return json.dumps(message)
