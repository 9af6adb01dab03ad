"""Fixtures around `running_broker`: the hub's side, raw sockets, and panels played by Paho."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.hub.mqtt.raw_mqtt import RawClient
from tests.hub.mqtt.running_broker import Building, PahoPanel, RunningBroker


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
