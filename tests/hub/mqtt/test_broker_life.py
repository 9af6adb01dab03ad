"""Start, stop, ports, TLS, and the morning after a power cut."""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import ssl
import subprocess

import pytest

from hub.mqtt import embedded_broker
from hub.mqtt.embedded_broker import EmbeddedBroker
from shared import topics
from tests.hub.mqtt.raw_mqtt import CONNACK, SUBACK, connect, puback, publish, subscribe
from tests.hub.mqtt.running_broker import Building

STORM_PANELS = 200


def new_broker(building: Building, **options) -> EmbeddedBroker:
    return EmbeddedBroker(
        decide=building.decide, on_message=building.on_message, host="127.0.0.1", **{"port": 0, **options}
    )


def test_port_in_use_is_an_oserror_and_leaves_nothing_behind(building):
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for options in (
                {"port": port},
                {"tls_port": port, "ssl": ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)},
            ):
                with pytest.raises(OSError, match="in use"):
                    await new_broker(building, **options).start()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


def test_state_published_before_the_start_is_there_for_the_first_panel(building):
    async def scenario() -> None:
        broker = new_broker(building)
        await broker.publish(topics.room_state("r1"), b"seeded", retain=True)
        await broker.start()
        assert await _return_of_panel(broker.port, 1, 0.0) == b"seeded"
        await broker.stop()

    asyncio.run(scenario())


def test_stop_closes_every_connection_ends_every_task_and_sends_no_will(building, monkeypatch):
    monkeypatch.setattr(embedded_broker, "STOP_PATIENCE_S", 0.1)

    async def scenario() -> None:
        broker = new_broker(building)
        await broker.start()
        streams = [await asyncio.open_connection("127.0.0.1", broker.port) for _ in range(3)]
        will = (topics.panel_up("p1", "presence"), b"offline")
        streams[0][1].write(connect("p1", "secret of p1", will=will))
        await streams[0][0].readexactly(4)
        building.before_processing = _hang_at_hello
        streams[1][1].write(connect("p2", "secret of p2") + publish(topics.panel_up("p2", "hello"), b"x"))
        await streams[1][0].readexactly(4)
        await broker.stop()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        for reader, writer in streams:
            assert await reader.read() == b""
            writer.close()
        assert building.messages == []
        assert broker.connected() == frozenset()

    asyncio.run(scenario())


async def _hang_at_hello(topic: str, _payload: bytes) -> None:
    if topic.endswith("hello"):
        await asyncio.Event().wait()


def test_broker_starts_again_after_a_stop_without_what_it_had_retained(building):
    async def scenario() -> None:
        broker = new_broker(building)
        await broker.start()
        await broker.publish(topics.room_state("r1"), b"old", retain=True)
        await broker.stop()
        await broker.publish(topics.room_state("r2"), b"new", retain=True)
        await broker.start()
        assert await _return_of_panel(broker.port, 2, 0.0) == b"new"
        assert not broker._retained_for(topics.room_state("r1"))
        await broker.stop()

    asyncio.run(scenario())


def test_after_a_power_cut_every_panel_has_its_state_again(building):
    """All of the building within two seconds; each gets its own room's state, whole."""
    building.rooms = {f"p{n}": f"r{n}" for n in range(STORM_PANELS)}
    jitter = random.Random(2)

    async def scenario() -> list[bytes]:
        broker = new_broker(building)
        for n in range(STORM_PANELS):
            await broker.publish(topics.room_state(f"r{n}"), b"%d" % n * 400, retain=True)
        await broker.start()
        async with asyncio.timeout(20):
            states = await asyncio.gather(
                *(_return_of_panel(broker.port, n, jitter.uniform(0, 2)) for n in range(STORM_PANELS))
            )
        await broker.stop()
        return states

    assert asyncio.run(scenario()) == [b"%d" % n * 400 for n in range(STORM_PANELS)]


async def _return_of_panel(port: int, n: int, after_s: float) -> bytes:
    """Log in, subscribe, and give back the payload of the first publish."""
    await asyncio.sleep(after_s)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    topic = topics.room_state(f"r{n}")
    writer.write(connect(f"p{n}", f"secret of p{n}") + subscribe(topic))
    assert await _packet(reader) == (CONNACK, b"\0\0")
    assert await _packet(reader) == (SUBACK, b"\0\1\1")
    first, body = await _packet(reader)
    assert first == 0x33, "a retained publish at QoS 1"
    writer.write(puback(1))
    writer.close()
    return body[2 + len(topic) + 2 :]


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return first, await reader.readexactly(size)


def test_tls_port_without_a_certificate_is_refused_rather_than_served_in_the_clear(building):
    with pytest.raises(ValueError, match="certificate"):
        new_broker(building, tls_port=0)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_tls_port_serves_the_same_panels(building, tmp_path):
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=hub -keyout k -out c"
    subprocess.run(make.split(), cwd=tmp_path, check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "c", tmp_path / "k")
    client = ssl.create_default_context(cafile=tmp_path / "c")
    client.check_hostname = False

    async def scenario() -> None:
        broker = new_broker(building, ssl=server, tls_port=0, connect_patience_s=1)
        await broker.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", broker.tls_port, ssl=client)
        writer.write(connect("p1", "secret of p1"))
        assert await _packet(reader) == (CONNACK, b"\0\0")
        for first_bytes in (connect("p2", "secret of p2"), b""):
            plain_reader, plain_writer = await asyncio.open_connection("127.0.0.1", broker.tls_port)
            plain_writer.write(first_bytes)
            async with asyncio.timeout(5):
                assert CONNACK not in await plain_reader.read()
            plain_writer.close()
        writer.close()
        await broker.stop()

    asyncio.run(scenario())
