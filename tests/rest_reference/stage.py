"""Plays the story on a real hub whose clock stands, and writes down what was said: docs/rest.md.

python -m tests.rest_reference.stage
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from litestar.testing import TestClient
from sqlalchemy.orm import Session

from hub import reach
from hub.accounts import recovery
from hub.accounts import service as accounts
from hub.accounts.passwords import hash_password
from hub.app import create_app
from hub.bookings import service as bookings
from hub.calendars import sync
from hub.calendars.opening import Opener
from hub.panel import service as panels
from hub.reach import Answer, Reach
from hub.settings import Settings
from hub.webhooks import sending
from tests.fakes import FakeClock
from tests.hub.calendars.memory_calendar import MemoryCalendar, MemoryServer
from tests.rest_reference.story import FIRMWARE_KEY, LOGIN, STORY, Call
from tools.rest_reference import Exchange, page

API = "/api/v1"
REFERENCE = Path(__file__).parents[2] / "docs/rest.md"
SECRETS = {"accessToken", "secret", "token", "nextCursor"}
_ID = re.compile(r"(?:\b|(?<=msg_))[0-9a-f]{16}\b")
_SHOWN_NAME = re.compile(r"\bPanel [A-Z0-9]{4}\b")
_NAME = re.compile(r"\{(\w+)\}")
PATIENCE_S = 30.0


class Wall:
    """The panels' end of the wire, which is no part of REST: a blank glass, and keys that can be pressed."""

    def sessions(self) -> int:
        return 0

    def listening(self) -> bool:
        return True

    async def screen(self, _panel_id: str) -> bytes:
        return bytes(480 * 100)

    async def press(self, _panel_id: str, _key: int) -> None:
        """There is nobody to see it."""


class Shelf(Opener):
    """Behind every address there is an empty calendar."""

    def open(self, _kind: str, _sealed: bytes, _zone: str) -> Any:
        return MemoryCalendar(MemoryServer())


class Stage:
    """`kept`: ids by the names that the story gives them."""

    def __init__(self, client: TestClient[Any], clock: FakeClock) -> None:
        self.client, self.clock = client, clock
        self.kept: dict[str, str] = {}
        self._tokens: dict[str | None, str] = {}
        self._unnamed: dict[str, str] = {}
        self._write(self._add_ada)

    def _write(self, work: Any) -> Any:
        return self.client.blocking_portal.call(self.client.app.state.hub.database.write, work)

    def _add_ada(self, session: Session) -> None:
        """As `circletime user add` does."""
        accounts.add_user(
            session,
            email=LOGIN["email"],
            name="Ada Osei",
            role="admin",
            password_hash=hash_password(LOGIN["password"]),
            now=self.clock.now(),
        )

    def play(self) -> Iterator[Exchange]:
        for step in STORY:
            if not isinstance(step, Call):
                getattr(self, step.name)()
                continue
            answer = self._events(step) if step.path == "/events" else self._ask(step)
            self._remember(step, answer)
            if not step.hidden:
                yield self._written_down(step, answer)

    def _ask(self, step: Call) -> Any:
        headers = dict(step.headers)
        if step.who:
            headers["Authorization"] = f"Bearer {self._tokens[step.who]}"
        self.client.cookies.clear()
        path = API + self._filled(step.path) + (f"?{self._filled(step.query)}" if step.query else "")
        if isinstance(step.body, str):
            return self.client.request(step.method, path, headers=headers, content=step.body)
        more = {"json": self._filled(step.body), "follow_redirects": False}
        return self.client.request(step.method, path, headers=headers, **more)

    def _filled(self, words: Any) -> Any:
        if isinstance(words, dict):
            return {name: self._filled(value) for name, value in words.items()}
        if isinstance(words, list):
            return [self._filled(value) for value in words]
        return _NAME.sub(lambda found: self.kept[found[1]], words) if isinstance(words, str) else words

    def _remember(self, step: Call, answer: Any) -> None:
        found = answer.json() if "application/json" in answer.headers.get("content-type", "") else {}
        if step.path == "/auth/login":
            assert answer.status_code == 200, answer.text
            self._tokens[step.body["email"].split("@")[0]] = found["accessToken"]
            found = found["user"]
        if step.keep == "session":
            found = next(one for one in found["items"] if not one["current"])
        if step.keep:
            assert answer.status_code < 300, answer.text
            self.kept[step.keep] = _kept(step.keep, found)
        if step.path == "/buildings" and step.keep == "hq":
            self.kept["floor"] = found["floors"][0]["id"]

    def _written_down(self, step: Call, answer: Any) -> Exchange:
        kind = answer.headers.get("content-type", "").split(";")[0]
        body = step.body if isinstance(step.body, str) else _pretty(self._filled(step.body))
        body = body.replace("\r\n", "\n")
        if kind.endswith("json"):
            told = _pretty(_without_secrets(answer.json()))
        else:
            told = answer.text if kind.startswith(("text/", "image/svg")) else ""
        if kind == "text/calendar":
            told = told.replace("\r\n", "\n")
        if kind == "text/event-stream":  # a change may be told twice
            told = "\n\n".join(dict.fromkeys(told.replace("\r\n", "\n").split("\n\n")))
        path = API + self._filled(step.path) + (f"?{self._filled(step.query)}" if step.query else "")
        return Exchange(
            operation=(step.method, API + _template(step.path)),
            note=step.note,
            who=step.who,
            headers=step.headers,
            request=self._named(f"{step.method} {path}"),
            body=self._named(body),
            status=answer.status_code,
            kind=kind,
            answer=self._named(told),
        )

    def _named(self, words: str) -> str:
        """Ids as the names that the story gave them; others as `id-1` and so on."""
        names = {found: name for name, found in self.kept.items()}
        for secret in ("link", "code", "room_calendar", "own_calendar"):
            words = words.replace(self.kept.get(secret, "..."), "...")

        words = _SHOWN_NAME.sub("Panel 7KQX", words)

        def name(found: re.Match[str]) -> str:
            fallback = f"id-{len(self._unnamed) + 1}"
            return names.get(found[0]) or self._unnamed.setdefault(found[0], fallback)

        return _ID.sub(name, words)

    def _events(self, step: Call) -> Any:
        """The stream, from its opening to the end of its session; meanwhile a room is changed."""
        events = self.client.app.state.hub.events
        answers: list[Any] = []
        listening = threading.Thread(target=lambda: answers.append(self._ask(step)))
        listening.start()
        _wait_until(lambda: events._listeners)
        self._ask(Call("PATCH", "/rooms/{sandbox}", {"outOfService": None}, "lena"))
        self._ask(Call("POST", "/auth/logout", who="lena"))
        listening.join(PATIENCE_S)
        return answers[0]

    def twenty_minutes_pass(self) -> None:
        self.clock.at += timedelta(minutes=20)

    def somebody_takes_the_attic_at_its_panel(self) -> None:
        attic, now = self.kept["attic"], self.clock.now()
        taken = self._write(lambda session: bookings.book_walk_up(session, attic, 30, now))
        self.kept["walk_up"] = taken.id

    def the_panel_says_hello(self) -> None:
        hello: Any = {
            "bootId": "b1",
            "firmware": "0.1.0",
            "roomId": None,
            "revision": 0,
            "update": None,
        }
        panel, now = self.kept["panel"], self.clock.now()
        self._write(lambda session: panels.greet(session, panel, hello, now))

    def a_link_is_mailed(self) -> None:
        now = self.clock.now()
        self.kept["link"] = self._write(
            lambda session: recovery.new_link_secret(session, "reset", "nadia@example.org", now)
        )


def _wait_until(look: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < end, "nobody listens to the events"
        time.sleep(0.01)


def _kept(name: str, found: dict[str, Any]) -> str:
    if name.endswith("_calendar"):
        return str(found["url"].partition("token=")[2])
    return str(found["code"] if name == "code" else found["id"])


def _template(path: str) -> str:
    """As the OpenAPI writes it."""
    path = path.replace("/amenities/sofa", "/amenities/{slug}").replace(
        "/capacity/export", "/{report}/export"
    )
    path = path.replace("/0.2.0/", "/{version}/")
    return re.sub(r"\{(?!slug|report|version|delivery)\w+\}", "{id}", path)


def _pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "..." if name in SECRETS and isinstance(one, str) else _without_secrets(one)
        for name, one in value.items()
    }


async def _taken(*_: Any, **__: Any) -> Answer:
    """What every receiver of webhooks answers here."""
    return Answer(204, {}, b"")


def exchanges() -> list[Exchange]:
    clock = FakeClock()
    with TemporaryDirectory() as folder:
        app = create_app(
            Settings(data_dir=Path(folder), broker_url="none", firmware_key=FIRMWARE_KEY), clock=clock
        )
        object.__setattr__(app.state.hub, "panels", Wall())
        object.__setattr__(app.state.hub, "calendars", Shelf(app.state.hub.calendars.vault, Reach()))
        nobody_compares = patch.object(sync, "LOOKS_EVERY_S", 3600.0)
        nobody_sends = patch.object(sending, "LOOKS_EVERY_S", 3600.0)
        with nobody_compares, nobody_sends, patch.object(reach, "ask", _taken), TestClient(app) as client:
            return list(Stage(client, clock).play())


if __name__ == "__main__":
    REFERENCE.write_text(page(exchanges()))
