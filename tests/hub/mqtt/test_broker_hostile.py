"""Whatever arrives at the port, the broker lives on and the connected panels notice nothing."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.mqtt import packets, panel_link
from shared import topics
from tests.hub.mqtt.raw_mqtt import (
    PING,
    PINGRESP,
    RawClient,
    connect,
    frame,
    puback,
    publish,
    pubrel,
    subscribe,
    text,
)
from tests.hub.mqtt.running_broker import wait_until

STATE = topics.room_state("r1")
HELLO = topics.panel_up("p2", "hello")
CONNECT = connect("p2", "secret of p2", will=(topics.panel_up("p2", "presence"), b"offline"))
PACKETS = [
    CONNECT,
    publish(HELLO, b"payload"),
    subscribe(topics.room_state("r2")),
    puback(1),
    pubrel(1),
    b"\xc0\0",
]

fuzz = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@pytest.fixture
def unharmed(broker, panel, caplog):
    """A connected panel, which must still be served when the test is over, with nothing that surprised the broker."""
    p1 = panel("p1")
    p1.subscribe(STATE)
    yield p1
    wait_until(lambda: broker.connected() == {"p1"})
    broker.publish(STATE, b"still served")
    assert p1.receive()[1] == b"still served"
    assert p1.messages.empty()
    assert not [record for record in caplog.get_records("call") if record.levelname in ("ERROR", "CRITICAL")]


def throw(broker, data: bytes) -> None:
    """Send it on a connection of its own, and leave."""
    client = RawClient(broker.port)
    with contextlib.suppress(OSError):
        client.send(data)
    client.close()


@pytest.mark.usefixtures("unharmed")
@fuzz
@given(data=st.binary(max_size=400))
def test_random_bytes_before_a_login(broker, data):
    throw(broker, data)


@pytest.mark.usefixtures("unharmed")
@fuzz
@given(data=st.binary(max_size=400))
def test_random_bytes_after_a_login(broker, data):
    throw(broker, CONNECT + data)


@pytest.mark.usefixtures("unharmed")
@fuzz
@given(
    first=st.sampled_from([0x10, 0x30, 0x32, 0x34, 0x36, 0x40, 0x62, 0x82, 0xA2, 0xC0]),
    body=st.binary(max_size=200),
)
def test_random_bodies_in_well_formed_frames(broker, first, body):
    throw(broker, frame(first, body))
    throw(broker, CONNECT + frame(first, body))


@pytest.mark.usefixtures("unharmed")
@fuzz
@given(packet=st.sampled_from(PACKETS), cut=st.integers(0, 100), data=st.data())
def test_packets_cut_short_and_packets_with_bytes_changed(broker, packet, cut, data):
    throw(broker, CONNECT + packet[: cut % len(packet)])
    changed = bytearray(packet)
    changed[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    throw(broker, CONNECT + bytes(changed))


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x10\xff\xff\xff\x7f",
        b"\x10\xff\xff\xff\xff\x01",
        b"\x10" + b"\x80" * 50,
        PING,
        b"\xe0\0",
        publish(HELLO, b"before any login"),
        subscribe(STATE),
        frame(0x10, text("MQTT")),
        frame(0x10, text("MQIsdp") + b"\x04\x02\0\x3c" + text("p2")),
        frame(0x10, text("MQTT") + b"\x04\x03\0\x3c" + text("p2")),
        frame(0x11, CONNECT[2:]),
        frame(0x10, CONNECT[2:] + b"more"),
    ],
)
@pytest.mark.usefixtures("unharmed")
def test_what_is_no_login_ends_the_connection(raw, data):
    client = raw().send(data)
    client.socket.shutdown(1)
    assert client.ends()


@pytest.mark.parametrize(
    "data",
    [
        CONNECT,
        b"\x30\xff\xff\xff\x7f",
        b"\x00\x00",
        b"\xf0\x00",
        b"\x20\x02\x00\x00",
        b"\xd0\x00",
        b"\xc0\x01x",
        frame(0x80, subscribe(STATE)[2:]),
        frame(0x36, text(HELLO) + b"\0\1payload"),
        frame(0x32, text(HELLO) + b"\0\0payload"),
        frame(0x30, b"\xff\xff"),
        publish(b"\xff\xfe", b"payload"),
        publish("circletime/v1/panels/+/up/hello", b"payload"),
        subscribe(),
        frame(0x82, b"\0\1" + text(topics.room_state("r2")) + b"\3"),
    ],
)
@pytest.mark.usefixtures("unharmed")
def test_what_no_panel_may_send_ends_its_connection(building, raw, data):
    assert raw().login("p2").send(data).ends()
    assert building.messages == []


@pytest.mark.usefixtures("unharmed")
def test_packet_at_the_limit_is_taken_and_one_over_it_ends_the_connection(building, raw):
    overhead = len(text(HELLO)) + 2
    largest = publish(HELLO, b"x" * (packets.MAX_PACKET_BYTES - overhead))
    p2 = raw().login("p2").send(largest)
    p2.read()
    assert len(building.messages[0][2]) == packets.MAX_PACKET_BYTES - overhead
    with contextlib.suppress(OSError):
        p2.send(publish(HELLO, b"x" * (packets.MAX_PACKET_BYTES - overhead + 1)))
    assert p2.ends()
    assert len(building.messages) == 1


@pytest.mark.usefixtures("unharmed")
def test_panel_that_never_reads_is_bounded_and_cut(broker, raw):
    lazy = raw(receive_buffer=4096).login("p2")
    lazy.send(subscribe(topics.room_state("r2")))
    assert lazy.read()[0] == 0x90
    (link,) = (link for link in broker.broker._open if link.client_id == "p2")
    sizes = []
    for _ in range(1000):
        broker.publish(topics.room_state("r2"), b"x" * 16_000, qos=0)
        sizes.append(link._writer.transport.get_write_buffer_size())
        if "p2" not in broker.connected():
            break
    assert "p2" not in broker.connected()
    assert max(sizes) <= panel_link.MAX_UNSENT_BYTES


@pytest.mark.usefixtures("unharmed")
def test_panel_that_asks_without_reading_the_answers_is_bounded_and_cut(broker, raw, monkeypatch):
    monkeypatch.setattr(panel_link, "SEND_PATIENCE_S", 0.3)
    broker.publish(topics.room_state("r2"), b"x" * 16_000, retain=True)
    greedy = raw(receive_buffer=4096).login("p2")
    (link,) = (link for link in broker.broker._open if link.client_id == "p2")
    greedy.send(subscribe(topics.room_state("r2")) * 1000)
    sizes = []
    wait_until(
        lambda: sizes.append(link._writer.transport.get_write_buffer_size()) or "p2" not in broker.connected()
    )
    assert 0 < max(sizes) <= panel_link.MAX_UNSENT_BYTES


@pytest.mark.usefixtures("unharmed")
def test_panel_that_acknowledges_nothing_is_cut(broker, raw):
    p2 = raw().login("p2").send(subscribe(topics.room_state("r2")))
    p2.read()
    for n in range(panel_link.MAX_UNACKNOWLEDGED + 1):
        broker.publish(topics.room_state("r2"), b"%d" % n)
    assert p2.ends()


def test_packet_ids_in_flight_are_never_used_again(broker, raw, monkeypatch):
    monkeypatch.setattr(panel_link, "MAX_UNACKNOWLEDGED", 70_000)
    p2 = raw().login("p2").send(subscribe(topics.room_state("r2")))
    p2.read()
    (link,) = broker.broker._open
    link._packet_id = 65_533
    seen = []
    for n in range(5):
        broker.publish(topics.room_state("r2"), b"")
        seen.append(struct.unpack("!H", p2.read()[1][-2:])[0])
        if n == 2:
            link._packet_id = 65_533
    assert len(set(seen)) == 5
    assert 0 not in seen


@pytest.mark.usefixtures("unharmed")
def test_number_of_filters_is_bounded(raw):
    p2 = raw().login("p2")
    own = [topics.panel_down("p2", f"f{n}") for n in range(100)]
    codes = p2.send(subscribe(*own)).read()[1][2:]
    assert codes == b"\1" * panel_link.MAX_FILTERS + b"\x80" * (100 - panel_link.MAX_FILTERS)
    assert p2.send(subscribe(own[0])).read()[1][2:] == b"\1"


@pytest.mark.usefixtures("unharmed")
def test_flood_of_pings_shares_the_hubs_loop(broker, raw):
    turns = []

    def turn() -> None:
        turns.append(None)
        broker.loop.call_soon(turn)

    flood = raw().login("p2")
    broker.loop.call_soon_threadsafe(turn)
    flood.send(PING * 5_000)
    for _ in range(5_000):
        assert flood.read() == (PINGRESP, b"")
    assert len(turns) >= 5_000


def test_trouble_leaves_nothing_open(broker):
    for packet in PACKETS:
        throw(broker, packet[:-1])
        throw(broker, CONNECT + packet[:-1])
    wait_until(lambda: not broker.broker._open and not broker.broker._connected)
