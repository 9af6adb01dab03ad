"""Named moments of a panel, for the golden frames; `views()` gives what tools/draw_views.py reads."""

import copy
import json
from pathlib import Path
from typing import Any

MINUTE, HOUR = 60, 3600
TEN = 1795338000  # Sunday 2026-11-22, 10:00 in Berlin
LINK = "http://127.0.0.1:8000/rooms/AbCdEf123456"

_STATE: dict[str, Any] = {
    "v": 1,
    "revision": 42,
    "publishedUnix": TEN - 48 * MINUTE,
    "horizonUnix": TEN + 47 * HOUR,
    "room": {
        "id": "AbCdEf123456",
        "name": "Story Corner",
        "building": "HQ",
        "floor": "2",
        "capacity": 4,
        "amenities": ["screen", "whiteboard"],
        "outOfService": None,
    },
    "zone": {"name": "Europe/Berlin", "offsets": [[1792890000, 3600], [1806195600, 7200]]},
    "policy": {
        "checkInOpensS": 900,
        "checkInClosesS": 900,
        "bufferS": 0,
        "minS": 900,
        "maxS": 28800,
        "extendS": [900, 1800],
        "quickBookS": [900, 1800, 3600],
    },
    "status": "available",
    "checkedIn": False,
}


def meeting(
    start: int,
    minutes: int,
    title: str | None = "Roadmap",
    organizer: str | None = "Nadia Kovacs",
    **fields: Any,
) -> dict[str, Any]:
    return {
        "id": f"m{start}",
        "title": title,
        "organizer": organizer,
        "startUnix": start,
        "endUnix": start + minutes * MINUTE,
        "status": "confirmed",
        "checkInByUnix": start + 15 * MINUTE,
        **fields,
    }


def state(
    *ahead: dict[str, Any],
    current: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
    **room: Any,
) -> dict[str, Any]:
    made = copy.deepcopy(_STATE)
    made["room"].update(room)
    made["policy"].update(policy or {})
    return {**made, "current": current, "next": ahead[0] if ahead else None, "upcoming": list(ahead[1:])}


HIRING = meeting(TEN + 3 * HOUR, 90, "Hiring panel", "Tomas Reyes")
ONE_TO_ONE = meeting(TEN + 6 * HOUR, 60, "1:1", "Ada Osei")
PLANNING = meeting(TEN, 90, "Quarter planning", "Lena Fischer", status="checked_in")
BROWN_BAG = meeting(TEN + 2 * HOUR, 60, "Brown bag", "Jun Park")
REVIEW = meeting(TEN + 5 * HOUR, 120, "Design review", "Ada Osei")
LONG = "Quarter planning with everyone from the design and platform teams"
UNBROKEN = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsausschusssitzungsprotokollführerversammlung"

_IDLE = state(HIRING, ONE_TO_ONE)
_BUSY = state(BROWN_BAG, REVIEW, current=PLANNING, name="The Carpet", capacity=12, amenities=[])
_SNACK = {"name": "Snack Table", "floor": "3", "capacity": 8, "amenities": []}
_ROADMAP = meeting(TEN + 30 * MINUTE, 60)
_DEMO = meeting(TEN + 3 * HOUR + 30 * MINUTE, 60, "Demo", "Eli Brand")

PICTURES: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("pictures.json").read_text())
"""By script: a title, an organizer and a room's name as the hub draws them (tests/hub/panel/test_scripts.py)."""


def written_in(script: str, **more: Any) -> dict[str, Any]:
    """A view whose words are all in that script."""
    drawn = PICTURES[script]
    name, title, organizer, later = (picture["text"] for picture in drawn)
    ahead = meeting(TEN + 3 * HOUR, 60, later, organizer)
    return {
        "state": state(ahead, current=meeting(TEN, 60, title, organizer, status="checked_in"), name=name),
        "now": TEN + 20 * MINUTE,
        "pictures": drawn,
        **more,
    }


VIEWS: dict[str, dict[str, Any]] = {
    "idle": {"state": _IDLE, "now": TEN + 43 * MINUTE, "web_url": LINK},
    "idle-empty": {"state": state(), "now": TEN, "web_url": LINK},
    "idle-check-in-open": {
        "state": state(meeting(TEN + 10 * MINUTE, 60, "Ćwiczenia 会議", "Łukasz Żółć")),
        "now": TEN,
        "web_url": LINK,
        "notice": "Room already booked",
    },
    "idle-12h-long": {
        "state": state(
            meeting(TEN + 3 * HOUR, 60, LONG, "Jun Park"),
            meeting(TEN + 5 * HOUR, 120, None, None),
            name="Σωκράτης Library Reading Room",
        ),
        "now": TEN + 43 * MINUTE,
        "web_url": LINK,
        "hour24": False,
    },
    "idle-tomorrow": {
        "state": state(
            meeting(TEN + 22 * HOUR, 60, "Breakfast", "Ada Osei"),
            meeting(TEN + 46 * HOUR, 60, "Йога", "Иван Петров"),
        ),
        "now": TEN + 5 * MINUTE,
        "clock_trusted": False,
    },
    "idle-over-midnight": {
        "state": state(meeting(TEN + 13 * HOUR, 150, "Release night", "Eli Brand")),
        "now": TEN + 11 * HOUR + 40 * MINUTE,
        "web_url": LINK,
    },
    "check-in": {
        "state": state(_DEMO, current=_ROADMAP, **_SNACK),
        "now": TEN + 35 * MINUTE,
        "web_url": LINK,
    },
    "check-in-never-released": {
        "state": state(current=_ROADMAP | {"checkInByUnix": None}, **_SNACK),
        "now": TEN + 59 * MINUTE,
        "web_url": LINK,
    },
    "meeting": {"state": _BUSY, "now": TEN + 43 * MINUTE},
    "meeting-pressed": {"state": _BUSY, "now": TEN + 43 * MINUTE, "pressed": 0, "pending": ["extend:15"]},
    "meeting-past-the-ring": {
        "state": state(
            meeting(TEN + 15 * HOUR, 60, "Night shift", None),
            current=meeting(TEN, 14 * 60 + 30, UNBROKEN, "Łukasz Żółć", status="checked_in"),
            name="Conference room with a very long name",
        ),
        "now": TEN + 43 * MINUTE,
    },
    "meeting-over-midnight": {
        "state": state(
            meeting(TEN + 23 * HOUR, 60, "Stand-up", "Jun Park"),
            meeting(TEN + 47 * HOUR, 60, "Stand-up", "Jun Park"),
            current=meeting(TEN + 12 * HOUR, 300, "Night shift", None, status="checked_in"),
        ),
        "now": TEN + 15 * HOUR,
        "hour24": False,
    },
    "end-early": {"screen": "end_early", "state": _BUSY, "now": TEN + 58 * MINUTE},
    "offline-idle": {
        "state": _IDLE,
        "now": TEN + 43 * MINUTE,
        "web_url": LINK,
        "offline_since": TEN - 48 * MINUTE,
    },
    "offline-meeting": {
        "state": state(meeting(TEN + 2 * HOUR, 60, LONG, "Jun Park"), current=PLANNING | {"title": LONG}),
        "now": TEN + 43 * MINUTE,
        "offline_since": TEN - 48 * MINUTE,
    },
    "offline-check-in": {
        "state": state(current=meeting(TEN, 60, "Планёрка отдела", "Иван Петров"), name="Ёлка"),
        "now": TEN + 5 * MINUTE,
        "web_url": LINK,
        "pending": ["release"],
        "offline_since": TEN - 5 * MINUTE,
        "trouble": 23,
    },
    "unknown": {
        "state": _IDLE,
        "now": TEN + 49 * HOUR,
        "web_url": LINK,
        "offline_since": TEN - 48 * MINUTE,
        "trouble": 24,
    },
    "out-of-service": {
        "state": state(HIRING, outOfService="The ceiling drips; the caretaker knows"),
        "now": TEN,
        "web_url": LINK,
    },
    "report": {"screen": "report", "page": 0, "state": _BUSY, "now": TEN + 43 * MINUTE},
    "report-last": {
        "screen": "report",
        "page": 2,
        "state": _IDLE,
        "now": TEN + 43 * MINUTE,
        "notice": "Thank you",
    },
    "other-rooms": {
        "screen": "other_rooms",
        "state": _BUSY,
        "now": TEN + 43 * MINUTE,
        "rooms": [
            {"name": "Snack Table", "floor": "2", "capacity": 8, "untilUnix": TEN + 3 * HOUR},
            {
                "name": "Σωκράτης Library Reading Room",
                "floor": "2",
                "capacity": 1,
                "untilUnix": TEN + 13 * HOUR,
            },
            {"name": "Sandbox", "floor": "3", "capacity": 12, "untilUnix": TEN + 90 * MINUTE},
            {"name": "Attic", "floor": "Rooftop", "capacity": 2, "untilUnix": TEN + 2 * HOUR},
        ],
    },
    "other-rooms-none": {"screen": "other_rooms", "state": _IDLE, "now": TEN, "rooms": []},
    "other-rooms-asking": {"screen": "other_rooms", "state": _IDLE, "now": TEN},
    "attendance": {"screen": "attendance", "page": 4, "state": _BUSY, "now": TEN + 3 * MINUTE},
    "attendance-least": {
        "screen": "attendance",
        "page": 1,
        "state": _BUSY,
        "now": TEN + 3 * MINUTE,
        "language": "de",
    },
    "idle-de": {"state": _IDLE, "now": TEN + 43 * MINUTE, "web_url": LINK, "language": "de"},
    "check-in-fr": {
        "state": state(_DEMO, current=_ROADMAP, **_SNACK),
        "now": TEN + 35 * MINUTE,
        "web_url": LINK,
        "language": "fr",
    },
    "meeting-es": {"state": _BUSY, "now": TEN + 43 * MINUTE, "language": "es"},
    "idle-dark": {"state": _IDLE, "now": TEN + 43 * MINUTE, "web_url": LINK, "dark": True},
    "meeting-dark": {"state": _BUSY, "now": TEN + 43 * MINUTE, "dark": True},
    "pin": {
        "screen": "pin",
        "state": _BUSY,
        "now": TEN + 43 * MINUTE,
        "pin": {"action": "end", "presses": [0, 0, 1, 2]},
    },
    "pin-de": {
        "screen": "pin",
        "state": _BUSY,
        "now": TEN + 43 * MINUTE,
        "language": "de",
        "pin": {"action": "end", "presses": [0, 0, 1, 0, 2, 2]},
    },
    "pin-second-press": {
        "screen": "pin",
        "state": _IDLE,
        "now": TEN + 43 * MINUTE,
        "pin": {"action": "book", "presses": [0, 0] * 4 + [2, 2]},
    },
    "pin-wrong": {
        "screen": "pin",
        "state": _BUSY,
        "now": TEN + 43 * MINUTE,
        "notice": "This is not the room's PIN",
        "pin": {"action": "end", "presses": []},
    },
    "pin-asking": {
        "screen": "pin",
        "state": _BUSY,
        "now": TEN + 43 * MINUTE,
        "pin": {"action": "extend", "presses": [], "asked_id": "c1"},
    },
    "meeting-private": {
        "state": state(
            meeting(TEN + 2 * HOUR, 60) | {"title": None, "organizer": None},
            current=PLANNING | {"title": None, "organizer": None},
            name="The Carpet",
        ),
        "now": TEN + 43 * MINUTE,
    },
    "idle-on-battery": {
        "state": state(_ROADMAP, _DEMO),
        "now": TEN,
        "as_of": TEN - 22 * MINUTE,
    },
    "meeting-little-allowed": {
        "state": _BUSY
        | {"policy": _BUSY["policy"] | {"glass": {"extend": "off", "reportIssue": "off", "end": "pin"}}},
        "now": TEN + 43 * MINUTE,
    },
    "starting": {"now": TEN},
    "unclaimed": {"screen": "unclaimed", "now": TEN, "web_url": "http://127.0.0.1:8000"},
    "claiming": {
        "screen": "claiming",
        "now": 0,
        "claim": ["7KMRQ4GT", "Panel W3XF"],
        "web_url": "http://circletime.example.org:8000/panels/claim?code=7KMRQ4GT",
    },
    "claiming-de": {
        "screen": "claiming",
        "now": 0,
        "claim": ["7KMRQ4GT", "Panel W3XF"],
        "web_url": "http://circletime.example.org:8000/panels/claim?code=7KMRQ4GT",
        "language": "de",
    },
    "claiming-asleep": {
        "screen": "claiming",
        "now": 0,
        "notice": "Asleep: a key shows the code",
        "web_url": "http://circletime.example.org:8000",
    },
    "setup": {
        "screen": "setup",
        "now": 0,
        "claim": ["Circle Time w3xf", "7kmrq4gt"],
        "notice": "http://192.168.4.1",
        "web_url": "WIFI:T:WPA;S:Circle Time w3xf;P:7kmrq4gt;;",
    },
    "setup-de": {
        "screen": "setup",
        "now": 0,
        "claim": ["Circle Time w3xf", "7kmrq4gt"],
        "notice": "http://192.168.4.1",
        "web_url": "WIFI:T:WPA;S:Circle Time w3xf;P:7kmrq4gt;;",
        "language": "de",
    },
    "updating": {"screen": "updating", "now": 0},
    "updating-es": {"screen": "updating", "now": 0, "language": "es"},
    "safe-mode": {"screen": "safe_mode", "now": 0},
    "safe-mode-fr": {"screen": "safe_mode", "now": 0, "language": "fr"},
    "claiming-no-hub": {
        "screen": "claiming",
        "now": 0,
        "notice": "No answer from the hub",
        "trouble": 23,
        "web_url": "http://circletime.example.org:8000",
    },
}
VIEWS |= {f"script-{script}": written_in(script) for script in PICTURES}
VIEWS["script-none-yet"] = {
    "state": state(current=meeting(TEN, 60, "会議の予定", "Nadia Kovacs", status="checked_in"), name="和室"),
    "now": TEN + 20 * MINUTE,
}
