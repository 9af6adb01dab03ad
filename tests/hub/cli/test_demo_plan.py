"""The demo's floors have plans, and the generator draws one for any number of rooms."""

from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from hub.cli import demo_building
from hub.cli.demo_plan import draw_plan
from hub.rooms import plans, service
from hub.rooms.service import NewRoom, RoomFilter


def box(shape):
    xs, ys = zip(*shape.corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def are_apart(one, other):
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_every_floor_of_the_demo_has_a_plan_with_all_its_rooms_and_a_drawing(world):
    world.write(demo_building.furnish, ZoneInfo("Europe/Prague"), world.clock.now())
    (building,) = (one for one in world.read(service.buildings) if one.name == demo_building.BUILDING)
    for floor in building.floors:
        plan = world.read(plans.floor_plan, floor.id)
        there = world.read(service.matching_rooms, RoomFilter(floor_id=floor.id), 100)
        assert {room.name for room, _ in plan.rooms} == {room.name for room in there}
        assert plan.drawing is not None


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 20])
def test_rooms_lie_beside_each_other_however_many_they_are(world, count):
    annexe = world.write(service.add_building, name="Annexe", time_zone="UTC", floors=["1"])
    floor_id = annexe.floors[0].id
    rooms = [
        world.write(
            service.add_room,
            NewRoom(name=f"Room {number}", floor_id=floor_id, capacity=1 + number * number),
            world.clock.now(),
        )
        for number in range(count)
    ]
    world.write(draw_plan, floor_id, rooms)
    placed = [box(shape) for _, shape in world.read(plans.floor_plan, floor_id).rooms]
    assert len(placed) == count
    assert all(are_apart(one, other) for one, other in combinations(placed, 2))
