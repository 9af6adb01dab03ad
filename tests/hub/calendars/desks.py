"""People at their calendars, as the conformance suite needs them: each works on a real server of its kind."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

from icalendar import Calendar

from hub.calendars.caldav import CalDav
from hub.calendars.reach import Caller
from hub.calendars.subscription import Subscription
from hub.calendars.vault import Credentials
from hub.reach import Reach
from tests.radicale_server import LOGIN

BERLIN = ZoneInfo("Europe/Berlin")
INSIDE = Reach(("127.0.0.1",))


def whole(*events):
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//People//EN", *events, "END:VCALENDAR", ""]
    )


class DavDesk:
    """`hides`: what the server does not say of itself."""

    def __init__(self, radicale, hides=()):
        self._http, self.url = radicale.client, radicale.new_calendar()
        self.hides = hides

    def open(self, password=LOGIN[1]):
        caller = Caller(INSIDE, Credentials(self.url, LOGIN[0], password))
        calendar = CalDav(caller, self.url, BERLIN)
        if self.hides:
            state = calendar._state

            async def less():
                said = await state()
                return None if "ctag" in self.hides else f"ctag:{said}"

            calendar._state = less
        return calendar

    def put(self, name, *events):
        answer = self._http.put(f"{self.url}{name}.ics", content=whole(*events))
        assert answer.status_code in {201, 204}, answer.text

    def delete(self, name):
        assert self._http.delete(f"{self.url}{name}.ics").status_code in {200, 204}

    def text(self, name):
        return re.sub(r"\r?\n ", "", self._http.get(f"{self.url}{name}.ics").text)

    def events(self):
        """What a client of another make reads: the events' components."""
        answer = self._http.get(self.url)
        return [] if answer.status_code == 404 else Calendar.from_ical(answer.text).events


class FileDesk:
    """A file on a web server. `seen`: what was asked for, with which conditions."""

    def __init__(self):
        self._parts = {}
        self.raw = None
        self.seen = []
        self.answers = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                desk.seen.append((self.path, dict(self.headers)))
                status, headers, body = desk.answers.pop(0) if desk.answers else desk.answer(self.headers)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/secret/room.ics"

    def body(self):
        return self.raw or whole(*(line for events in self._parts.values() for line in events)).encode()

    def answer(self, asked):
        tag = f'"{hash(self.body())}"'
        if asked.get("If-None-Match") == tag:
            return 304, {}, b""
        return 200, {"ETag": tag, "Content-Type": "text/calendar"}, self.body()

    def open(self, reach=INSIDE):
        return Subscription(Caller(reach, Credentials(self.url)), self.url, BERLIN)

    def put(self, name, *events):
        self._parts[name] = events

    def delete(self, name):
        del self._parts[name]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def event(uid, start, end, title="Roadmap", *more):
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART{start}",
        f"DTEND{end}",
        f"SUMMARY:{title}",
        *more,
        "END:VEVENT",
    ]


def utc(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
