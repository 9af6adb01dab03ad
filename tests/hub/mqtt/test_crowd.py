"""After a power cut a whole building comes at once: many panels take as many statements as one."""

import asyncio

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from hub.mqtt.panel_doors import PanelDoors
from hub.mqtt.panel_settings import PanelSettings
from hub.mqtt.presence_listener import PresenceListener
from hub.mqtt.state_publisher import StatePublisher
from hub.panel import service
from hub.rooms import service as rooms
from hub.settings import Settings
from shared import panel_presence, topics
from tests.hub.mqtt.recording_broker import RecordingBroker

MANY = 60


@pytest.fixture
def crowd(world, house):
    """Panels with their secrets, half of them at each of two doors."""

    def hang(room):
        return world.write(
            service.register, name=None, room_id=room.id, simulated=True, now=world.clock.now()
        )

    at = (house.story_corner, house.sandbox)
    return [hang(at[number % 2]) for number in range(MANY)]


@pytest.fixture
def broker():
    return RecordingBroker()


@pytest.fixture
def listener(world, broker):
    settings = PanelSettings(Settings(), world.database, broker)
    publisher = StatePublisher(world.database, world.clock, broker)
    return PresenceListener(world.database, world.clock, broker, publisher, settings)


@pytest.fixture
def statements():
    """What was asked of any database."""
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def come(world, listener, statements):
    """These panels say so at once; returns what it took of statements and of transactions."""

    def come_at_once(panels, leaf, said_by):
        take = {"hello": listener.take_hello, "presence": listener.take_presence}[leaf]

        async def crowd_in():
            await asyncio.gather(*(take(one.id, said_by(one).encode()) for one in panels))

        statements.clear()
        world.run(crowd_in())
        return len([one for one in statements if not one.startswith("BEGIN")]), sum(
            one.startswith("BEGIN") for one in statements
        )

    return come_at_once


def up_to_date(one):
    return panel_presence.hello("b1", "0.1.0", one.room_id, one.room.revision)


def test_crowd_of_hellos_takes_as_many_statements_as_one_and_each_is_welcomed(world, crowd, broker, come):
    panels = [panel for panel, _ in crowd]
    for panel in panels:  # as they are now: the doors' panels raise no revision
        assert panel.room.revision == world.room(panel.room).revision
    one, transactions = come(panels[:1], "hello", up_to_date)
    broker.published.clear()
    assert (come(panels, "hello", up_to_date), transactions) == ((one, 1), 1)
    assert one <= 10
    for panel in panels:
        told = [topic for topic, _ in broker.published if topic.startswith(topics.panel_down(panel.id, ""))]
        assert told == [topics.panel_down(panel.id, leaf) for leaf in ("config", "welcome")]
        assert world.read(service.panel, panel.id).status == "online"


def test_crowd_that_shows_old_states_has_each_room_published_once(crowd, broker, come):
    come(
        [panel for panel, _ in crowd],
        "hello",
        lambda one: panel_presence.hello("b1", "0.1.0", one.room_id, 0),
    )
    for panel, _ in crowd[:2]:
        assert len(broker.states(panel.room_id)) == 1


@pytest.mark.parametrize("status", ["online", "sleeping", "offline"])
def test_crowd_that_says_how_it_is_takes_as_many_statements_as_one(world, crowd, come, status):
    panels = [panel for panel, _ in crowd]
    come(panels, "hello", up_to_date)

    def said(_one):
        return panel_presence.presence(status, "b1")

    assert come(panels[1:], "presence", said) == come(panels[:1], "presence", said)
    assert {world.read(service.panel, panel.id).status for panel in panels} == {status}


def test_crowd_of_logins_is_decided_by_one_look(world, crowd, statements):
    doors = PanelDoors(world.database)

    async def log_in():
        right = [doors.decide(panel.id, panel.id, secret) for panel, secret in crowd]
        return await asyncio.gather(*right, doors.decide(crowd[0][0].id, crowd[0][0].id, "wrong"))

    *let_in, turned_away = world.run(log_in())
    assert all(let_in)
    assert turned_away is None
    assert len([one for one in statements if not one.startswith("BEGIN")]) == 2


def test_panel_that_is_not_known_keeps_nobody_of_its_crowd_out(world, crowd, broker, listener):
    panel = crowd[0][0]

    async def come_together():
        await asyncio.gather(
            listener.take_hello("nobody", up_to_date(panel).encode()),
            listener.take_hello(panel.id, up_to_date(panel).encode()),
        )

    world.run(come_together())
    assert topics.panel_down(panel.id, "welcome") in [topic for topic, _ in broker.published]
    assert not any("nobody" in topic for topic, _ in broker.published)


def test_contact_of_a_crowd_begins_with_its_hellos_and_ends_with_its_wills(world, house, crowd, come):
    panels = [panel for panel, _ in crowd]
    began = world.clock.now()
    come(panels, "hello", up_to_date)
    world.clock.pass_time(seconds=60)
    come(panels, "presence", lambda _one: panel_presence.presence("offline", "b1"))
    world.clock.pass_time(seconds=60)
    world.write(rooms.heartbeat_contacts, world.clock.now())
    contact = world.read(rooms.contact_of, house.story_corner.key, 0)
    start = int(began.timestamp())
    assert contact == [[start, start + 60]] * (MANY // 2)
