"""Every room's state is at the broker, as it is stored, whatever happens in between."""

import asyncio
import logging

import pytest
from sqlalchemy import text

from hub.bookings import service as bookings
from hub.clock import unix
from hub.mqtt.state_publisher import StatePublisher
from hub.rooms import service as rooms
from shared import room_state, topics
from tests.hub.mqtt.recording_broker import RecordingBroker


@pytest.fixture
def broker():
    return RecordingBroker()


@pytest.fixture
def publisher(world, broker):
    """It has told the broker everything once."""
    found = StatePublisher(world.database, world.clock, broker)
    world.run(found.seed())
    return found


def unpublished(world):
    return list(world.read(rooms.unpublished, world.clock.now()))


def test_panel_finds_its_rooms_state_when_it_gets_in(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, hello=False)
    state = wall.state(house.story_corner.id)
    assert room_state.parse(room_state.encode(state)) == state
    assert state["revision"] == world.room().revision


def test_booking_reaches_the_panel(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, hello=False)
    wall.state(house.story_corner.id)
    wish = bookings.NewBooking(
        room_id=house.story_corner.id, title="Roadmap", starts_at=world.time(9), ends_at=world.time(10)
    )
    hub.write(bookings.book_room, house.nadia, wish, world.clock.now(), "web")
    assert wall.state(house.story_corner.id)["next"]["title"] == "Roadmap"


def test_what_another_process_stores_reaches_the_panel_within_two_seconds(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, hello=False)
    wall.state(house.story_corner.id)
    world.book((9, 0), (10, 0))
    wall.paho.messages.get(timeout=2)


def test_room_is_published_again_when_its_meeting_begins(world, house, hub, hang):
    world.book((9, 0), (10, 0))
    wall = hang(hub).hear(house.story_corner.id, hello=False)
    assert wall.state(house.story_corner.id)["status"] == "available"
    world.at(9)
    assert wall.state(house.story_corner.id)["status"] == "occupied"


def test_deleted_room_leaves_an_empty_payload_and_then_nothing(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, hello=False)
    wall.state(house.story_corner.id)
    hub.write(rooms.remove_room, house.story_corner.id, world.clock.now())
    assert wall.state(house.story_corner.id) is None
    assert hub.broker._retained.get(topics.room_state(house.story_corner.id)) is None


def test_what_was_stored_while_the_hub_was_dead_is_right_at_its_start(world, house, open_hub, hang):
    open_hub().stop()
    world.book((9, 0), (10, 0))
    assert unpublished(world) == [house.story_corner.id]
    wall = hang(open_hub()).hear(house.story_corner.id, hello=False)
    assert wall.state(house.story_corner.id)["next"]["title"] == "Roadmap"


def test_crash_between_commit_and_publish_heals_by_itself(world, house, broker, publisher):
    world.book((9, 0), (10, 0))
    broker.refusals = 1
    with pytest.raises(ConnectionError):
        world.run(publisher.publish_due())
    assert unpublished(world) == [house.story_corner.id]
    world.run(publisher.publish_due())
    assert broker.states(house.story_corner.id)[-1]["next"]["title"] == "Roadmap"
    assert unpublished(world) == []


def test_crash_between_publish_and_mark_sends_the_same_again(world, house, broker, publisher, monkeypatch):
    def crash(*_):
        raise OSError("the power is gone")

    world.book((9, 0), (10, 0))
    with monkeypatch.context() as patched:
        patched.setattr(rooms, "mark_published", crash)
        with pytest.raises(OSError, match="power"):
            world.run(publisher.publish_due())
    world.run(publisher.publish_due())
    *_, once, again = broker.states(house.story_corner.id)
    assert once == again
    assert unpublished(world) == []


def test_publisher_outlives_a_broker_that_is_away(world, house, broker, publisher, caplog):
    async def book_while_away():
        broker.refusals = 1
        running = asyncio.create_task(publisher.run())
        await world.database.write(lambda session: rooms.touch(session, house.story_corner.key))
        async with asyncio.timeout(5):
            while len(broker.states(house.story_corner.id)) < 2:
                await asyncio.sleep(0.01)
        running.cancel()

    with caplog.at_level(logging.WARNING):
        world.run(book_while_away())
    assert "wait for the broker" in caplog.text


def test_revisions_never_go_backwards_however_many_ask_at_once(world, house, broker, publisher):
    async def rush():
        for _ in range(15):
            await asyncio.gather(
                world.database.write(lambda session: rooms.touch(session, house.story_corner.key)),
                publisher.publish_due(),
                publisher.publish([house.story_corner.id]),
                publisher.publish_due(),
            )
        await publisher.publish_due()

    world.run(rush())
    sent = [state["revision"] for state in broker.states(house.story_corner.id)]
    assert sent == sorted(sent)
    assert sent[-1] == world.room().revision


def test_broker_that_starts_again_is_told_everything(world, house, broker, publisher):
    broker.published.clear()
    world.run(publisher.seed())
    everyone = {house.story_corner.id, house.sandbox.id, house.carpet.id}
    assert {room_id for room_id in everyone if broker.states(room_id)} == everyone


def test_nothing_is_sent_where_nothing_changed(world, broker, publisher):
    broker.published.clear()
    world.run(publisher.publish_due())
    assert broker.published == []


def test_document_is_renewed_before_it_runs_out(world, house, broker, publisher):
    world.clock.pass_time(hours=24)
    world.run(publisher.publish_due())
    before, after = broker.states(house.sandbox.id)
    assert (before["revision"], after["publishedUnix"]) == (after["revision"], unix(world.clock.now()))


def test_room_that_cannot_be_shown_holds_up_no_other(world, house, broker, publisher, caplog):
    broken = "UPDATE buildings SET time_zone = 'Nowhere/Land'; "
    world.write(lambda session: session.execute(text(broken)))
    other = world.write(rooms.add_building, name="Annex", time_zone="UTC", floors=["1"])
    new = rooms.NewRoom(name="Attic", floor_id=other.floors[0].id, capacity=2)
    attic = world.write(rooms.add_room, new, world.clock.now())
    world.write(rooms.touch, house.story_corner.key)
    world.run(publisher.publish_due())
    assert len(broker.states(attic.id)) == 1
    assert f"room {house.story_corner.id} has no state" in caplog.text
