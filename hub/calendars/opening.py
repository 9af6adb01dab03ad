"""Which adapters there are, and what an address has to look like for each."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from hub import reach
from hub.calendars import refusals
from hub.calendars.caldav import CalDav
from hub.calendars.merge import CALENDAR
from hub.calendars.port import Calendar
from hub.calendars.reach import Caller
from hub.calendars.subscription import Subscription
from hub.calendars.vault import Vault
from hub.reach import Reach

CALDAV, SUBSCRIPTION = "caldav", "subscription"
_ADAPTERS: dict[str, Callable[[Caller, str, ZoneInfo], Calendar]] = {
    CALDAV: CalDav,
    SUBSCRIPTION: Subscription,
}


class Opener:
    """Opens calendars behind sealed credentials."""

    def __init__(self, vault: Vault, may: Reach) -> None:
        self.vault, self._may = vault, may

    def open(self, kind: str, sealed: bytes, zone: str) -> Calendar:
        """Raises Trouble where the credentials can't be read."""
        credentials = self.vault.open(sealed)
        return _ADAPTERS[kind](Caller(self._may, credentials), credentials.url, ZoneInfo(zone))


def clean_address(url: str) -> tuple[str, str]:
    """The address as it is called, and its host. Raises Refused."""
    url = url.strip()
    if url[:9].lower() == "webcal://":
        url = f"https://{url[9:]}"
    try:
        return reach.clean_address(url, of_a_user="User name and password have fields of their own.")
    except reach.BadAddress as error:
        raise refusals.bad_address(str(error)) from error


def check_lead(kind: str, leads: str) -> None:
    """Raises Refused."""
    if kind == SUBSCRIPTION and leads != CALENDAR:
        raise refusals.always_leads()
