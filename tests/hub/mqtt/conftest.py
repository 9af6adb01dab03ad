"""Fixtures around `running_broker`: the hub's side, raw sockets, and panels played by Paho."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from hub.panel import service as panels
from hub.rooms.service import RoomRecord
from tests.hub.house import House, World
from tests.hub.mqtt.raw_mqtt import RawClient
from tests.hub.mqtt.running_broker import Building, PahoPanel, RunningBroker
from tests.hub.mqtt.running_hub import RunningHub, Wall


@pytest.fixture
def database_url(furnished_database: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    """What is asked here is between the broker and the panels: one database is enough."""
    with furnished_database("sqlite") as url:
        yield url


@pytest.fixture
def building() -> Building:
    return Building()


@pytest.fixture
def open_broker(building: Building) -> Iterator[Callable[..., RunningBroker]]:
    """Opens brokers with options of the test's own."""
    opened: list[RunningBroker] = []

    def open_one(**options: Any) -> RunningBroker:
        opened.append(RunningBroker(building, **options))
        return opened[-1]

    yield open_one
    for broker in opened:
        broker.close()


@pytest.fixture
def broker(open_broker: Callable[..., RunningBroker]) -> RunningBroker:
    return open_broker()


@pytest.fixture
def raw(request: pytest.FixtureRequest) -> Callable[..., RawClient]:
    """Raw sockets to the default broker, or to `port`."""

    def dial(*, port: int | None = None, **options: Any) -> RawClient:
        client = RawClient(port or request.getfixturevalue("broker").port, **options)
        request.addfinalizer(client.close)
        return client

    return dial


@pytest.fixture
def panel(request: pytest.FixtureRequest) -> Callable[..., PahoPanel]:
    """Paho panels at the default broker, logged in."""

    def dial(panel_id: str, **options: Any) -> PahoPanel:
        client = PahoPanel(request.getfixturevalue("broker").port, panel_id, **options)
        request.addfinalizer(client.close)
        return client if "secret" in options else client.connected()

    return dial


@pytest.fixture
def open_hub(world: World) -> Iterator[Callable[[], RunningHub]]:
    """Starts the hub's MQTT side on the world's database; all of them are stopped in the end."""
    opened: list[RunningHub] = []

    def open_one() -> RunningHub:
        opened.append(RunningHub(world.url, world.clock))
        return opened[-1]

    yield open_one
    for hub in opened:
        hub.stop()


@pytest.fixture
def hub(open_hub: Callable[[], RunningHub]) -> RunningHub:
    return open_hub()


@pytest.fixture
def connect(request: pytest.FixtureRequest) -> Callable[[RunningHub, str, str], Wall]:
    """Connects a panel that may or may not be let in."""

    def dial(hub: RunningHub, panel_id: str, secret: str) -> Wall:
        found = Wall(hub, panel_id, secret)
        request.addfinalizer(found.paho.close)
        return found

    return dial


@pytest.fixture
def hang(world: World, house: House, connect: Callable[[RunningHub, str, str], Wall]) -> Callable[..., Wall]:
    """Registers a panel, at the Story Corner unless told otherwise, and connects it to the hub."""

    def hang_up(hub: RunningHub, room: RoomRecord | None = house.story_corner) -> Wall:
        made, secret = world.write(
            panels.register,
            name=None,
            room_id=room.id if room else None,
            simulated=True,
            now=world.clock.now(),
        )
        return connect(hub, made.id, secret)

    return hang_up
