"""The week of the worked example in docs/analytics.md, as people lived it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import update

from hub.accounts.service import open_session
from hub.bookings.models import Booking
from hub.bookings.past import PastMeeting, store_past

BERLIN = ZoneInfo("Europe/Berlin")
FROM, TO = date(2026, 11, 30), date(2026, 12, 7)
AFTERWARDS = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
SECRET = "Merger with Umbrella"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """On that day of the week, 1 to 8, in Berlin's time."""
    return datetime(2026, 11, 29, hour, minute, tzinfo=BERLIN) + timedelta(days=day)


def week(house):
    """Story Corner has 4 seats, and is open from 08:00 to 18:00, Monday to Friday."""

    def meeting(title, begins, ends, who=house.nadia, room=house.story_corner, **more):
        booked_at = begins if who is None else begins - timedelta(days=3)
        return PastMeeting(
            room=room, title=title, organizer=who, starts_at=begins.astimezone(UTC),
            ends_at=ends.astimezone(UTC), booked_at=booked_at.astimezone(UTC), invited=3, **more,
        )  # fmt: skip

    yield meeting("Roadmap", at(1, 9), at(1, 10), came_at=at(1, 9, 2), left_at=at(1, 9, 45), counted=3)
    yield meeting("Customer call", at(2, 10), at(2, 11))
    yield meeting("Walk-up", at(2, 10, 30), at(2, 11), who=None, came_at=at(2, 10, 30))
    yield meeting("Overseas", at(3, 17, 30), at(3, 18, 30), came_at=at(3, 17, 30))
    yield meeting("Retrospective", at(4, 9), at(4, 10), cancelled_at=at(3, 12))
    yield meeting("Release", at(7, 23, 30), at(8, 0, 30), came_at=at(7, 23, 30))


def more(house):
    """In the other rooms: who never comes, and who wants nobody to know."""
    series = {"room": house.sandbox, "who": house.tomas, "series_id": "vendor"}
    yield from week(house)
    for day in (1, 2, 3, 4):
        starts = at(day, 14).astimezone(UTC)
        yield PastMeeting(
            room=series["room"], title=SECRET, organizer=series["who"], starts_at=starts,
            ends_at=starts + timedelta(hours=1), booked_at=starts - timedelta(days=2), invited=2,
            series_id="vendor",
        )  # fmt: skip


def a_week(rest):
    """Stores it all in the hub's database, and sets its clock to afterwards."""
    house = rest.house

    def work(session):
        store_past(session, sorted(more(house), key=lambda one: one.starts_at))
        session.execute(update(Booking).where(Booking.title == SECRET).values(private=True))

    rest.write(work)
    rest.clock.at = AFTERWARDS
    for name in ("nadia", "tomas", "lena", "ada"):
        account = getattr(house, name)
        rest.as_token(name, rest.write(partial(open_session, account=account, now=AFTERWARDS)))
    rooms = [house.story_corner.id, house.sandbox.id]
    return {"from": FROM, "to": TO, "rooms": rooms, "secret": SECRET}
