"""A day at HQ as the web app's calls: every operation at least once, each after what it needs.

`docs/rest.md` shows what the hub answers. A new endpoint gets its step here, where the day has come so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DAY = "2026-11-23"
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">'
    '<path d="M0 0H40V20H0Z" fill="none" stroke="black"/><script>alert(1)</script></svg>'
)
HOLIDAYS = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:new-year\r\nSUMMARY:New Year\r\nDTSTART;VALUE=DATE:20270101\r\n"
    "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Some day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `{name}` stands for the id of what an earlier step kept under that name.

    `who`: whose token asks, None without one. `hidden`: it is done, but not an example. `note`: what there is to see.
    """

    method: str
    path: str
    body: Any = None
    who: str | None = "nadia"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    keep: str | None = None
    hidden: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """What is not done over REST; `name` is a method of the stage that does it."""

    name: str


def booking(room: str, title: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "roomId": f"{{{room}}}",
        "title": title,
        "startsAt": f"{DAY}T{start}:00+01:00",
        "endsAt": f"{DAY}T{end}:00+01:00",
        **more,
    }


def room(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "floorId": "{floor}", "capacity": 4, "amenities": ["screen"], **more}


FIRMWARE_KEY = (
    "sEUUzvT4s8P+bTBmFmbIU5wkW0nAn0PPienz7sNa3fpBDJ4KTM48bzVmppKnhuIAhGcP7AveJ89mob/jiwk3jaYqyr"
    "IgQ8ITVN9xV2AwTGmkgqSp4JUU982n103KFiu3WQIo5pv2FPQRKOOw3pwImSA5SXp+kidAPi344KZ1WguRArCxWjis"
    "Skp4EIMsj7IxuaHv+eR+5rJ2oAHs9LVoDFcbVHZEmzqmZ2G8ZGZ2fvMnZT5gpWpkrIxg/0Gc3JBit5d+9TVCWp75VE"
    "dS54FWOG943sO6+GP8AtWgy5fVW7Ga/yyMQkpTlU8oYDCzBnyh/DlMfqzhGywjQTkVNC6ixQ=="
)
"""The private half signed FIRMWARE, and was thrown away."""
FIRMWARE = (
    '{"version": "0.2.0", "size": 10, "sha256": "bab59f2948216e8ff89b7fc8655f94db6143a00897c688'
    '60d3bcf0ff9c2e5212", "signature": "JZ/LCjqO/Pxas5cI0lvf1zg9Fh9IRHnrB7IMeHizaNX5Vb3yLn6ILwn'
    "jo1ia9/WZwJfVLgP3BcPoOszKhUOpxGKPOmKzIk4MAmj1plT1fjntPtbs2o9UdzWizMHMgz01+gtRuugwkV/L29Xzq"
    "xEoEyB1/aUWPFzesAjucezyj/BmoFD/yzLZqRdHEfwq8Un16LThlFtmC8bHt+omRx9Gr2AZy3cqQY430QrJGi5SFSw"
    "tUIvZuyNXUte9uUWRjYvEj0Cm6R2jY5dLEA7TvzIxzm36hdexiizy+Ws72JH5FVbkegvw11k7obks1g2EbDv357mI/"
    'GpwBaJS1aBexbN98Q=="}\nthe bundle'
)
LOGIN = {"email": "ada@example.org", "password": "correct horse battery"}
PLAN = {
    "width": 40,
    "height": 20,
    "rooms": [
        {"roomId": "{sandbox}", "shape": {"kind": "rectangle", "x": 2, "y": 2, "width": 16, "height": 10}}
    ],
}

STORY: list[Call | Happening] = [
    Call("GET", "/auth/ways", who=None, note="This hub knows passwords alone: docs/sign-in.md."),
    Call(
        "GET",
        "/auth/oidc/start",
        who=None,
        query="next=/rooms",
        note="A browser is sent to the provider, or told why not.",
    ),
    Call(
        "GET",
        "/auth/oidc/callback",
        who=None,
        query="code=x&state=y&iss=z",
        note="The provider sends browsers here.",
    ),
    Call("POST", "/auth/login", LOGIN, who=None, keep="ada"),
    Call("GET", "/auth/me", who="ada"),
    Call(
        "POST",
        "/users",
        {"email": "nadia@example.org", "name": "Nadia Kovacs", "role": "member", "password": "long enough"},
        who="ada",
        keep="nadia",
        note="Without `password` it is an invitation, which is mailed.",
    ),
    Call(
        "POST",
        "/users",
        {"email": "lena@example.org", "name": "Lena Brandt", "role": "manager", "password": "long enough"},
        who="ada",
        keep="lena",
        hidden=True,
    ),
    Call("POST", "/auth/login", {"email": "nadia@example.org", "password": "long enough"}, None, hidden=True),
    Call("POST", "/auth/login", {"email": "lena@example.org", "password": "long enough"}, None, hidden=True),
    Call("GET", "/users", who="ada", query="limit=2"),
    Call("GET", "/users/{nadia}", who="ada"),
    Call("PATCH", "/users/{nadia}", {"department": "Research"}, who="ada"),
    Call(
        "POST",
        "/users",
        {"email": "tomas@example.org", "name": "Tomas Vale", "role": "member"},
        who="ada",
        keep="tomas",
        hidden=True,
    ),
    Call("POST", "/users/{tomas}/invitation", who="ada"),
    Call(
        "POST",
        "/buildings",
        {"name": "HQ", "timeZone": "Europe/Berlin", "floors": [{"name": "2"}]},
        "lena",
        keep="hq",
    ),
    Call("GET", "/buildings"),
    Call("GET", "/buildings/{hq}"),
    Call("PATCH", "/buildings/{hq}", {"name": "Headquarters"}, "lena"),
    Call("POST", "/buildings/{hq}/floors", {"name": "Roof"}, "lena", keep="roof"),
    Call("PATCH", "/floors/{roof}", {"name": "Roof terrace"}, "lena"),
    Call("DELETE", "/floors/{roof}", who="lena"),
    Call(
        "POST",
        "/buildings",
        {"name": "Old Mill", "timeZone": "Europe/Prague"},
        "lena",
        keep="mill",
        hidden=True,
    ),
    Call("DELETE", "/buildings/{mill}", who="lena"),
    Call("GET", "/amenities"),
    Call("POST", "/amenities", {"name": "Sofa"}, "ada"),
    Call("PATCH", "/amenities/sofa", {"name": "Sofa corner"}, "ada"),
    Call("DELETE", "/amenities/sofa", who="ada"),
    Call("GET", "/settings", who="lena"),
    Call("PATCH", "/settings", {"policy": {"maxMinutes": 240}}, "ada"),
    Call("POST", "/rooms", room("Sandbox"), "lena", keep="sandbox"),
    Call(
        "POST",
        "/rooms",
        room("Library", capacity=8, policy={"requiresApproval": True}),
        "lena",
        keep="library",
        hidden=True,
    ),
    Call("POST", "/rooms", room("Attic"), "lena", keep="attic", hidden=True),
    Call("GET", "/rooms", query=f"minCapacity=6&freeFrom={DAY}T10:00:00Z&freeTo={DAY}T11:00:00Z"),
    Call("GET", "/rooms/{sandbox}"),
    Call("PUT", "/rooms/{sandbox}/glass-pin", {"pin": "2468"}, "lena"),
    Call("DELETE", "/rooms/{sandbox}/glass-pin", who="lena"),
    Call("PATCH", "/rooms/{sandbox}", {"capacity": 6, "policy": {"bufferMinutes": 5}}, "lena"),
    Call("PUT", "/floors/{floor}/plan", PLAN, "ada"),
    Call("PUT", "/floors/{floor}/plan/background.svg", DRAWING, "ada"),
    Call("GET", "/floors/{floor}/plan"),
    Call("GET", "/floors/{floor}/plan.svg"),
    Call("GET", "/floors/{floor}/plan/background.svg"),
    Call("DELETE", "/floors/{floor}/plan/background.svg", who="ada"),
    Call("GET", "/rooms/{sandbox}/slots", query=f"date={DAY}&minutes=60"),
    Call("POST", "/bookings", booking("sandbox", "Roadmap", "09:10", "09:40", attendees=4), keep="roadmap"),
    Call(
        "POST",
        "/bookings",
        booking("sandbox", "Retro", "09:30", "10:00"),
        "lena",
        note="Where the room is taken, the refusal says by what, and what could be had instead.",
    ),
    Call(
        "GET",
        "/rooms/{sandbox}/occurrences",
        query=f"startsAt={DAY}T13:00:00Z&endsAt={DAY}T13:15:00Z&rrule=FREQ%3DDAILY%3BCOUNT%3D2",
        note="What a series would be, before anything is booked.",
    ),
    Call(
        "POST",
        "/bookings",
        booking(
            "sandbox",
            "Stand-up",
            "14:00",
            "14:15",
            recurrence={"rrule": "FREQ=DAILY;COUNT=4", "onConflict": "skip"},
        ),
        keep="standup",
        note="A series. Sent again with the same `Idempotency-Key`, the same answer comes again.",
        headers=(("Idempotency-Key", "7f1c"),),
    ),
    Call("GET", "/bookings", query=f"from={DAY}T00:00:00Z&to={DAY}T12:00:00Z"),
    Call("GET", "/bookings/{roadmap}"),
    Call("PATCH", "/bookings/{roadmap}", {"title": "Roadmap 2027"}, headers=(("If-Match", "1"),)),
    Call("GET", "/rooms/{sandbox}/bookings", query=f"date={DAY}"),
    Call(
        "GET",
        "/buildings/{hq}/day",
        query=f"date={DAY}",
        note="Each room's day and RoomState in one answer: what a page of all rooms shows.",
    ),
    Call("POST", "/bookings/{roadmap}/check-in"),
    Call("GET", "/rooms/{sandbox}/state"),
    Happening("twenty_minutes_pass"),
    Call("POST", "/bookings/{roadmap}/extend", {"minutes": 15}),
    Call(
        "POST",
        "/bookings/{roadmap}/extend",
        {"minutes": 480},
        note="What cannot be had says how far it could go.",
    ),
    Call("POST", "/bookings/{roadmap}/attendance", {"count": 3, "source": "organizer"}),
    Call("POST", "/bookings/{roadmap}/end"),
    Call("POST", "/bookings/{standup}/cancel", query="scope=this"),
    Call("POST", "/bookings/{standup}/occurrences", {"date": DAY}),
    Call("POST", "/bookings", booking("library", "Board", "15:00", "16:00"), keep="board", hidden=True),
    Call("POST", "/bookings", booking("library", "Party", "17:00", "18:00"), keep="party", hidden=True),
    Call("POST", "/bookings/{board}/approve", who="lena"),
    Call("POST", "/bookings/{party}/decline", who="lena"),
    Happening("somebody_takes_the_attic_at_its_panel"),
    Call("POST", "/bookings/{walk_up}/claim"),
    Call(
        "POST",
        "/panels",
        {"name": "Sandbox, left of the door", "roomId": "{sandbox}", "simulated": True},
        "lena",
        keep="panel",
    ),
    Call("GET", "/panels", who="lena"),
    Call("GET", "/panels/{panel}", who="lena"),
    Call("PATCH", "/panels/{panel}", {"roomId": "{attic}"}, "lena"),
    Call("POST", "/panels/{panel}/press", {"key": 0}, "lena"),
    Call("GET", "/panels/{panel}/screen.png", who="lena"),
    Call("POST", "/panels/enrol", {"enrolmentSecret": "e" * 43}, None, keep="code", note="As a panel does."),
    Call("POST", "/panels/claim", {"code": "{code}", "roomId": "{sandbox}"}, "lena", keep="door"),
    Call("POST", "/panels/enrol", {"enrolmentSecret": "e" * 43}, None, note="Once it was claimed."),
    Call("POST", "/panels/enrol", {"enrolmentSecret": "f" * 43}, None, keep="code", hidden=True),
    Call("POST", "/panels/{door}/replace", {"code": "{code}"}, "lena", keep="replacement"),
    Happening("the_panel_says_hello"),
    Call("POST", "/firmware", FIRMWARE, "ada", note="The file that `tools/release.py pack` wrote."),
    Call("GET", "/firmware", who="ada"),
    Call("GET", "/firmware/0.2.0/image", who=None, note="As a panel does."),
    Call(
        "POST",
        "/firmware/rollouts",
        {"version": "0.2.0", "firstPanelId": "{panel}"},
        "ada",
        keep="rollout",
    ),
    Call("GET", "/firmware/rollouts", who="ada"),
    Call("POST", "/firmware/rollouts/{rollout}/stop", who="ada"),
    Call("DELETE", "/panels/{panel}", who="lena"),
    Call("POST", "/rooms/{sandbox}/issues", {"category": "display", "text": "Flickers"}, keep="issue"),
    Call("GET", "/issues", who="lena", query="status=open"),
    Call("GET", "/issues/{issue}", who="lena"),
    Call(
        "PATCH", "/issues/{issue}", {"status": "acknowledged", "outOfService": "The display flickers"}, "lena"
    ),
    Call(
        "POST",
        "/closures",
        {
            "buildingId": "{hq}",
            "name": "Christmas Eve",
            "from": "2026-12-24",
            "to": "2026-12-25",
            "closes": "12:00",
        },
        who="lena",
        keep="closure",
    ),
    Call("GET", "/closures", query="from=2026-12-01&to=2027-01-01"),
    Call("GET", "/closures/{closure}"),
    Call("PATCH", "/closures/{closure}", {"closes": "13:00"}, "lena"),
    Call("POST", "/closures/import", HOLIDAYS, "lena", query="buildingId={hq}"),
    Call("DELETE", "/closures/{closure}", who="lena"),
    Call(
        "POST",
        "/connections",
        {
            "roomId": "{sandbox}",
            "kind": "caldav",
            "url": "https://dav.example.org/rooms/sandbox/",
            "username": "circletime",
            "password": "of the calendar",
            "leads": "calendar",
        },
        who="lena",
        keep="connection",
    ),
    Call("GET", "/connections", who="lena"),
    Call("GET", "/connections/{connection}", who="lena"),
    Call("PATCH", "/connections/{connection}", {"leads": "hub"}, "lena"),
    Call("POST", "/connections/{connection}/test", who="lena"),
    Call("POST", "/connections/{connection}/sync", who="lena"),
    Call("GET", "/connections/{connection}/clashes", who="lena"),
    Call("DELETE", "/connections/{connection}", who="lena"),
    Call(
        "POST",
        "/webhooks",
        {
            "url": "https://hooks.example.org/circletime",
            "events": ["booking.created", "booking.cancelled", "panel.offline"],
            "name": "The lights",
        },
        who="ada",
        keep="webhook",
    ),
    Call("GET", "/webhooks", who="lena"),
    Call("GET", "/webhooks/{webhook}", who="lena"),
    Call("PATCH", "/webhooks/{webhook}", {"name": "The lights of HQ"}, "ada"),
    Call("POST", "/webhooks/{webhook}/test", who="ada", keep="delivery"),
    Call("GET", "/webhooks/{webhook}/deliveries", who="lena", query="limit=1"),
    Call("POST", "/webhooks/{webhook}/deliveries/{delivery}/resend", who="lena"),
    Call("POST", "/webhooks/{webhook}/secret", who="ada"),
    Call("DELETE", "/webhooks/{webhook}", who="ada"),
    Call("GET", "/analytics/kpis", who="lena", query="from=2026-11-23&to=2026-11-30&buildingId={hq}"),
    Call("GET", "/analytics/utilization", who="lena", query="from=2026-11-23&to=2026-11-30"),
    Call("GET", "/analytics/ghosting", who="lena", query="from=2026-11-23&to=2026-11-30&by=department"),
    Call("GET", "/analytics/capacity", who="lena", query="from=2026-11-23&to=2026-11-30&roomId={sandbox}"),
    Call("GET", "/analytics/heatmap", who="lena", query="from=2026-11-23&to=2026-11-30&roomId={sandbox}"),
    Call(
        "GET",
        "/analytics/trends",
        who="lena",
        query="metric=usedUtilization&bucket=day&from=2026-11-23&to=2026-11-25",
    ),
    Call(
        "GET",
        "/analytics/comparison",
        who="lena",
        query="from=2026-11-23&to=2026-11-30&roomId={sandbox}&roomId={attic}",
    ),
    Call("GET", "/analytics/peak", who="lena", query="from=2026-11-23&to=2026-11-24"),
    Call("GET", "/analytics/capacity/export", who="lena", query="from=2026-11-23&to=2026-11-30&format=csv"),
    Call("GET", "/analytics/bookings", who="lena", query="from=2026-11-23&to=2026-11-30&measure=usedMinutes"),
    Call("POST", "/tokens", {"name": "Lobby sign", "scope": "read"}, keep="token"),
    Call("GET", "/tokens"),
    Call("GET", "/auth/me/notifications"),
    Call("PATCH", "/auth/me/notifications", {"own": True}),
    Call("POST", "/auth/me/calendar-address", keep="own_calendar"),
    Call("GET", "/auth/me/calendar.ics", who=None, query="token={own_calendar}"),
    Call("DELETE", "/auth/me/calendar-address"),
    Call("POST", "/rooms/{sandbox}/calendar-address", who="lena", keep="room_calendar"),
    Call("GET", "/rooms/{sandbox}/calendar.ics", who=None, query="token={room_calendar}"),
    Call("DELETE", "/rooms/{sandbox}/calendar-address", who="lena"),
    Call("DELETE", "/tokens/{token}"),
    Call("POST", "/auth/login", {"email": "nadia@example.org", "password": "long enough"}, None, hidden=True),
    Call("GET", "/auth/sessions", keep="session"),
    Call("DELETE", "/auth/sessions/{session}"),
    Call("POST", "/auth/password", {"currentPassword": "long enough", "newPassword": "even longer"}),
    Call("POST", "/auth/password-reset", {"email": "nadia@example.org"}, who=None),
    Happening("a_link_is_mailed"),
    Call(
        "POST", "/auth/password-reset/confirm", {"token": "{link}", "password": "never forgotten"}, who=None
    ),
    Call("GET", "/audit", who="ada", query="action=building.change"),
    Call(
        "GET",
        "/events",
        who="lena",
        note="The stream goes on until the session ends. Here a room was changed.",
    ),
    Call("DELETE", "/rooms/{attic}", who="ada"),
    Call("DELETE", "/users/{lena}", who="ada"),
    Call("POST", "/users/{lena}/erasure", who="ada"),
    Call("POST", "/auth/logout", who="ada"),
]
