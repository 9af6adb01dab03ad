"""Fresh things to ask about: each call of a matrix gets its own, so that no call stands in another's way."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any

from hub.accounts import access
from hub.accounts import service as accounts
from hub.bookings import service as bookings
from hub.panel import enrolment, issues
from tests.hub.rest import Rest

DAY = "2026-11-23"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0"/></svg>'
HOLIDAYS = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:New Year\r\nDTSTART;VALUE=DATE:20270101\r\n"
    b"TRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)

_NAMED = re.compile(r"\{(\w+)\}")


class Subjects:
    """`filled` puts the id of a new thing where words name one in braces: `/bookings/{started}/end`.

    Bookings are Nadia's, each alone in a new room; `mine` is whoever asks for whom `who` stands.
    """

    def __init__(self, rest: Rest) -> None:
        self.rest = rest
        self.house = rest.house
        self._numbers = count(1)

    def filled(self, words: Any, who: Any) -> Any:
        """`words`: a path, or a JSON body; `who`: the account that will ask."""
        if isinstance(words, dict):
            return {name: self.filled(value, who) for name, value in words.items()}
        if isinstance(words, list):
            return [self.filled(value, who) for value in words]
        if isinstance(words, str):
            return _NAMED.sub(lambda found: self._made(found[1], who), words)
        return words

    def _made(self, name: str, who: Any) -> str:
        make: Callable[..., str] = getattr(self, name)
        return make(who) if name.startswith("own_") else make()

    def _added(self, path: str, body: dict[str, Any], who: str = "ada") -> Any:
        answer = self.rest.post(path, json=body, who=who)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def number(self) -> str:
        return str(next(self._numbers))

    def room(self, **policy: Any) -> str:
        floor = self.house.building.floors[0].id
        body = {"name": f"Room {self.number()}", "floorId": floor, "capacity": 4, "policy": policy}
        found: str = self._added("/rooms", body)["id"]
        return found

    def building(self) -> str:
        return str(self._added("/buildings", {"name": f"B{self.number()}", "timeZone": "UTC"})["id"])

    def floor(self) -> str:
        return str(self._added(f"/buildings/{self.building()}/floors", {"name": "1"})["id"])

    def planned(self) -> str:
        """A floor with a plan and a drawing."""
        floor = self.floor()
        plan = {"width": 100, "height": 100, "rooms": []}
        assert self.rest("PUT", f"/floors/{floor}/plan", json=plan, who="ada").status_code == 200
        drawn = self.rest("PUT", f"/floors/{floor}/plan/background.svg", content=DRAWING, who="ada")
        assert drawn.status_code == 200, drawn.text
        return floor

    def connection(self, url: str = "https://127.0.0.1/room/", **more: Any) -> str:
        """Inside, where the hub does not call: nothing comes of it."""
        body = {"roomId": self.room(), "kind": "caldav", "url": url} | more
        return str(self._added("/connections", body)["id"])

    def webhook(self) -> str:
        """Inside, where the hub does not call: nothing comes of it. A site has only so many."""
        for one in self.rest.get("/webhooks", who="ada").json()["items"][10:]:
            assert self.rest.delete(f"/webhooks/{one['id']}", who="ada").status_code == 204
        body = {"url": "https://127.0.0.1/hook", "events": ["panel.offline"]}
        return str(self._added("/webhooks", body)["id"])

    def pinged(self) -> str:
        """A webhook that was tried, with a `delivery`."""
        made = self.webhook()
        self._ping: str = self.rest.post(f"/webhooks/{made}/test", who="ada").json()["id"]
        return made

    def delivery(self) -> str:
        return self._ping

    def closure(self) -> str:
        new = {"buildingId": self.building(), "name": "New Year", "from": "2027-01-01", "to": "2027-01-02"}
        return str(self._added("/closures", new)["id"])

    def amenity(self) -> str:
        return str(self._added("/amenities", {"name": f"Amenity {self.number()}"})["slug"])

    def user(self) -> str:
        body = {"email": f"u{self.number()}@example.org", "name": "Una", "role": "member"}
        return str(self._added("/users", body)["id"])

    def invited(self) -> str:
        """Without a password until they choose one."""
        return self.user()

    def erased(self) -> str:
        """Again is harmless; who is there for others must not be."""
        return self.user()

    def panel(self) -> str:
        return str(self._added("/panels", {"roomId": self.room(), "simulated": True})["id"])

    def enrolment_secret(self) -> str:
        """The same each time: a new one is another panel, and how many enrol from one address is limited."""
        return "e" * 43

    def code(self) -> str:
        """On the glass of a panel that nobody has claimed."""
        secret, address, now = self.number().rjust(43, "c"), f"10.0.0.{self.number()}", self.rest.clock.now()

        def work(session: Any) -> str:
            return enrolment.enrol(session, secret, address=address, simulated=True, now=now).code

        found: str = self.rest.write(work)
        return found

    def pinned(self) -> str:
        room = self.room()
        answer = self.rest("PUT", f"/rooms/{room}/glass-pin", json={"pin": "2468"}, who="ada")
        assert answer.status_code == 200, answer.text
        return room

    def version(self) -> str:
        """Of a firmware that is not there: a real one takes a key that this site has not."""
        return "9.9"

    def rollout(self) -> str:
        return "none"

    def issue(self) -> str:
        """Somebody new says it: how much one person says is limited."""
        room, now, number = self.room(), self.rest.clock.now(), self.number()

        def work(session: Any) -> str:
            who = accounts.add_user(
                session, email=f"i{number}@example.org", name="Ida", role="member", now=now
            )
            return issues.report_issue(session, who, room, "display", None, now).id

        found: str = self.rest.write(work)
        return found

    def booked(self, start: str = "10:00", end: str = "11:00", room: str | None = None, **more: Any) -> str:
        body = {
            "roomId": room or self.room(),
            "title": "Roadmap",
            "startsAt": f"{DAY}T{start}:00Z",
            "endsAt": f"{DAY}T{end}:00Z",
        }
        return str(self._added("/bookings", body | more, who="nadia")["id"])

    def started(self) -> str:
        return self.booked("08:00", "09:00")

    def checked_in(self) -> str:
        found = self.started()
        assert self.rest.post(f"/bookings/{found}/check-in").status_code == 200
        return found

    def pending(self) -> str:
        return self.booked(room=self.room(requiresApproval=True))

    def series(self) -> str:
        """Of four days; tomorrow's meeting has been cancelled."""
        found = self.booked(recurrence={"rrule": "FREQ=DAILY;COUNT=4"})
        room = self.rest.get(f"/bookings/{found}").json()["roomId"]
        day = self.rest.get(f"/rooms/{room}/bookings", params={"date": "2026-11-24"}).json()["items"]
        assert self.rest.post(f"/bookings/{day[0]['id']}/cancel").status_code == 200
        return found

    def walk_up(self) -> str:
        room, now = self.room(), self.rest.clock.now()
        found: str = self.rest.write(lambda session: bookings.book_walk_up(session, room, 30, now)).id
        return found

    def own_session(self, who: Any) -> str:
        """Another session of who asks."""
        now = self.rest.clock.now()

        def work(session: Any) -> str:
            opened = access.open_session(session, who, now)
            return next(one.id for one in access.sessions(session, who, opened, now) if one.current)

        found: str = self.rest.write(work)
        return found

    def own_token(self, who: Any) -> str:
        now = self.rest.clock.now()

        def work(session: Any) -> str:
            return access.add_api_token(session, who, name="x", scope="read", expires_at=None, now=now)[0].id

        found: str = self.rest.write(work)
        return found
