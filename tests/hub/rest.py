"""The whole hub over REST, without sockets, with the house in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.app import doors, hub_behind
from hub.clock import Clock
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.house import House, furnish, ready

API = "/api/v1"
PEOPLE = ("nadia", "tomas", "lena", "ada")

_empty: list[Litestar] = []
"""Doors that a hub has moved out of: making them takes seven times as long as all else a hub is made of."""


@contextmanager
def running_hub(settings: Settings, clock: Clock | None = None, **options: Any) -> Iterator[TestClient[Any]]:
    """A client of a hub that runs meanwhile. `options` are the client's."""
    app = _empty.pop() if _empty else doors()
    app.state.update(hub_behind(settings, clock))
    with TestClient(app, **options) as client:
        yield client
    _empty.append(app)


class Rest:
    """Calls are Nadia's, unless `who` names another person of the house (None: nobody)."""

    def __init__(self, client: TestClient[Any], clock: FakeClock) -> None:
        self.client = client
        self.clock = clock
        self._tokens: dict[str, str] = {}
        self.house: House = ready(client.app.state.hub.settings.database) or self.write(self._move_in)
        self.write(self._log_in)

    def _move_in(self, session: Session) -> House:
        return furnish(session, self.clock.now())

    def _log_in(self, session: Session) -> None:
        for name in PEOPLE:
            self._tokens[name] = accounts.open_session(session, getattr(self.house, name), self.clock.now())

    def write(self, work: Any) -> Any:
        """A transaction straight on the hub's database."""
        return self.client.blocking_portal.call(self.client.app.state.hub.database.write, work)

    def headers(self, who: str | None) -> dict[str, str]:
        return {} if who is None else {"Authorization": f"Bearer {self._tokens[who]}"}

    def __call__(self, method: str, path: str, *, who: str | None = "nadia", **more: Any) -> Any:
        headers = self.headers(who) | more.pop("headers", {})
        return self.client.request(method, API + path, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self("GET", path, **more)

    def post(self, path: str, **more: Any) -> Any:
        return self("POST", path, **more)

    def patch(self, path: str, **more: Any) -> Any:
        return self("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self("DELETE", path, **more)

    def as_token(self, name: str, token: str) -> None:
        """From now on `who=name` asks with this token."""
        self._tokens[name] = token


def slug(answer: Any) -> tuple[int, str]:
    """Status and slug of a problem."""
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[1]
