"""Last month's report comes by mail to who asked for it and may see it: once, whatever stops and starts meanwhile."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from hub.accounts import preferences
from hub.accounts.models import User
from hub.analytics import monthly, service
from hub.bookings.past import store_past
from hub.db.database import Database
from hub.mail.models import OutgoingMail
from hub.mail.outbox import Attachment
from hub.rooms import site
from hub.settings import Settings
from tests.hub.analytics.worked import more
from tests.hub.house import World
from tests.hub.rest import Rest, running_hub

URL = "https://rooms.example.org"
DECEMBER = datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
"""November's report is ready; the worked example's Monday is in it."""


@pytest.fixture
def world(database_url, clock):
    found = World(database_url, clock)
    yield found
    found.close()


@pytest.fixture
def lived(world):
    world.write(lambda session: store_past(session, sorted(more(world.house), key=lambda one: one.starts_at)))
    world.clock.at = DECEMBER
    return world


def wants(world, who, *, wanted=True, language=None):
    def choose(session):
        preferences.choose_mail(session, who, {"monthly_report": wanted})
        preferences.choose_language(session, who, language)

    world.write(choose)


def look(world, *, database=None):
    return monthly.send_due(database or world.database, world.clock, URL)


def mails(world):
    """To whom, and of which month, in order."""
    rows = world.read(lambda session: list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.key))))
    return [(row.recipient, row.attached_name) for row in rows]


def letters(world):
    return world.read(lambda session: list(session.scalars(select(OutgoingMail.body))))


def of_lena(month):
    return ("lena@example.org", f"circletime-{month}.pdf")


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2026, 12, 2, 0, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2027, 3, 31, 23, 0, tzinfo=UTC), date(2027, 2, 1)),
    ],
)
def test_a_month_is_told_of_once_it_has_ended_in_every_zone(now, month):
    assert monthly.last_month(now).from_day == month


def test_nobody_gets_it_unasked_and_who_asked_gets_each_month_once(lived, monkeypatch):
    monkeypatch.setattr(service, "on_paper", lambda *_: b"%PDF")  # on paper: the next test
    lived.run(look(lived))
    assert mails(lived) == []
    wants(lived, lived.house.lena)
    for _ in range(40):
        lived.run(look(lived))
        lived.clock.pass_time(days=1)
    assert mails(lived) == [of_lena("2026-11"), of_lena("2026-12")]
    wants(lived, lived.house.lena, wanted=False)
    lived.clock.pass_time(days=31)
    lived.run(look(lived))
    assert len(mails(lived)) == 2


def test_hub_that_was_down_when_the_month_ended_sends_it_when_it_is_back(world, monkeypatch):
    monkeypatch.setattr(service, "on_paper", lambda *_: b"%PDF")
    wants(world, world.house.lena)
    world.run(look(world))
    world.clock.at = DECEMBER + timedelta(days=1, hours=3)
    world.run(look(world))
    world.run(look(world))
    assert mails(world) == [of_lena("2026-10"), of_lena("2026-11")]


def test_of_several_hubs_one_sends_it(lived, monkeypatch):
    monkeypatch.setattr(service, "on_paper", lambda *_: b"%PDF")
    wants(lived, lived.house.lena)
    wants(lived, lived.house.ada)

    async def together():
        others = [Database(lived.url), Database(lived.url)]
        await asyncio.gather(*(look(lived, database=one) for one in (lived.database, *others)))
        await asyncio.gather(*(one.close() for one in others))

    lived.run(together())
    assert sorted(to for to, _ in mails(lived)) == ["ada@example.org", "lena@example.org"]


def test_what_a_hub_had_begun_when_it_died_another_sends(lived, monkeypatch):
    def dies(*_):
        raise RuntimeError("power cut")

    wants(lived, lived.house.lena)
    monkeypatch.setattr(service, "on_paper", dies)
    with pytest.raises(RuntimeError):
        lived.run(look(lived))
    monkeypatch.setattr(service, "on_paper", lambda *_: b"%PDF")
    lived.run(look(lived))
    assert mails(lived) == [], "it may still be making it"
    lived.clock.pass_time(seconds=monthly.LEASE.total_seconds())
    lived.run(look(lived))
    lived.run(look(lived))
    assert mails(lived) == [of_lena("2026-11")]


def test_who_gives_it_up_or_leaves_while_it_is_made_does_not_get_it(lived, monkeypatch):
    def printed(*_):
        asyncio.run_coroutine_threadsafe(lived.database.write(leave), lived._loop).result(10)
        return b"%PDF"

    def leave(session):
        session.execute(update(User).where(User.email == "lena@example.org").values(active=False))

    wants(lived, lived.house.lena)
    monkeypatch.setattr(service, "on_paper", printed)
    lived.run(look(lived))
    assert mails(lived) == []


def test_who_leads_a_department_gets_that_departments_where_the_site_allows_it(lived, monkeypatch):
    monkeypatch.setattr(
        service, "on_paper", lambda _session, questions, *_: str(questions[0].scope.department).encode()
    )
    tomas = lived.house.tomas
    for who in (tomas, lived.house.nadia):
        wants(lived, who)
    lived.run(look(lived))
    lived.write(
        lambda session: session.execute(
            update(User).where(User.key == tomas.key).values(leads_department=True)
        )
    )
    lived.run(look(lived))
    assert mails(lived) == [], "the site does not allow it"
    lived.write(site.allow_department_leads, True)
    lived.run(look(lived))
    (mail,) = lived.read(lambda session: list(session.scalars(select(OutgoingMail))))
    assert (mail.recipient, mail.attached_file) == ("tomas@example.org", b"Design")
    assert "Department Design." in mail.body
    assert "1 of 1 bookings that needed a check-in were ghosts (100%)." in mail.body


def test_the_letter_has_the_months_numbers_and_leads_to_the_bookings_behind_them(lived, monkeypatch):
    monkeypatch.setattr(service, "on_paper", lambda *_: b"%PDF")
    wants(lived, lived.house.lena)
    lived.run(look(lived))
    (letter,) = letters(lived)
    assert letter.startswith("Hello Lena Brandt,\n\n")
    assert "1 of 2 bookings that needed a check-in were ghosts (50%)." in letter
    assert f"{URL}/admin/dashboard?from=2026-11-01&to=2026-12-01" in letter
    assert f"{URL}/account" in letter


@pytest.fixture
def quick_looks(monkeypatch):
    monkeypatch.setattr(monthly, "LOOKS_EVERY_S", 0.05)


@pytest.mark.usefixtures("quick_looks")
def test_who_asks_in_german_gets_a_german_pdf_from_the_running_hub(
    tmp_path, new_database, clock, mail_server
):
    clock.at = DECEMBER
    with new_database("sqlite") as url:
        settings = Settings(
            data_dir=tmp_path, database_url=url, broker_url="none", smtp_url=mail_server.url, public_url=URL
        )
        with running_hub(settings, clock) as client:
            rest = Rest(client, clock)
            wish = {"monthlyReport": True, "language": "de"}
            answer = rest.patch("/auth/me/notifications", json=wish, who="lena").json()
            assert (answer["monthlyReport"], answer["language"]) == (True, "de")
            mail = mail_server.wait_for(1)
    assert (mail["To"], mail["Subject"]) == ("lena@example.org", "Circle Time: Monatsbericht, 2026-11")
    (pdf,) = mail.iter_attachments()
    assert (pdf.get_content_type(), pdf.get_filename()) == ("application/pdf", "circletime-2026-11.pdf")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.get_content())).pages]
    assert f"Seite 1 von {len(pages)}" in pages[0]
    assert "Hallo Lena Brandt" in mail.get_body().get_content()


@pytest.mark.usefixtures("quick_looks")
def test_hub_that_mails_no_notices_mails_no_reports(tmp_path, new_database, clock, mail_server):
    clock.at = DECEMBER
    with new_database("sqlite") as url:
        settings = Settings(
            data_dir=tmp_path,
            database_url=url,
            broker_url="none",
            smtp_url=mail_server.url,
            notifications=False,
        )
        with running_hub(settings, clock) as client:
            rest = Rest(client, clock)
            rest.patch("/auth/me/notifications", json={"monthlyReport": True}, who="lena")
            rest.post("/auth/password-reset", json={"email": "tomas@example.org"})
            assert mail_server.wait_for(1)["To"] == "tomas@example.org"
            assert rest.write(partial(_queued_reports)) == 0


def _queued_reports(session):
    return len(list(session.scalars(select(monthly.MonthlyReport))))


def test_attachment_is_no_part_of_what_is_logged():
    assert "secret" not in repr(Attachment("a.pdf", "application/pdf", b"secret"))
