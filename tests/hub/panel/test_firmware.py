"""Firmware that is uploaded, and its way to the panels: ring after ring, stopping by itself."""

from __future__ import annotations

import pytest

from hub.errors import Conflict, NotFound, Refused
from hub.panel import firmware, rollouts, service
from hub.rooms import buildings
from hub.rooms import service as rooms
from hub.rooms.service import NewRoom
from tests.hub.house import QuickWorld
from tools.release import new_key, public_key, signed

KEY = new_key()
PUBLIC = public_key(KEY)
URL = "http://hub.example:8000"


@pytest.fixture
def world(database_url, clock):
    found = QuickWorld(database_url, clock)
    yield found
    found.close()


@pytest.fixture
def upload(world):
    def upload(version="0.2.0", content=b"content", key=KEY, public=PUBLIC):
        return world.write(firmware.upload, signed(content, version, key), public, world.clock.now())

    return upload


def test_signed_firmware_is_kept_and_listed_by_version(world, upload):
    for version in ("0.2.0", "0.10.0", "0.9.1"):
        upload(version)
    assert [one.version for one in world.read(firmware.releases)] == ["0.10.0", "0.9.1", "0.2.0"]
    assert world.read(firmware.content, "0.9.1") == b"content"


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"{}\n",
        b"[]\ncontent",
        b"\xff\xfe",
        signed(b"content", "0.2.0", new_key()),
        signed(b"content", "0.2.0", KEY)[:-1],
        signed(b"content", "0.2.0", KEY) + b"!",
        signed(b"content", "0.2.0", KEY).replace(b"0.2.0", b"0.3.0"),
        signed(b"", "0.2.0", KEY),
    ],
)
def test_what_the_sites_key_has_not_signed_whole_is_refused(world, packed):
    with pytest.raises(Refused) as refusal:
        world.write(firmware.upload, packed, PUBLIC, world.clock.now())
    assert refusal.value.slug == "bad-firmware"
    assert world.read(firmware.releases) == []


def test_version_comes_once(upload):
    upload()
    with pytest.raises(Conflict) as refusal:
        upload(content=b"other")
    assert refusal.value.slug == "firmware-exists"


def test_site_without_a_key_takes_no_firmware(upload):
    with pytest.raises(Conflict) as refusal:
        upload(public=None)
    assert refusal.value.slug == "no-firmware-key"


@pytest.fixture
def wall(world, house):
    """Two panels on floor 2, one on another floor, one without a room; all online with 0.1.0."""
    now = world.clock.now()
    upstairs = world.write(buildings.add_floor, house.story_corner.building.id, "3")
    attic = world.write(
        rooms.add_room, NewRoom(name="Attic", floor_id=upstairs.id, capacity=2, amenities=()), now
    )
    panels = {}
    for name, room_id in (
        ("first", house.story_corner.id),
        ("beside", house.sandbox.id),
        ("above", attic.id),
        ("spare", None),
    ):
        made, _ = world.write(service.register, name=name, room_id=room_id, simulated=True, now=now)
        panels[name] = made.id
    return Wall(world, panels)


class Wall:
    def __init__(self, world, panels):
        self.world, self.panels = world, panels
        self.says("first", "beside", "above", "spare")

    def says(self, *names, version="0.1.0", update=None):
        for name in names:
            hello = {"bootId": name, "firmware": version, "roomId": None, "revision": 0, "update": update}
            now = self.world.clock.now()
            self.world.write(service.greet, self.panels[name], hello, now)
            if update:
                self.world.write(rollouts.note_failure, self.panels[name], update, now)

    def leaves(self, name):
        self.world.write(service.lose, self.panels[name], self.world.clock.now())

    def start(self, first="first", soak_s=600):
        now = self.world.clock.now()
        return self.world.write(rollouts.start, "0.2.0", first and self.panels[first], soak_s, now)

    def offered(self, **minutes):
        """Who is offered it, after that time."""
        self.world.clock.pass_time(**minutes)
        self.world.write(rollouts.advance, self.world.clock.now())
        found = self.world.read(rollouts.offers, URL)
        return {name for name, panel_id in self.panels.items() if panel_id in found}

    def rollout(self):
        return self.world.read(rollouts.rollouts)[0]


def test_one_panel_then_its_floor_then_all(upload, wall):
    upload()
    wall.start()
    assert wall.offered() == {"first"}
    assert wall.offered(minutes=30) == {"first"}
    wall.says("first", version="0.2.0")
    assert wall.offered() == set()
    assert wall.offered(minutes=9) == set()
    assert wall.offered(minutes=2) == {"beside"}
    wall.says("beside", version="0.2.0")
    wall.offered()
    assert wall.offered(minutes=11) == {"above", "spare"}
    wall.says("above", "spare", version="0.2.0")
    assert wall.offered() == set()
    assert wall.offered() == set()
    assert wall.rollout().status == "done"


def test_offer_says_all_that_a_panel_checks(world, upload, wall):
    of = upload()
    wall.start()
    wall.offered()
    (offer,) = world.read(rollouts.offers, URL).values()
    assert offer | {"id": ""} == {
        "id": "",
        "version": "0.2.0",
        "url": f"{URL}/api/v1/firmware/0.2.0/image",
        "size": 7,
        "sha256": of.sha256,
        "signature": of.signature,
    }


def test_panel_that_goes_back_stops_it_for_all(world, upload, wall):
    upload()
    wall.start(soak_s=0)
    wall.offered()
    wall.says("first", version="0.2.0")
    assert wall.offered() == {"beside"}
    (offer,) = world.read(rollouts.offers, URL).values()
    failed = {"id": offer["id"], "version": "0.2.0", "problem": "rolled-back", "detail": "ImportError"}
    wall.says("beside", update=failed)
    assert wall.offered(hours=5) == set()
    assert wall.rollout().status == "stopped"
    assert wall.rollout().reason == "beside: rolled-back: ImportError"


def test_failure_of_an_offer_from_before_stops_nothing(upload, wall):
    upload()
    wall.start()
    wall.offered()
    failed = {"id": "another", "version": "0.2.0", "problem": "rolled-back", "detail": ""}
    wall.says("first", update=failed)
    assert wall.rollout().status == "running"


def test_panel_that_falls_silent_after_it_was_offered_stops_it(upload, wall):
    upload()
    wall.start()
    wall.offered()
    wall.leaves("first")
    assert wall.offered(minutes=40) == {"first"}
    assert wall.offered(minutes=10) == set()
    assert "not heard of" in wall.rollout().reason


def test_panel_that_dies_of_it_later_holds_the_next_ring_back(upload, wall):
    upload()
    wall.start()
    wall.offered()
    wall.says("first", version="0.2.0")
    wall.offered()
    wall.leaves("first")
    assert wall.offered(hours=2) == set()
    wall.says("first", version="0.2.0")
    assert wall.offered() == {"beside"}


def test_panel_that_was_away_before_is_not_waited_for_and_gets_it_when_it_is_back(upload, wall):
    upload()
    wall.leaves("above")
    wall.world.clock.pass_time(hours=5)
    wall.says("first", "beside", "spare")
    wall.start(soak_s=0)
    wall.offered()
    for name in ("first", "beside", "spare"):
        wall.says(name, version="0.2.0")
        wall.offered()
    assert wall.offered(hours=5) == {"above"}
    assert wall.rollout().status == "running"
    wall.says("above", version="0.2.0")
    wall.offered()
    wall.offered()
    assert wall.rollout().status == "done"


def test_only_panels_with_an_older_firmware_take_part(upload, wall):
    upload()
    wall.says("above", version="0.2.0")
    wall.says("spare", version="0.3.0")
    assert {step.panel_name for step in wall.start().steps} == {"first", "beside"}


def test_one_rollout_runs_at_a_time_and_can_be_stopped(world, upload, wall):
    upload()
    running = wall.start()
    with pytest.raises(Conflict) as refusal:
        wall.start()
    assert refusal.value.slug == "rollout-underway"
    wall.offered()
    stopped = world.write(rollouts.stop, running.id, "Ada stopped it", world.clock.now())
    assert (stopped.status, stopped.reason) == ("stopped", "Ada stopped it")
    assert wall.offered() == set()
    assert wall.start().status == "running"


def test_rollout_needs_a_release_and_a_panel_to_begin_with(world, upload, wall):
    with pytest.raises(NotFound) as missing:
        wall.start()
    assert missing.value.slug == "firmware-not-found"
    upload()
    for name in wall.panels:
        wall.leaves(name)
    with pytest.raises(Conflict) as refusal:
        wall.start(first=None)
    assert refusal.value.slug == "no-panel-for-firmware"
