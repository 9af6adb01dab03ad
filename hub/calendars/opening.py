"""Which adapters there are, and what an address has to look like for each."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

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
LONGEST_ADDRESS = 2000


class Opener:
    """Opens calendars behind sealed credentials."""

    def __init__(self, vault: Vault, reach: Reach) -> None:
        self.vault, self._reach = vault, reach

    def open(self, kind: str, sealed: bytes, zone: str) -> Calendar:
        """Raises Trouble where the credentials can't be read."""
        credentials = self.vault.open(sealed)
        return _ADAPTERS[kind](Caller(self._reach, credentials), credentials.url, ZoneInfo(zone))


def clean_address(url: str) -> tuple[str, str]:
    """The address as it is called, and its host. Raises Refused."""
    url = url.strip()
    if url[:9].lower() == "webcal://":
        url = f"https://{url[9:]}"
    try:
        at = urlsplit(url)
        port, host = at.port, at.hostname
    except ValueError as error:
        raise refusals.bad_address("It can't be read.") from error
    if at.scheme not in {"http", "https"} or not host or port == 0:
        raise refusals.bad_address("It begins with https://, and names a host.")
    if len(url) > LONGEST_ADDRESS or not url.isprintable() or " " in url or not url.isascii():
        raise refusals.bad_address("It is too long, or has characters that no address has.")
    if at.username is not None or at.password is not None:
        raise refusals.bad_address("User name and password have fields of their own.")
    return url.partition("#")[0], host[:255]


def check_lead(kind: str, leads: str) -> None:
    """Raises Refused."""
    if kind == SUBSCRIPTION and leads != CALENDAR:
        raise refusals.always_leads()
