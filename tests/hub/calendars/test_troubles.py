"""What can be wrong with a calendar, each by a server that does it; and where the hub does not call at all."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest

from hub.calendars import dav_xml, reach
from hub.calendars.opening import Opener
from hub.calendars.reach import Caller
from hub.calendars.vault import Credentials, Vault
from hub.errors import Trouble
from hub.reach import Reach, retry_after
from hub.settings import BadSetting, Settings
from tests.fakes import FakeClock
from tests.hub.calendars.desks import FileDesk, event, whole
from tests.hub.calendars.office import Office

NOW = FakeClock().now()


@pytest.fixture
def desk():
    found = FileDesk()
    yield found
    found.close()


def trouble(call):
    with pytest.raises(Trouble) as caught:
        asyncio.run(call)
    return caught.value


async def read(desk, token=None, **more):
    calendar = desk.open(**more)
    try:
        return await calendar.changes(token, None, NOW)
    finally:
        await calendar.close()


@pytest.mark.parametrize(
    ("answer", "slug"),
    [
        ((401, {}, b""), "calendar-login-refused"),
        ((403, {}, b""), "calendar-login-refused"),
        ((404, {}, b""), "calendar-missing"),
        ((503, {"Retry-After": "7200"}, b""), "calendar-busy"),
        ((429, {}, b""), "calendar-busy"),
        ((500, {}, b""), "calendar-unreachable"),
        ((200, {}, b"<html>Log in</html>"), "calendar-not-understood"),
        ((200, {}, "BEGIN:VCALENDAR".encode("utf-16")), "calendar-not-understood"),
        ((200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"), "calendar-not-understood"),
        ((302, {"Location": "ftp://elsewhere/"}, b""), "calendar-unreachable"),
    ],
)
def test_answer_that_is_none_is_told_as_what_it_is(desk, answer, slug):
    desk.answers.append(answer)
    assert trouble(read(desk)).slug == slug


def test_nobody_there_is_unreachable(desk):
    desk.close()
    assert trouble(read(desk)).slug == "calendar-unreachable"


def test_answer_that_goes_on_and_on_is_stopped(desk, monkeypatch):
    monkeypatch.setattr(reach, "MOST_BYTES", 10_000)
    desk.raw = whole(*["X" * 70] * 1000)
    desk.raw = desk.raw.encode()
    assert trouble(read(desk)).slug == "calendar-not-understood"


def test_server_that_keeps_its_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(reach, "PATIENCE_S", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        caller = Caller(Reach(("127.0.0.1",)), Credentials(url))
        assert trouble(caller.call("GET", url)).slug == "calendar-unreachable"


def test_redirects_are_followed_a_little_way_and_looked_at_each_time(desk):
    desk.put("a", *event("a@x", ":20261123T100000Z", ":20261123T110000Z"))
    desk.answers = [(302, {"Location": "/moved.ics"}, b"")]
    assert len(asyncio.run(read(desk)).items) == 1
    desk.answers = [(302, {"Location": "/round"}, b"")] * 4
    assert trouble(read(desk)).slug == "calendar-not-understood"
    desk.answers = [(302, {"Location": "https://169.254.169.254/latest/meta-data"}, b"")]
    assert trouble(read(desk)).slug == "calendar-not-allowed"


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/", "https://10.1.2.3/", "https://192.168.0.1/", "https://169.254.169.254/"),
        *(
            "https://[::1]/",
            "https://[fe80::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
        ),
        *("https://[2002:7f00:1::]/", "https://0.0.0.0/", "https://localhost/", "https://2130706433/"),
        *("https://100.64.0.1/", "https://224.0.0.1/", "http://1.1.1.1/"),
    ],
)
def test_hub_calls_nobody_inside_and_nobody_without_tls(url):
    caller = Caller(Reach(), Credentials(url))
    assert trouble(caller.call("GET", url)).slug == "calendar-not-allowed"


def test_name_that_means_another_address_a_moment_later_leads_nowhere(desk, monkeypatch):
    """The address that was looked at is the one that is called: the name is asked for once."""
    port = int(desk.url.split(":")[2].split("/")[0])
    said = []

    async def resolve(_self, host, _port, **_more):
        said.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", resolve)
    caller = Caller(Reach(("calendar.example",)), Credentials(desk.url))
    answer = asyncio.run(caller.call("GET", f"http://calendar.example:{port}/a.ics"))
    assert answer.status == 200
    assert said == ["calendar.example"]
    assert desk.seen[0][1]["Host"] == f"calendar.example:{port}"


@pytest.mark.parametrize("inside", ["127.0.0.1", "127.0.0.0/8", "localhost"])
def test_operator_allows_what_is_inside(desk, inside):
    found = Caller(Reach((inside,)), Credentials(desk.url))
    url = desk.url.replace("127.0.0.1", "localhost") if inside == "localhost" else desk.url
    assert asyncio.run(found.call("GET", url)).status == 200


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"no xml",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><multistatus xmlns="DAV:">&a;</multistatus>',
        b'<?xml version="1.0" encoding="none"?><multistatus xmlns="DAV:"/>',
    ],
)
def test_hostile_xml_is_refused(xml):
    with pytest.raises(Trouble) as caught:
        dav_xml.multistatus(xml)
    assert caught.value.slug == "calendar-not-understood"


def test_answer_names_no_other_server_to_call():
    found = dav_xml.multistatus(
        b'<multistatus xmlns="DAV:"><response><href>https://evil.example/a%2Eics</href></response></multistatus>'
    )
    assert [one.href for one in found.resources] == ["/a.ics"]


def test_hostile_event_takes_no_other_along(desk):
    desk.put("bad", *event("bad@x", ":99999999T000000Z", ":20261123T110000Z", "Bad"))
    desk.put(
        "endless", *event("endless@x", ":20261123T120000Z", ":20261123T130000Z", "E", "RRULE:FREQ=SECONDLY")
    )
    desk.put("good", *event("good@x", ":20261123T100000Z", ":20261123T110000Z", "Good"))
    page = asyncio.run(read(desk))
    assert [seen.meeting.title for item in page.items for seen in item.meetings] == ["Good"]
    assert sorted(title for item in page.items for title, _ in item.unread) == ["Bad", "E"]


def test_what_was_said_last_is_said_again_when_asking(desk):
    desk.put("a", *event("a@x", ":20261123T100000Z", ":20261123T110000Z"))
    token = asyncio.run(read(desk)).token
    assert asyncio.run(read(desk, token)).items == ()
    assert desk.seen[-1][1]["If-None-Match"].startswith('"')


@pytest.mark.parametrize(
    ("said", "wait"),
    [("120", 120), ("Mon, 23 Nov 2026 09:00:00 GMT", 3600), ("soon", None), (None, None), ("9" * 400, 86400)],
)
def test_wish_to_be_left_alone_is_read_in_both_forms(said, wait):
    found = retry_after(said, datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert found == (None if wait is None else timedelta(seconds=wait))


def test_calendar_that_wants_to_be_left_alone_is(desk, world):
    office = Office(world, "calendar", desk.open)
    desk.answers = [(503, {"Retry-After": "7200"}, b"")]
    assert office.sync() == "calendar-busy"
    assert office.state().next_at == world.clock.now() + timedelta(hours=2)
    office.close()


def test_subscription_books_and_never_writes(desk, world, at):
    office = Office(world, "calendar", desk.open)
    desk.put("a", *event("a@x", ":20261123T100000Z", ":20261123T110000Z"))
    world.book((12, 0), (13, 0), title="Ours")
    assert office.sync() is None
    assert office.said() == [at(10, 11), at(12, 13, "Ours")]
    world.cancel(office.bookings()[0], by=world.house.lena)
    office.sync()
    assert office.said() == [at(12, 13, "Ours")]
    desk.put("a", *event("a@x", ":20261123T140000Z", ":20261123T150000Z"))
    office.sync()
    assert office.said() == [at(12, 13, "Ours"), at(14, 15)]
    office.close()


def test_credentials_are_opened_by_their_key_alone(tmp_path):
    vault = Vault(Settings(data_dir=tmp_path))
    sealed = vault.seal(Credentials("https://x/secret-address", "ada", "hunter2"))
    assert b"hunter2" not in sealed and b"secret-address" not in sealed
    assert Vault(Settings(data_dir=tmp_path)).open(sealed).password == "hunter2"
    assert (tmp_path / "calendars.key").stat().st_mode & 0o777 == 0o600
    other = Settings(data_dir=tmp_path, calendars_key="A" * 43 + "=")
    for stranger in (Vault(other), Vault(Settings(data_dir=tmp_path / "empty"))):
        with pytest.raises(Trouble) as caught:
            Opener(stranger, Reach()).open("caldav", sealed, "UTC")
        assert caught.value.slug == "calendar-credentials-lost"
    with pytest.raises(BadSetting):
        Vault(Settings(calendars_key="no key"))
    assert "hunter2" not in repr(vault.open(sealed)) + repr(Caller(Reach(), vault.open(sealed)))
