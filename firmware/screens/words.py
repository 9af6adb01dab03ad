"""What the panel says, and how it writes times: always absolute, so that a minute passing changes nothing."""

from firmware.languages import LANGUAGES, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.screens.view import View
    from shared.room_state import Meeting

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RING_S = 12 * 3600
_language = "en"
_table: "Table | None" = None


def speak(language: str) -> None:
    """From now on the glass speaks one of LANGUAGES; any other is English."""
    global _language, _table
    if language == _language:
        return
    if _table is not None:
        _table.close()
    _language = language
    _table = Table(language) if language in LANGUAGES[1:] else None


def say(english: str) -> str:
    """The same in the language of the glass; `english` where its table has no such words."""
    return (_table.find(english) if _table is not None else None) or english


def upper(words: str) -> str:
    """In capitals, those with accents of western Europe too: MicroPython knows only ASCII's."""
    raw = bytearray(words.upper().encode())
    for at in range(1, len(raw)):
        if raw[at - 1] == 0xC3 and 0xA0 <= raw[at] <= 0xBE and raw[at] != 0xB7:
            raw[at] -= 0x20
    return raw.decode()


def clock(view: "View", unix: int) -> str:
    """`13:00` or `1:00 PM` in the room's zone."""
    minute = view.local(unix) // 60 % 1440
    hour = minute // 60
    if view.hour24:
        return "%02d:%02d" % (hour, minute % 60)
    return "%d:%02d %s" % ((hour + 11) % 12 + 1, minute % 60, "PM" if hour >= 12 else "AM")


def moment(view: "View", unix: int, beside: "int | None" = None) -> str:
    """The time of day; with the weekday, `Tue 09:00`, beyond the ring and on another day than `beside` or now."""
    other_day = _day(view, unix) != _day(view, view.now if beside is None else beside)
    if other_day and abs(unix - view.now) >= _RING_S:
        return weekday(view, unix)[: 2 if _language == "de" else 3] + " " + clock(view, unix)
    return clock(view, unix)


def end(view: "View", meeting: "Meeting") -> str:
    """When a meeting ends, read beside its start, or beside now once it has begun."""
    return moment(view, meeting["endUnix"], max(meeting["startUnix"], view.now))


def weekday(view: "View", unix: int) -> str:
    return say(_DAYS[(_day(view, unix) + 3) % 7])


def day(view: "View", unix: int) -> str:
    """Nothing for today, `Tomorrow`, else the weekday; `unix` is not of the past."""
    ahead = _day(view, unix) - _day(view, view.now)
    return "" if ahead == 0 else say("Tomorrow") if ahead == 1 else weekday(view, unix)


def _day(view: "View", unix: int) -> int:
    return view.local(unix) // 86400


def title(meeting: "Meeting") -> str:
    return meeting["title"] or say("Private")


def length(seconds: int) -> str:
    """`15 min`, `1 hour`, `2 hours`."""
    minutes = seconds // 60
    if minutes % 60:
        return say("%d min") % minutes
    return say("1 hour") if minutes == 60 else say("%d hours") % (minutes // 60)


def seats(capacity: int) -> str:
    return say("1 seat") if capacity == 1 else say("%d seats") % capacity


def place(view: "View") -> "list[str]":
    """What there is to say below the room's name, the most useful first."""
    room = view.known()[0]["room"]
    said = [say("Floor %s") % room["floor"]] if room["floor"] else []
    if room["capacity"]:
        said.append(seats(room["capacity"]))
    return said + [say(amenity) for amenity in room["amenities"]]
