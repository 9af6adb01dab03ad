"""Documents the tests start from; plain enough for both interpreters."""

START = 1795341600  # an hour's start


def meeting(start, minutes=60, by=900, status="confirmed", name="m1"):
    """A meeting `start` seconds after START; `by` None is one that is never released."""
    return {
        "id": name,
        "title": "Roadmap",
        "organizer": "Nadia Kovacs",
        "startUnix": START + start,
        "endUnix": START + start + minutes * 60,
        "status": status,
        "checkInByUnix": None if by is None else START + start + by,
    }


def state(*meetings, horizon=48 * 3600, out_of_service=None, opens_s=900):
    return {
        "v": 1,
        "revision": 7,
        "publishedUnix": START - 3600,
        "horizonUnix": START + horizon,
        "room": {
            "id": "story-corner",
            "name": "Story Corner",
            "building": "HQ",
            "floor": "2",
            "capacity": 4,
            "amenities": ["screen"],
            "outOfService": out_of_service,
        },
        "zone": {"name": "Europe/Berlin", "offsets": [[START - 10**7, 7200], [START - 10**6, 3600]]},
        "policy": {
            "checkInOpensS": opens_s,
            "checkInClosesS": 900,
            "bufferS": 0,
            "minS": 900,
            "maxS": 28800,
            "extendS": [900, 1800],
            "quickBookS": [900, 1800, 3600],
        },
        "status": "available",
        "checkedIn": False,
        "current": None,
        "next": meetings[0] if meetings else None,
        "upcoming": list(meetings[1:]),
    }


def refuses(function, *values):
    """Whether `function` raises ValueError; anything else it raises is let through."""
    try:
        function(*values)
    except ValueError:
        return True
    return False
