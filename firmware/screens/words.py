"""What the panel says, and how it writes times: always absolute, so that a minute passing changes nothing."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.screens.view import View
    from shared.room_state import Meeting

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RING_S = 12 * 3600


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
        return weekday(view, unix)[:3] + " " + clock(view, unix)
    return clock(view, unix)


def end(view: "View", meeting: "Meeting") -> str:
    """When a meeting ends, read beside its start, or beside now once it has begun."""
    return moment(view, meeting["endUnix"], max(meeting["startUnix"], view.now))


def weekday(view: "View", unix: int) -> str:
    return _DAYS[(_day(view, unix) + 3) % 7]


def day(view: "View", unix: int) -> str:
    """Nothing for today, `Tomorrow`, else the weekday; `unix` is not of the past."""
    ahead = _day(view, unix) - _day(view, view.now)
    return "" if ahead == 0 else "Tomorrow" if ahead == 1 else weekday(view, unix)


def _day(view: "View", unix: int) -> int:
    return view.local(unix) // 86400


def title(meeting: "Meeting") -> str:
    return meeting["title"] or "Private"


def length(seconds: int) -> str:
    """`15 min`, `1 hour`, `2 hours`."""
    minutes = seconds // 60
    if minutes % 60:
        return "%d min" % minutes
    return "1 hour" if minutes == 60 else "%d hours" % (minutes // 60)


def place(view: "View") -> "list[str]":
    """What there is to say below the room's name, the most useful first."""
    room = view.known()[0]["room"]
    said = ["Floor " + room["floor"]] if room["floor"] else []
    if room["capacity"]:
        said.append("1 seat" if room["capacity"] == 1 else "%d seats" % room["capacity"])
    return said + room["amenities"]
