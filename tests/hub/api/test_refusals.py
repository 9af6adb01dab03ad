"""Every refusal that the code can make is made here, as its caller meets it: status, slug, and what to do next.

The slugs are read from the code, as docs/problems.md is: a new one needs its case.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.accounts import access
from hub.accounts import service as accounts
from hub.accounts.passwords import new_pin_hash
from hub.clock import unix
from hub.db.apart import Apart
from hub.errors import DomainError
from hub.panel import commands, enrolment
from hub.panel.glass import Proof
from hub.rooms.closures import MOST, NewClosure, add_closures
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.api.subjects import DAY, HOLIDAYS, Subjects
from tests.hub.rest import Rest, running_hub
from tools.problems import problems

CASES = {}
ELSEWHERE = {
    "not-storable": "tests/hub/test_database.py",
    "backup-damaged": "tests/hub/test_backup.py",
    "backup-of-another-version": "tests/hub/test_backup.py",
    "database-not-empty": "tests/hub/test_backup.py",
    "nothing-to-back-up": "tests/hub/test_backup.py",
    "metrics-token-required": "tests/hub/test_metrics.py",
    "panel-silent": "tests/hub/mqtt/test_remote_panels.py",
    "bad-firmware": "tests/hub/panel/test_firmware.py",
    "firmware-exists": "tests/hub/panel/test_firmware.py",
    "firmware-not-found": "tests/hub/panel/test_firmware.py",
    "no-firmware-key": "tests/hub/panel/test_firmware.py",
    "no-panel-for-firmware": "tests/hub/panel/test_firmware.py",
    "rollout-underway": "tests/hub/panel/test_firmware.py",
    "ca-change-underway": "tests/hub/tls/test_keyring.py",
    "no-ca": "tests/hub/tls/test_keyring.py",
    "no-next-ca": "tests/hub/tls/test_keyring.py",
    "panels-lack-ca": "tests/hub/cli/test_tls.py",
    "calendar-unreachable": "tests/hub/calendars/test_troubles.py",
    "calendar-login-refused": "tests/hub/calendars/test_troubles.py",
    "calendar-missing": "tests/hub/calendars/test_troubles.py",
    "calendar-busy": "tests/hub/calendars/test_troubles.py",
    "calendar-not-understood": "tests/hub/calendars/test_troubles.py",
    "no-sign-in-provider": "tests/hub/sign_in/test_attacks.py",
    "provider-unreachable": "tests/hub/sign_in/test_attacks.py",
    "sign-in-not-sound": "tests/hub/sign_in/test_attacks.py",
    "sign-in-refused": "tests/hub/sign_in/test_attacks.py",
    "sign-in-over": "tests/hub/sign_in/test_attacks.py",
    "address-not-verified": "tests/hub/sign_in/test_attacks.py",
    "account-of-another": "tests/hub/sign_in/test_attacks.py",
    "account-deactivated": "tests/hub/sign_in/test_sign_in.py",
    "no-account": "tests/hub/sign_in/test_sign_in.py",
    "password-login-off": "tests/hub/sign_in/test_sign_in.py",
    "calendar-credentials-lost": "tests/hub/calendars/test_troubles.py",
}
"""What takes another database, a broker, signed firmware, or the command line."""


def case(slug):
    """The function provokes that refusal, and gives the answer: of REST, or a panel's ack."""

    def add(provoke):
        CASES[slug] = provoke
        return provoke

    return add


class Desk(Subjects):
    """Asks in few words. Whatever is made has an id of its own, so cases do not meet."""

    def wish(self, start="10:00", end="11:00", **more):
        times = {"startsAt": f"{DAY}T{start}:00Z", "endsAt": f"{DAY}T{end}:00Z"}
        return {"roomId": more.pop("roomId", None) or self.room(), "title": "Retro", **times, **more}

    def book(self, *times, who="nadia", **more):
        return self.rest.post("/bookings", json=self.wish(*times, **more), who=who)

    def again(self, rrule, **more):
        return self.book(recurrence={"rrule": rrule}, **more)

    def act(self, booking, action, body=None, who="nadia"):
        return self.rest.post(f"/bookings/{booking}/{action}", json=body or {}, who=who)

    def later(self, ask, **parts):
        before = self.rest.clock.at
        self.rest.clock.pass_time(**parts)
        try:
            return ask()
        finally:
            self.rest.clock.at = before

    def press(self, action, *, policy=None, pin=None, right=True, command=None, at=None, moved=False):
        """What a panel at the door of a new room is told."""
        rest, now = self.rest, self.rest.clock.now()
        room = self.room(**(policy or {}))
        if pin is not None:
            assert rest("PUT", f"/rooms/{room}/glass-pin", json={"pin": pin}, who="ada").status_code == 200
            glass = {"policy": {"glass": {"book": "pin"}}}
            assert rest.patch(f"/rooms/{room}", json=glass, who="ada").status_code == 200
        panel = rest.post("/panels", json={"roomId": room}, who="ada").json()["id"]
        said = {
            "id": f"c{self.number()}",
            "action": action,
            "roomId": self.room() if moved else room,
            "atUnix": unix(at or now),
            "minutes": 30,
        } | (command or {})

        def work(session):
            pin_hash = commands.pin_hash_to_check(session, panel, said, now)
            proof = None if pin_hash is None or right is None else Proof(pin_hash, right=right)
            return commands.apply(session, panel, said, now, proof)

        return rest.write(work)


@pytest.fixture(scope="module")
def desk(tmp_path_factory, empty_database):
    with _hub(tmp_path_factory.mktemp("refusals"), empty_database) as client:
        yield Desk(Rest(client, client.app.state.hub.clock))


def _hub(folder, empty_database):
    shutil.copy(empty_database, folder / "circletime.db")
    settings = Settings(data_dir=folder, broker_url="none")
    return running_hub(settings, FakeClock(), raise_server_exceptions=False)


SLUGS = {slug: (status, title) for slug, status, title in problems()}


@pytest.mark.parametrize("slug", sorted(SLUGS))
def test_refusal_has_its_status_its_slug_and_a_word_of_what_to_do(desk, slug):
    if slug in ELSEWHERE:
        assert f'"{slug}"' in (Path(__file__).parents[3] / ELSEWHERE[slug]).read_text()
        return
    assert slug in CASES, "a new refusal wants a case here"
    answer = CASES[slug](desk)
    if isinstance(answer, dict):
        told = {"slug": answer["problem"], "detail": answer["detail"]}
    else:
        body = answer.json()
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert (answer.status_code, body["status"]) == (SLUGS[slug][0], SLUGS[slug][0]), body
        assert body["title"] == SLUGS[slug][1]
        told = {"slug": body["type"].removeprefix("/problems/"), "detail": body["detail"]}
    assert told["slug"] == slug, told
    assert told["detail"].strip(), "the detail is empty"
    assert told["detail"].rstrip(".") != SLUGS[slug][1], "the detail says nothing that the title doesn't"


def test_no_case_is_left_of_a_refusal_that_is_gone():
    assert (CASES.keys() | ELSEWHERE.keys()) == SLUGS.keys()


# Calendars.


@case("connection-not-found")
def _(desk):
    return desk.rest.get("/connections/nothing", who="lena")


@case("room-already-connected")
def _(desk):
    room = desk.room()
    desk.connection(roomId=room)
    body = {"roomId": room, "kind": "caldav", "url": "https://dav.example/room/"}
    return desk.rest.post("/connections", json=body, who="lena")


@case("bad-calendar-address")
def _(desk):
    body = {"roomId": desk.room(), "kind": "caldav", "url": "ftp://dav.example/room/"}
    return desk.rest.post("/connections", json=body, who="lena")


@case("calendar-must-lead")
def _(desk):
    body = {"roomId": desk.room(), "kind": "subscription", "url": "https://x.example/a.ics", "leads": "hub"}
    return desk.rest.post("/connections", json=body, who="lena")


@case("calendar-password-needed")
def _(desk):
    made = desk.connection(username="ada", password="x")
    return desk.rest.patch(f"/connections/{made}", json={"url": "https://evil.example/"}, who="lena")


@case("calendar-not-allowed")
def _(desk):
    return desk.rest.post(f"/connections/{desk.connection()}/test", who="lena")


# Webhooks.


@case("webhook-not-found")
def _(desk):
    return desk.rest.get("/webhooks/nothing", who="lena")


@case("delivery-not-found")
def _(desk):
    return desk.rest.post(f"/webhooks/{desk.webhook()}/deliveries/nothing/resend", who="lena")


@case("bad-webhook-address")
def _(desk):
    return desk.rest.post(
        "/webhooks", json={"url": "ftp://x.example/", "events": ["issue.reported"]}, who="ada"
    )


@case("too-many-webhooks")
def _(desk):
    body = {"url": "https://127.0.0.1/hook", "events": ["panel.offline"]}
    for _ in range(20):
        answer = desk.rest.post("/webhooks", json=body, who="ada")
    return desk.rest.post("/webhooks", json=body, who="ada") if answer.status_code == 201 else answer


@case("webhook-off")
def _(desk):
    made = desk.pinged()
    desk.rest.patch(f"/webhooks/{made}", json={"on": False}, who="ada")
    return desk.rest.post(f"/webhooks/{made}/deliveries/{desk.delivery()}/resend", who="lena")


# Who asks.


@case("rollout-not-found")
def _(desk):
    return desk.rest.post("/firmware/rollouts/nothing/stop", who="ada")


@case("login-required")
def _(desk):
    return desk.rest.get("/rooms", who=None)


@case("managers-only")
def _(desk):
    return desk.rest.get("/panels")


@case("admins-only")
def _(desk):
    return desk.rest.get("/users", who="lena")


@case("read-only-token")
def _(desk):
    _as_script(desk, "read")
    return desk.rest.post("/bookings", json=desk.wish(), who="script")


@case("session-required")
def _(desk):
    _as_script(desk, "write")
    return desk.rest.get("/tokens", who="script")


def _as_script(desk, scope):
    now, nadia = desk.rest.clock.now(), desk.house.nadia
    add = access.add_api_token
    made = desk.rest.write(lambda s: add(s, nadia, name="x", scope=scope, expires_at=None, now=now))
    desk.rest.as_token("script", made[1])


@case("cross-site-request")
def _(desk):
    body = {"email": "nadia@example.org", "password": "x"}
    return desk.rest.post("/auth/login", json=body, who=None, headers={"Origin": "https://evil.example"})


@case("invalid-credentials")
def _(desk):
    return desk.rest.post("/auth/login", json={"email": "no@example.org", "password": "x"}, who=None)


@case("too-many-attempts")
def _(desk):
    for _attempt in range(12):
        answer = desk.rest.post("/auth/password-reset", json={"email": "many@example.org"}, who=None)
    return answer


@case("wrong-password")
def _(desk):
    body = {"currentPassword": "another", "newPassword": "long enough"}
    return desk.rest.post("/auth/password", json=body)


@case("bad-password")
def _(desk):
    return desk.rest.post("/auth/password", json={"currentPassword": "x", "newPassword": "short"})


@case("bad-link")
def _(desk):
    body = {"token": "x", "password": "long enough"}
    return desk.rest.post("/auth/password-reset/confirm", json=body, who=None)


@case("scope-too-wide")
def _(desk):
    return desk.rest.post("/tokens", json={"name": "x", "scope": "admin"})


@case("bad-expiry")
def _(desk):
    body = {"name": "x", "scope": "read", "expiresAt": "2026-01-01T00:00:00Z"}
    return desk.rest.post("/tokens", json=body)


@case("too-many-tokens")
def _(desk):
    for _token in range(access.MOST_API_TOKENS + 1):
        answer = desk.rest.post("/tokens", json={"name": "x", "scope": "read"}, who="tomas")
    return answer


@case("token-not-found")
def _(desk):
    return desk.rest.delete("/tokens/x")


@case("session-not-found")
def _(desk):
    return desk.rest.delete("/auth/sessions/x")


@case("email-taken")
def _(desk):
    body = {"email": "nadia@example.org", "name": "N", "role": "member"}
    return desk.rest.post("/users", json=body, who="ada")


@case("bad-email")
def _(desk):
    body = {"email": "no address", "name": "N", "role": "member"}
    return desk.rest.post("/users", json=body, who="ada")


@case("user-not-found")
def _(desk):
    return desk.rest.get("/users/x", who="ada")


@case("invitation-accepted")
def _(desk):
    body = {
        "email": f"p{desk.number()}@example.org",
        "name": "P",
        "role": "member",
        "password": "long enough",
    }
    user = desk.rest.post("/users", json=body, who="ada").json()["id"]
    return desk.rest.post(f"/users/{user}/invitation", who="ada")


@case("user-inactive")
def _(desk):
    user = desk.user()
    desk.rest("PATCH", f"/users/{user}", json={"active": False}, who="ada")
    return desk.rest.post(f"/users/{user}/invitation", who="ada")


@case("user-erased")
def _(desk):
    user = desk.user()
    desk.rest.post(f"/users/{user}/erasure", who="ada")
    return desk.rest.patch(f"/users/{user}", json={"active": True}, who="ada")


@case("last-admin")
def _(desk):
    return desk.rest.delete(f"/users/{desk.house.ada.id}", who="ada")


# The house.


@case("name-taken")
def _(desk):
    return desk.rest.post("/buildings", json={"name": "HQ", "timeZone": "UTC"}, who="ada")


@case("bad-name")
def _(desk):
    return desk.rest.post("/buildings", json={"name": "  ", "timeZone": "UTC"}, who="ada")


@case("bad-time-zone")
def _(desk):
    return desk.rest.post("/buildings", json={"name": "Base", "timeZone": "Mars/Olympus"}, who="ada")


@case("building-not-found")
def _(desk):
    return desk.rest.get("/buildings/x")


@case("building-not-empty")
def _(desk):
    return desk.rest.delete(f"/buildings/{desk.house.building.id}", who="ada")


@case("floor-not-found")
def _(desk):
    return desk.rest.delete("/floors/x", who="ada")


@case("floor-not-empty")
def _(desk):
    return desk.rest.delete(f"/floors/{desk.house.building.floors[0].id}", who="ada")


@case("floor-plan-not-found")
def _(desk):
    return desk.rest.get(f"/floors/{desk.floor()}/plan")


@case("too-far-to-see")
def _(desk):
    return desk.rest.get(f"/floors/{desk.planned()}/plan", params={"at": "2026-12-24T10:00:00Z"})


@case("bad-floor-plan")
def _(desk):
    shape = {"kind": "rectangle", "x": 50, "y": 0, "width": 60, "height": 10}
    room = {"roomId": desk.house.sandbox.id, "shape": shape}
    plan = {"width": 100, "height": 100, "rooms": [room]}
    return desk.rest("PUT", f"/floors/{desk.house.building.floors[0].id}/plan", json=plan, who="ada")


@case("drawing-not-found")
def _(desk):
    floor = desk.planned()
    desk.rest.delete(f"/floors/{floor}/plan/background.svg", who="ada")
    return desk.rest.get(f"/floors/{floor}/plan/background.svg")


@case("bad-drawing")
def _(desk):
    return desk.rest("PUT", f"/floors/{desk.planned()}/plan/background.svg", content=b"<a>", who="ada")


@case("amenity-not-found")
def _(desk):
    return desk.rest.delete("/amenities/none", who="ada")


@case("amenity-in-use")
def _(desk):
    return desk.rest.delete("/amenities/video", who="ada")


@case("slug-taken")
def _(desk):
    return desk.rest.post("/amenities", json={"name": "Canvas", "slug": "screen"}, who="ada")


@case("bad-slug")
def _(desk):
    return desk.rest.post("/amenities", json={"name": "电视"}, who="ada")


@case("unknown-amenity")
def _(desk):
    body = {"name": "R", "floorId": desk.floor(), "capacity": 4, "amenities": ["pool"]}
    return desk.rest.post("/rooms", json=body, who="ada")


@case("bad-policy")
def _(desk):
    policy = {"minMinutes": 60, "maxMinutes": 30}
    return desk.rest.patch(f"/rooms/{desk.room()}", json={"policy": policy}, who="ada")


@case("room-not-found")
def _(desk):
    return desk.rest.get("/rooms/x")


@case("half-a-time")
def _(desk):
    return desk.rest.get("/rooms", params={"freeFrom": f"{DAY}T10:00:00Z"})


@case("bad-cursor")
def _(desk):
    return desk.rest.get("/rooms", params={"cursor": "x"})


@case("bad-date")
def _(desk):
    return desk.rest.get(f"/rooms/{desk.house.sandbox.id}/bookings", params={"date": "0001-01-01"})


@case("glass-pin-in-use")
def _(desk):
    room = desk.pinned()
    desk.rest.patch(f"/rooms/{room}", json={"policy": {"glass": {"book": "pin"}}}, who="ada")
    return desk.rest.delete(f"/rooms/{room}/glass-pin", who="ada")


@case("no-glass-pin")
def _(desk):
    return desk.rest.patch(f"/rooms/{desk.room()}", json={"policy": {"glass": {"book": "pin"}}}, who="ada")


# Bookings.


@case("room-already-booked")
def _(desk):
    room = desk.room()
    desk.book(roomId=room)
    return desk.book(roomId=room, who="tomas")


@case("room-out-of-service")
def _(desk):
    room = desk.room()
    desk.rest.patch(f"/rooms/{room}", json={"outOfService": "Wet paint"}, who="ada")
    return desk.book(roomId=room)


@case("bad-instant")
def _(desk):
    return desk.rest.post("/bookings", json=desk.wish() | {"startsAt": "0001-01-01T00:00:00Z"})


@case("bad-title")
def _(desk):
    return desk.book(title="a\0b")


@case("end-before-start")
def _(desk):
    return desk.book("11:00", "10:00")


@case("in-the-past")
def _(desk):
    return desk.book("07:00", "09:00")


@case("too-short")
def _(desk):
    return desk.book("10:00", "10:05")


@case("too-long")
def _(desk):
    return desk.book("10:00", "23:00")


@case("beyond-horizon")
def _(desk):
    return desk.rest.post(
        "/bookings", json=desk.wish() | {"startsAt": "2028-01-01T10:00:00Z", "endsAt": "2028-01-01T11:00:00Z"}
    )


@case("over-capacity")
def _(desk):
    return desk.book(attendees=400)


@case("idempotency-key-reused")
def _(desk):
    for title in ("One", "Another"):
        answer = desk.rest.post("/bookings", json=desk.wish(title=title), headers={"Idempotency-Key": "k"})
    return answer


@case("bad-rrule")
def _(desk):
    return desk.again("FREQ=HOURLY;COUNT=3")


@case("series-without-end")
def _(desk):
    return desk.again("FREQ=DAILY")


@case("series-too-long")
def _(desk):
    return desk.again("FREQ=DAILY;COUNT=999")


@case("start-not-in-series")
def _(desk):
    return desk.again("FREQ=WEEKLY;BYDAY=TU;COUNT=3")


@case("not-a-series")
def _(desk):
    return desk.act(desk.booked(), "occurrences", {"date": "2026-11-24"})


@case("booking-not-found")
def _(desk):
    return desk.rest.get("/bookings/x")


@case("not-your-booking")
def _(desk):
    return desk.act(desk.booked(), "cancel", who="tomas")


@case("revision-changed")
def _(desk):
    return desk.rest.patch(f"/bookings/{desk.booked()}", json={"title": "X"}, headers={"If-Match": "99"})


@case("check-in-too-early")
def _(desk):
    return desk.act(desk.booked(), "check-in")


@case("check-in-too-late")
def _(desk):
    booking = desk.started()
    return desk.later(lambda: desk.act(booking, "check-in"), minutes=20)


@case("booking-not-approved")
def _(desk):
    booking = desk.booked("08:10", "09:00", room=desk.room(requiresApproval=True))
    return desk.act(booking, "check-in")


@case("booking-approved")
def _(desk):
    return desk.act(desk.booked(), "decline", who="lena")


@case("booking-over")
def _(desk):
    booking = desk.checked_in()
    desk.act(booking, "end")
    return desk.act(booking, "cancel")


@case("booking-not-started")
def _(desk):
    return desk.act(desk.booked(), "end")


@case("booking-under-way")
def _(desk):
    return desk.act(desk.checked_in(), "cancel")


@case("cannot-extend")
def _(desk):
    return desk.act(desk.checked_in(), "extend", {"minutes": 900})


@case("not-a-walk-up")
def _(desk):
    return desk.act(desk.booked(), "claim", who="tomas")


@case("calendar-not-found")
def _(desk):
    return desk.rest.get(f"/rooms/{desk.room()}/calendar.ics", params={"token": "x"}, who=None)


@case("no-report")
def _(desk):
    database = desk.rest.client.app.state.hub.database
    database._apart = Apart(desk.rest.client.app.state.hub.settings.database)
    database._apart.close()
    try:
        return desk.rest.get("/analytics/kpis?from=2026-11-01&to=2026-12-01", who="lena")
    finally:
        database._apart = None


# Panels and issues.


@case("panel-not-found")
def _(desk):
    return desk.rest.get("/panels/x", who="lena")


@case("no-broker")
def _(desk):
    return desk.rest.get(f"/panels/{desk.panel()}/screen.png", who="lena")


@case("not-simulated")
def _(desk):
    panel = desk.rest.post("/panels", json={}, who="ada").json()["id"]
    return desk.rest.post(f"/panels/{panel}/press", json={"key": 0}, who="ada")


@case("panel-at-another-room")
def _(desk):
    for _room in range(2):
        body = {"roomId": desk.room(), "hardware": "esp32-240ac4"}
        answer = desk.rest.post("/panels", json=body, who="ada")
    return answer


@case("code-not-found")
def _(desk):
    return desk.rest.post("/panels/claim", json={"code": "NOTHING1", "roomId": desk.room()}, who="ada")


@case("code-used")
def _(desk):
    body = {"code": desk.code(), "roomId": desk.room()}
    desk.rest.post("/panels/claim", json=body, who="ada")
    return desk.rest.post("/panels/claim", json=body, who="ada")


@case("code-expired")
def _(desk):
    body = {"code": desk.code(), "roomId": desk.room()}
    return desk.later(lambda: desk.rest.post("/panels/claim", json=body, who="ada"), minutes=20)


@case("too-many-panels-waiting")
def _(desk):
    now = desk.rest.clock.now()

    def many(session):
        for number in range(enrolment.MOST_WAITING - len(_waiting(session))):
            secret = str(number).rjust(43, "w")
            enrolment.enrol(session, secret, address=f"10.1.{number % 50}.1", simulated=True, now=now)

    desk.rest.write(many)
    try:
        return desk.rest.post("/panels/enrol", json={"enrolmentSecret": "z" * 43}, who=None)
    finally:
        desk.rest.write(
            lambda session: session.execute(text("DELETE FROM panel_enrolments WHERE panel_key IS NULL"))
        )


def _waiting(session):
    return session.execute(text("SELECT 1 FROM panel_enrolments WHERE panel_key IS NULL")).all()


@case("not-the-broker")
def _(desk):
    return desk.rest.post("/broker/access", json={"clientid": "x"}, who="ada")


@case("issue-not-found")
def _(desk):
    return desk.rest.get("/issues/x", who="lena")


@case("bad-category")
def _(desk):
    return desk.rest.post(f"/rooms/{desk.room()}/issues", json={"category": "  "})


def _resolved(desk):
    issue = desk.issue()
    desk.rest.patch(f"/issues/{issue}", json={"status": "resolved"}, who="lena")
    return issue


@case("issue-status")
def _(desk):
    return desk.rest.patch(f"/issues/{_resolved(desk)}", json={"status": "acknowledged"}, who="lena")


@case("issue-reported-anew")
def _(desk):
    issue = _resolved(desk)
    room = desk.rest.get(f"/issues/{issue}", who="lena").json()["roomId"]
    desk.rest.post(f"/rooms/{room}/issues", json={"category": "display"})
    return desk.rest.patch(f"/issues/{issue}", json={"status": "open"}, who="lena")


@case("room-closed-by-another")
def _(desk):
    issue = desk.issue()
    room = desk.rest.get(f"/issues/{issue}", who="lena").json()["roomId"]
    other = desk.rest.post(f"/rooms/{room}/issues", json={"category": "light"}).json()["id"]
    for one in (issue, other):
        desk.rest.patch(f"/issues/{one}", json={"outOfService": "Dark"}, who="lena")
    return desk.rest.patch(f"/issues/{issue}", json={"outOfService": None}, who="lena")


# At the glass.


@case("wrong-room")
def _(desk):
    return desk.press("book", moved=True)


@case("command-too-late")
def _(desk):
    return desk.press("book", at=desk.rest.clock.now() - timedelta(minutes=5))


@case("not-a-quick-book-length")
def _(desk):
    return desk.press("book", command={"minutes": 37})


@case("room-needs-approval")
def _(desk):
    return desk.press("book", policy={"requiresApproval": True})


@case("not-at-the-glass")
def _(desk):
    return desk.press("book", policy={"glass": {"book": "off"}})


@case("pin-required")
def _(desk):
    return desk.press("book", pin="2468", right=None)


@case("wrong-pin")
def _(desk):
    return desk.press("book", pin="2468", right=False, command={"pin": "1111"})


# What REST refuses as `invalid-request`, and the domain again for who asks otherwise.


def _of_the_domain(ask):
    with pytest.raises(DomainError) as refusal:
        ask()
    return {"problem": refusal.value.slug, "detail": refusal.value.detail}


@case("bad-role")
def _(desk):
    now, add = desk.rest.clock.now(), accounts.add_user
    wrong = {"email": "r@example.org", "name": "R", "role": "king", "now": now}
    return _of_the_domain(lambda: desk.rest.write(lambda session: add(session, **wrong)))


@case("bad-scope")
def _(desk):
    now, ada, add = desk.rest.clock.now(), desk.house.ada, access.add_api_token
    wrong = {"name": "x", "scope": "all", "expires_at": None, "now": now}
    return _of_the_domain(lambda: desk.rest.write(lambda session: add(session, ada, **wrong)))


@case("bad-pin")
def _(desk):
    return _of_the_domain(lambda: asyncio.run(new_pin_hash("12ab")))


# What is nobody's fault, or ours.


@case("invalid-request")
def _(desk):
    return desk.rest.post("/bookings", json=desk.wish() | {"colour": "red"})


@case("internal-error")
def _(desk):
    clock = desk.rest.clock
    before, clock.at = clock.at, None  # a hub whose clock is gone has no answer
    try:
        return desk.rest.get("/rooms", who="ada")
    finally:
        clock.at = before


@case("storage-busy")
def _(desk):
    database = desk.rest.client.app.state.hub.database
    held = database._writers.sync_engine.url.database

    def blocked(session):
        session.execute(text("PRAGMA busy_timeout = 50"))

    portal = desk.rest.client.blocking_portal
    portal.call(database.write, blocked)
    with sqlite3.connect(held, isolation_level=None) as elsewhere:
        elsewhere.execute("BEGIN IMMEDIATE")
        try:
            return desk.rest.post("/buildings", json={"name": "Late", "timeZone": "UTC"}, who="ada")
        finally:
            elsewhere.execute("ROLLBACK")


@case("storage-full")
def _(desk):
    def fill(session):
        session.execute(text("PRAGMA max_page_count = 1"))

    def empty(session):
        session.execute(text("PRAGMA max_page_count = 1000000"))

    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' + b"<g></g>" * 9000 + b"</svg>"
    floor = desk.planned()
    desk.rest.write(fill)
    try:
        return desk.rest("PUT", f"/floors/{floor}/plan/background.svg", content=drawing, who="ada")
    finally:
        desk.rest.write(empty)


@case("storage-unavailable")
def _(desk):
    database = desk.rest.client.app.state.hub.database
    file = Path(database._readers.sync_engine.url.database)
    away = file.with_name("away.db")
    desk.rest.client.blocking_portal.call(database._readers.dispose)
    file.rename(away)
    file.mkdir()
    try:
        return desk.rest.get("/rooms", who="ada")
    finally:
        file.rmdir()
        away.rename(file)


# Reports, and when buildings are closed.

RANGE = {"from": "2026-11-01", "to": "2026-12-01"}


@case("analytics-not-yours")
def _(desk):
    return desk.rest.get("/analytics/kpis", params=RANGE)


@case("not-your-department")
def _(desk):
    leads = {"leadsDepartment": True}
    assert desk.rest.patch(f"/users/{desk.house.tomas.id}", json=leads, who="ada").status_code == 200
    allowed = desk.rest.patch("/settings", json={"departmentLeads": True}, who="ada")
    assert allowed.json()["departmentLeads"] is True
    return desk.rest.get("/analytics/kpis", params=RANGE | {"department": "Research"}, who="tomas")


@case("bad-range")
def _(desk):
    return desk.rest.get("/analytics/peak", params={"from": DAY, "to": DAY}, who="lena")


@case("bad-comparison")
def _(desk):
    rooms = [desk.room() for _ in range(7)]
    return desk.rest.get("/analytics/comparison", params=RANGE | {"roomId": rooms}, who="lena")


@case("closure-not-found")
def _(desk):
    return desk.rest.get("/closures/none")


@case("bad-closure")
def _(desk):
    return desk.rest.patch(f"/closures/{desk.closure()}", json={"to": "2026-01-01"}, who="lena")


@case("not-a-calendar")
def _(desk):
    query = {"buildingId": desk.building()}
    return desk.rest.post("/closures/import", params=query, content=b"<html>", who="lena")


@case("too-many-closures")
def _(desk):
    building = desk.building()
    new = NewClosure(name="Sundays", from_day=date(2027, 1, 3), to_day=date(2027, 1, 4))
    desk.rest.write(lambda session: add_closures(session, building, [new] * MOST))
    query = {"buildingId": building}
    return desk.rest.post("/closures/import", params=query, content=HOLIDAYS, who="lena")
