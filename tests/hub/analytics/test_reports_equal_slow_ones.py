"""Every number of every report is the one that a plain look at each minute gives, whatever has happened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.analytics import service
from hub.analytics.records import Measure, Metric
from hub.analytics.scope import Scope
from hub.analytics.service import Behind
from hub.bookings.facts import Asked, booking_facts
from hub.clock import from_unix, unix
from hub.rooms import service as rooms
from tests.fakes import FakeClock
from tests.hub.analytics.scenarios import scenario, store
from tests.hub.analytics.slow_reports import Now, SlowReports, bucket_start
from tests.hub.house import QuickWorld
from tests.soak import examples


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(request, new_database):
    with new_database(request.param) as url:
        found = QuickWorld(url, FakeClock())
        yield found
        found.close()


def random_days(few):
    return lambda test: settings(
        max_examples=examples(few),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(random=st.randoms(use_true_random=False))(test))


def staged(world, random, look):
    """What `look` sees of a random scenario, which nobody sees afterwards."""
    house = world.house
    keys = [house.story_corner.key, house.sandbox.key, house.carpet.key]
    people = [(house.nadia.key, "Research"), (house.tomas.key, "Design"), (house.lena.key, None)]
    found = scenario(random, keys, people)

    def work(session):
        store(session, found)
        return look(session, found)

    return world.read(work)


def scope_of(found, **more):
    return Scope(from_day=found.from_day, to_day=found.to_day, **more)


def ratio(part, whole):
    return part / whole if whole else None


def told(sums):
    """As `Figures` has it."""
    s = defaultdict(int, sums)
    return {
        "availableMinutes": s["available"] / 60,
        "bookedMinutes": s["booked"] / 60,
        "usedMinutes": s["used"] / 60,
        "bookedUtilization": ratio(s["booked"], s["available"]),
        "usedUtilization": ratio(s["used"], s["available"]),
        "unverifiedMinutes": s["unverified"] / 60,
        "outsideMinutes": s["outside"] / 60,
        "bookings": s["bookings"],
        "cancelled": s["cancelled"],
        "cancellationRate": ratio(s["cancelled"], s["bookings"] + s["cancelled"]),
        "walkUps": s["walk_ups"],
        "exempt": s["exempt"],
        "held": s["held"],
        "checkInRequired": s["required"],
        "ghosts": s["ghosts"],
        "ghostRate": ratio(s["ghosts"], s["required"]),
        "lostMinutes": s["lost"] / 60,
        "recoveredMinutes": s["recovered"] / 60,
        "rebookedMinutes": s["rebooked"] / 60,
        "meetings": s["meetings"],
        "attendanceKnown": s["known"],
        "attendanceCoverage": ratio(s["known"], s["meetings"]),
        "attendees": s["attendees"],
        "seats": s["seats"],
        "seatFill": ratio(s["attendees"], s["seats"]),
    }


def figures(item):
    names = dict(zip(item.__struct_encode_fields__, item.__struct_fields__, strict=True))
    return {name: getattr(item, names[name]) for name in told({}) if name in names}


def always(*_):
    return None


@random_days(8)
def test_every_report_equals_the_slow_one(world, random):
    def look(session, found):
        department = random.choice([None, None, "Research"])
        scope = scope_of(found, department=department)
        slow = SlowReports(found, department)
        _kpis(session, scope, slow, found)
        _rooms_and_departments(session, scope, slow, found, world)
        _heatmap(session, scope, slow, found)
        _trends(session, scope, slow, found, random)
        _peak(session, scope, slow, found)
        _bookings_behind(session, scope, slow, found, world, random)

    staged(world, random, look)


def _kpis(session, scope, slow, found):
    (item,) = service.kpis(session, scope, found.now).items
    (sums,) = slow.sums(always, always).values() or [{}]
    assert figures(item) == told(sums)
    peaks = slow.rooms_in_use().values()
    assert item.peak_rooms == max([most for most, _ in peaks], default=0)


def _rooms_and_departments(session, scope, slow, found, world):
    by_room = {key[1]: sums for key, sums in slow.sums(always, lambda room, _: room).items()}
    ids = {one.key: one.id for one in (world.house.story_corner, world.house.sandbox, world.house.carpet)}
    expected = {ids[key]: told(sums) for key, sums in by_room.items() if any(sums.values())}
    assert {
        one.room_id: figures(one) for one in service.utilization(session, scope, found.now).items
    } == expected
    ghosting = service.ghosting(session, scope, "room", world.house.ada, found.now)
    assert {one.room_id: figures(one) for one in ghosting.items} == expected
    compared = service.comparison(session, replace(scope, room_ids=tuple(ids.values())), found.now)
    assert {one.room_id: figures(one) for one in compared.items if one.room_id in expected} == expected
    total = sum(sums["available"] for sums in by_room.values())
    departments = slow.sums(always, lambda _, one: one and (one.department or "nobody's"))
    expected = {
        key[1]: told(sums | {"available": total}) for key, sums in departments.items() if key[1] is not None
    }
    ghosting = service.ghosting(session, scope, "department", world.house.ada, found.now)
    got = {one.department or "nobody's": figures(one) for one in ghosting.items}
    assert {key: value for key, value in got.items() if key in expected} == expected
    assert all(
        not one.bookings and not one.booked_minutes
        for one in ghosting.items
        if (one.department or "nobody's") not in expected
    )
    _capacity(session, scope, slow, found, ids)


def _capacity(session, scope, slow, found, ids):
    counts = defaultdict(list)
    for one in slow.bookings:
        if one.attended is not None and one.starts - one.starts % 60 in slow.in_range:
            counts[one.room].append(one.attended)
    rooms_told = {one.room_id: one for one in service.capacity(session, scope, found.now).items}
    for key, room_id in ids.items():
        its, seats = sorted(counts[key]), found.capacity[key]
        smaller = [found.capacity[k] for k in ids if found.capacity[k] < seats and not found.removed[k]]
        if room_id not in rooms_told:
            assert not its
            continue
        one = rooms_told[room_id]
        assert (one.attendance_known, one.attendees, one.seats) == (len(its), sum(its), seats * len(its))
        assert one.largest_attendance == (max(its) if its else None)
        if its:
            assert sum(count <= one.ninth_attendance for count in its) * 10 >= 9 * len(its)
            assert one.typical_attendance in its
        assert one.would_fit_smaller == sum(count <= max(smaller) for count in its if smaller)
        assert (one.advice is None) == (len(its) < 10)


def _heatmap(session, scope, slow, found):
    cells = slow.sums(lambda local: (local.isoweekday(), local.hour), always)
    names = ("availableMinutes", "bookedMinutes", "usedMinutes", "bookedUtilization", "usedUtilization")
    expected = {
        key[0]: {name: told(sums)[name] for name in names} for key, sums in cells.items() if sums["available"]
    }
    items = service.heatmap(session, scope, found.now).items
    assert {(one.weekday, one.hour): figures(one) for one in items} == expected


def _trends(session, scope, slow, found, random):
    metric, bucket = random.choice(get_args(Metric)), random.choice(["day", "week", "month"])
    buckets = slow.sums(lambda local: bucket_start(local.date(), bucket), always)
    report = service.trends(session, scope, metric, bucket, found.now)
    days = [found.from_day + timedelta(days=number) for number in range((found.to_day - found.from_day).days)]
    starts = list(dict.fromkeys(bucket_start(day, bucket) for day in days))
    assert [one.value for one in report.items] == [told(buckets[start, None])[metric] for start in starts]
    assert report.items[0].from_ == found.from_day
    assert report.items[-1].to == found.to_day
    assert [one.to for one in report.items[:-1]] == [one.from_ for one in report.items[1:]]


def _peak(session, scope, slow, found):
    report = service.peak_rooms(session, scope, found.now)
    by_day = slow.rooms_in_use()
    assert [(one.peak_rooms, one.peak_at) for one in report.items] == [
        (by_day[one.date][0], from_unix(by_day[one.date][1])) if one.date in by_day else (0, None)
        for one in report.items
    ]
    opened = slow.sums(lambda local: local.date(), lambda room, _: room)
    assert [one.open_rooms for one in report.items] == [
        sum(1 for (day, _), sums in opened.items() if day == one.date and sums["available"])
        for one in report.items
    ]


def _bookings_behind(session, scope, slow, found, world, random):
    (sums,) = slow.sums(always, always).values() or [{}]
    whole = told(sums)
    for measure in random.sample(get_args(Measure), 3):
        listed, after = [], None
        while True:
            page, total, minutes, after = service.behind(
                session, scope, Behind(measure=measure), world.house.ada, after, 9, found.now
            )
            listed += page
            if after is None:
                break
        assert len(listed) == total == len({one.booking.id for one in listed})
        number = minutes if minutes is not None else total
        assert number == pytest.approx(whole[measure]), measure
        if minutes is not None:
            assert sum(one.minutes for one in listed) == pytest.approx(minutes)
    cells = slow.sums(lambda local: (local.isoweekday(), local.hour), always)
    for weekday, hour in random.sample(list(product(range(1, 8), range(24))), 2):
        cell = cells[(weekday, hour), None]
        wanted = Behind(measure="usedMinutes", weekday=weekday, hour=hour)
        _, _, minutes, _ = service.behind(session, scope, wanted, world.house.ada, None, 1, found.now)
        assert minutes == cell["used"] / 60


@random_days(20)
def test_status_in_sql_is_that_of_the_one_rule(world, random):
    def look(session, found):
        histories = {one.room.key: one for one in rooms.histories(session)}
        long_ago, far = unix(found.now) - 10**7, unix(found.now) + 10**7
        facts = booking_facts(Asked(histories, long_ago, far), found.now, 10**6)
        got = {row.id: row for row in session.execute(select(facts))}
        assert got.keys() == {row["id"] for row in found.rows}
        for row in found.rows:
            now, fact = Now(row, found), got[row["id"]]
            assert (fact.status, bool(fact.held), fact.used_until) == (now.status, now.held, now.used_until)
            assert (bool(fact.counts), bool(fact.required), bool(fact.ghost)) == (
                now.counts,
                now.required,
                now.ghost,
            )
            assert fact.released == now.released or not now.ghost

    staged(world, random, look)
