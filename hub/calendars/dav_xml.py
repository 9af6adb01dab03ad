"""The XML of WebDAV and CalDAV: what is asked, and what comes back (RFC 4918, 4791, 6578).

An answer is read without entities: a DOCTYPE ends the reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from hub.calendars import refusals

_DAV, _CAL, _CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'


@dataclass(frozen=True, slots=True)
class Resource:
    """What an answer says of one. `href` is its path, written one way; `status` of the whole, 200 where none is said."""

    href: str
    status: int
    etag: str
    data: bytes | None
    token: str | None
    ctag: str | None


@dataclass(frozen=True, slots=True)
class Multistatus:
    resources: tuple[Resource, ...]
    token: str | None


def path_of(href: str) -> str:
    """The path alone: an answer does not say which server is asked next."""
    return quote(unquote(urlsplit(href.strip()).path), safe="/!$&'()*+,;=:@~-._")


def ask_state() -> bytes:
    return f"{_HEAD}<propfind {_SPACES}><prop><sync-token/><CS:getctag/><getetag/></prop></propfind>".encode()


def ask_since(token: str) -> bytes:
    return (
        f"{_HEAD}<sync-collection {_SPACES}><sync-token>{escape(token)}</sync-token><sync-level>1</sync-level>"
        "<prop><getetag/></prop></sync-collection>"
    ).encode()


def ask_all(since: datetime) -> bytes:
    """Every event with some of its time after that."""
    return (
        f"{_HEAD}<C:calendar-query {_SPACES}><prop><getetag/></prop><C:filter><C:comp-filter name='VCALENDAR'>"
        f"<C:comp-filter name='VEVENT'><C:time-range start='{since:%Y%m%dT%H%M%SZ}'/></C:comp-filter>"
        "</C:comp-filter></C:filter></C:calendar-query>"
    ).encode()


def ask_for(hrefs: Iterable[str]) -> bytes:
    wanted = "".join(f"<href>{escape(href)}</href>" for href in hrefs)
    return (
        f"{_HEAD}<C:calendar-multiget {_SPACES}><prop><getetag/><C:calendar-data/></prop>{wanted}"
        "</C:calendar-multiget>"
    ).encode()


class _Tree(ET.TreeBuilder):
    def doctype(self, *_: object) -> NoReturn:
        raise refusals.not_understood("Its XML has a DOCTYPE.")


def multistatus(body: bytes) -> Multistatus:
    """Raises Trouble where it is something else."""
    try:
        parser = ET.XMLParser(target=_Tree())  # noqa: S314  entities need a DOCTYPE, which ends it
        parser.feed(body)
        root = parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise refusals.not_understood("It does not answer in XML: is it a CalDAV calendar?") from error
    if root.tag != f"{_DAV}multistatus":
        raise refusals.not_understood("It does not answer as CalDAV servers do.")
    found = tuple(_resource(one) for one in root.iter(f"{_DAV}response"))
    return Multistatus(found, _words(root, f"{_DAV}sync-token"))


def _resource(response: ET.Element) -> Resource:
    status = _status(response.findtext(f"{_DAV}status"))
    good = [one for one in response.iter(f"{_DAV}propstat") if _status(one.findtext(f"{_DAV}status")) == 200]
    props = [prop for one in good for prop in one.iter(f"{_DAV}prop")]

    def said(name: str) -> str | None:
        return next((words for prop in props if (words := _words(prop, name)) is not None), None)

    data = said(f"{_CAL}calendar-data")
    return Resource(
        href=path_of(response.findtext(f"{_DAV}href") or ""),
        status=status,
        etag=said(f"{_DAV}getetag") or "",
        data=None if data is None else data.encode(),
        token=said(f"{_DAV}sync-token"),
        ctag=said(f"{_CS}getctag"),
    )


def _words(inside: ET.Element, name: str) -> str | None:
    found = inside.findtext(name)
    return found.strip() if name != f"{_CAL}calendar-data" and found else found or None


def _status(line: str | None) -> int:
    """Of "HTTP/1.1 404 Not Found"; 200 where nothing is said."""
    parts = (line or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 200
