"""The example in docs/analytics.md is what the hub says of that week."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from hub.analytics import service
from hub.analytics.scope import Scope
from hub.bookings.past import store_past
from hub.rooms import service as rooms
from hub.rooms.service import PolicyOverrides, RoomChanges
from tests.hub.analytics.worked import AFTERWARDS, FROM, TO, week

PAGE = (Path(__file__).parents[3] / "docs/analytics.md").read_text()
EXAMPLE = PAGE[PAGE.index("## A worked example") : PAGE.index("## How it is proved")]


def number(written):
    """`15 + 1/60` and kin."""
    found = 0.0
    for sign, above, below in re.findall(r"([+-]?)\s*([\d.]+)(?:/(\d+))?", written):
        found += (-1 if sign == "-" else 1) * float(above) / float(below or 1)
    return found


def test_the_page_s_numbers_are_the_hub_s(world):
    house = world.house
    world.write(lambda session: store_past(session, sorted(week(house), key=lambda one: one.starts_at)))
    scope = Scope(from_day=FROM, to_day=TO, room_ids=(house.story_corner.id,))
    (item,) = world.read(service.utilization, scope, AFTERWARDS).items
    told = dict(
        zip(
            item.__struct_encode_fields__, [getattr(item, one) for one in item.__struct_fields__], strict=True
        )
    )
    written = {
        name: number(value)
        for name, value in re.findall(r"^\| `(\w+)` \| ([^|`]+) \|$", EXAMPLE, re.MULTILINE)
    }
    assert len(written) == 20
    assert {name: told[name] for name in written} == pytest.approx(written)


@pytest.mark.parametrize(
    ("day", "minutes", "from_two"), [(date(2026, 10, 25), 1500, 120), (date(2026, 3, 29), 1380, None)]
)
def test_a_day_on_which_the_clock_changes_has_its_own_length(world, day, minutes, from_two):
    house = world.house
    hours = [{"weekday": 7, "opens": "00:00", "closes": "24:00"}]
    always = RoomChanges(policy=PolicyOverrides(opening_hours=hours))
    world.write(rooms.change_room, house.story_corner.id, always, world.clock.now())
    world.write(_added_long_ago)
    scope = Scope(
        from_day=day, to_day=date.fromordinal(day.toordinal() + 1), room_ids=(house.story_corner.id,)
    )
    cells = {one.hour: one.available_minutes for one in world.read(service.heatmap, scope, AFTERWARDS).items}
    assert sum(cells.values()) == minutes
    assert cells.get(2) == from_two
    assert f"{minutes}" in EXAMPLE


def _added_long_ago(session):
    from sqlalchemy import update

    from hub.rooms.models import Room

    session.execute(update(Room).values(created_at=AFTERWARDS.replace(year=2020)))
