"""How the embedded broker delivers; who may hear and say what is in test_broker_promises."""

from __future__ import annotations

import pytest

from shared import topics
from tests.hub.mqtt.running_broker import wait_until

STATE = topics.room_state("r1")


def test_empty_retained_payload_clears_and_is_told_to_those_who_listen(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    listening = panel("p1")
    listening.subscribe(STATE)
    assert listening.receive()[1] == b"free"
    broker.publish(STATE, b"", retain=True)
    assert listening.receive() == (STATE, b"", False)
    listening.subscribe(STATE, topics.panel_down("p1", "ack"))
    broker.publish(topics.panel_down("p1", "ack"), b"first")
    assert listening.receive()[1] == b"first"


def test_message_that_is_not_retained_is_gone(broker, panel):
    broker.publish(STATE, b"kept", retain=True)
    broker.publish(STATE, b"passing")
    p1 = panel("p1")
    p1.subscribe(STATE)
    assert p1.receive()[1] == b"kept"


def test_unsubscribed_panel_gets_no_more(broker, panel):
    p1 = panel("p1")
    p1.subscribe(STATE, topics.panel_down("p1", "ack"))
    gone = []
    p1.client.on_unsubscribe = lambda *_: gone.append(True)
    p1.client.unsubscribe(STATE)
    wait_until(lambda: gone)
    broker.publish(STATE, b"busy")
    broker.publish(topics.panel_down("p1", "ack"), b"first")
    assert p1.receive()[1] == b"first"


def test_overlapping_filters_deliver_once(broker, panel):
    p1 = panel("p1")
    own = topics.panel_down("p1", "ack")
    p1.subscribe(own, topics.panel_down("p1", "#"), topics.panel_down("p1", "+"))
    broker.publish(own, b"once")
    broker.publish(own, b"next")
    assert [p1.receive()[1], p1.receive()[1]] == [b"once", b"next"]


@pytest.mark.parametrize(("asked", "granted"), [(0, 0), (1, 1), (2, 1)])
def test_delivery_is_at_the_granted_qos(broker, panel, asked, granted):
    p1 = panel("p1")
    assert p1.subscribe(STATE, qos=asked) == [granted]
    broker.publish(STATE, b"free", qos=1)
    assert p1.messages.get(timeout=5).qos == granted
