"""How often somebody may fail to log in. Failures count, successes do not (contract, `POST /auth/login`)."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from hub.errors import TooMany

WINDOW = timedelta(minutes=1)
REMEMBERED = 10_000
"""Addresses kept in memory; the ones that failed longest ago go first."""


class FailedLogins:
    """Counts failures per address and client within WINDOW; it is this process's, and forgotten with it."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._failures: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()

    def check(self, email: str, client: str, now: datetime) -> None:
        """Raises TooMany where the failures of the last minute have reached what is allowed."""
        failures = self._failures.get((email, client), deque())
        while failures and not now - WINDOW < failures[0] <= now:
            failures.popleft()
        if len(failures) >= self._allowed:
            wait_s = int((failures[0] + WINDOW - now).total_seconds()) + 1
            raise TooMany(
                "too-many-attempts",
                "Too many failed logins",
                f"Wait {wait_s} seconds, then try again.",
                retryAfterS=wait_s,
            )

    def add(self, email: str, client: str, now: datetime) -> None:
        failures = self._failures.setdefault((email, client), deque(maxlen=self._allowed))
        failures.append(now)
        self._failures.move_to_end((email, client))
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)
