"""What a panel publishes: processed in order, before it is acknowledged; last wills; keep-alive."""

from __future__ import annotations

import asyncio
import time

import pytest

from shared import topics
from tests.hub.mqtt.raw_mqtt import DISCONNECT, PING, PINGRESP, PUBACK, PUBCOMP, PUBREC, publish, pubrel
from tests.hub.mqtt.running_broker import wait_until

HELLO = topics.panel_up("p1", "hello")
PRESENCE = topics.panel_up("p1", "presence")
OFFLINE = (PRESENCE, b"offline")


def test_publish_is_processed_before_it_is_acknowledged(broker, building, raw):
    go_on = asyncio.Event()

    async def slowly(_topic: str, _payload: bytes) -> None:
        await go_on.wait()

    building.before_processing = slowly
    p1 = raw().login("p1").send(publish(HELLO, b"hello"))
    p1.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        p1.read()
    broker.loop.call_soon_threadsafe(go_on.set)
    p1.socket.settimeout(5)
    assert p1.read() == (PUBACK, b"\0\1")
    assert building.payloads() == [b"hello"]


@pytest.mark.parametrize("goodbye", [b"", DISCONNECT])
def test_burst_is_processed_in_order_though_the_panel_leaves_at_once(building, raw, goodbye):
    async def slowly(_topic: str, _payload: bytes) -> None:
        await asyncio.sleep(0.001)

    building.before_processing = slowly
    burst = [b"%d" % n for n in range(100)]
    p1 = raw().login("p1")
    p1.send(
        b"".join(publish(HELLO, payload, packet_id=n + 1, qos=n % 3) for n, payload in enumerate(burst))
        + goodbye
    )
    p1.socket.shutdown(1)
    wait_until(lambda: len(building.messages) >= 100)
    assert building.payloads() == burst


def test_qos_2_publish_is_delivered_once_however_often_it_is_sent(building, raw):
    p1 = raw().login("p1")
    for dup in (False, True, True):
        p1.send(publish(HELLO, b"once", packet_id=7, qos=2, dup=dup))
        assert p1.read() == (PUBREC, b"\0\7")
    for _ in range(2):
        assert p1.send(pubrel(7)).read() == (PUBCOMP, b"\0\7")
    p1.send(publish(HELLO, b"another", packet_id=7, qos=2)).read()
    assert building.payloads() == [b"once", b"another"]


def test_qos_2_publishes_that_are_never_released_are_bounded(raw):
    p1 = raw().login("p1")
    p1.send(b"".join(publish(HELLO, b"x", packet_id=n, qos=2) for n in range(1, 400)))
    assert p1.ends()


def test_hubs_failure_is_no_other_panels_trouble(building, panel):
    async def fail(_topic: str, payload: bytes) -> None:
        if payload == b"poison":
            raise RuntimeError("the hub stumbles")

    building.before_processing = fail
    p1 = panel("p1")
    p1.publish(HELLO, b"poison")
    p1.publish(HELLO, b"wholesome")
    panel("p2").publish(topics.panel_up("p2", "hello"), b"too")
    assert building.payloads() == [b"wholesome", b"too"]


def test_slow_processing_of_one_panels_message_holds_up_no_other(broker, building, panel, raw):
    go_on = asyncio.Event()

    async def slowly(topic: str, _payload: bytes) -> None:
        if topic == HELLO:
            await go_on.wait()

    building.before_processing = slowly
    raw().login("p1").send(publish(HELLO, b"slow"))
    panel("p2").publish(topics.panel_up("p2", "hello"), b"quick")
    assert building.payloads() == [b"quick"]
    broker.loop.call_soon_threadsafe(go_on.set)


def test_hub_may_answer_and_even_cut_the_panel_while_it_processes_its_message(broker, building, raw):
    async def answer(_topic: str, _payload: bytes) -> None:
        await broker.broker.publish(topics.panel_down("p1", "ack"), b"answer")
        await broker.broker.disconnect("p1")

    building.before_processing = answer
    p1 = raw().login("p1").send(publish(HELLO, b"hello") + publish(HELLO, b"after the cut"))
    assert p1.ends()
    wait_until(lambda: not broker.broker._open)
    assert building.payloads() == [b"hello"]


def test_broken_packet_ends_the_connection_and_the_will_is_delivered(building, raw):
    assert raw().login("p1", will=OFFLINE).send(b"\xf0\x00").ends()
    wait_until(lambda: building.messages == [("p1", PRESENCE, b"offline")])


def test_will_stays_unsent_after_a_clean_goodbye(broker, building, raw):
    p1 = raw().login("p1", will=OFFLINE, keepalive_s=0)
    p1.send(publish(PRESENCE, b"sleeping") + DISCONNECT)
    p1.close()
    wait_until(lambda: not broker.connected() and building.messages)
    assert building.payloads() == [b"sleeping"]


@pytest.mark.parametrize(
    "topic", [topics.panel_up("p2", "presence"), topics.room_state("r1"), topics.HUB_PRESENCE, "#", ""]
)
def test_will_obeys_the_same_rules_as_a_publish(broker, building, panel, raw, topic):
    p1 = panel("p1")
    p1.subscribe(topics.room_state("r1"), topics.HUB_PRESENCE)
    raw().login("p3", will=(topic, b"forged")).close()
    wait_until(lambda: broker.connected() == {"p1"})
    broker.publish(topics.room_state("r1"), b"first")
    assert p1.receive()[1] == b"first"
    assert building.messages == []


def test_revoked_panels_will_is_delivered(broker, building, raw):
    raw().login("p1", will=OFFLINE)
    broker.disconnect("p1")
    wait_until(lambda: building.payloads() == [b"offline"])


def test_old_will_comes_before_anything_of_the_connection_that_took_over(building, raw):
    async def slowly(_topic: str, _payload: bytes) -> None:
        await asyncio.sleep(0.05)

    building.before_processing = slowly
    raw().login("p1", will=OFFLINE).send(publish(PRESENCE, b"online, boot 1"))
    new = raw().login("p1").send(publish(PRESENCE, b"online, boot 2"))
    new.read()
    assert building.payloads() in (
        [b"online, boot 1", b"offline", b"online, boot 2"],
        [b"offline", b"online, boot 2"],
    )


def test_half_a_packet_is_no_sign_of_life(raw):
    began = time.monotonic()
    p1 = raw().login("p1", keepalive_s=1).send(publish(HELLO, b"x" * 100)[:50])
    assert p1.ends()
    assert time.monotonic() - began < 3


def test_panel_without_keepalive_may_be_silent(raw):
    p1 = raw().login("p1", keepalive_s=0)
    assert p1.send(PING).read() == (PINGRESP, b"")
