"""A panel receives only what its rules allow, and says only what they allow (../shared contract, "MQTT 3.1.1")."""

from __future__ import annotations

import pytest

from shared import topics
from tests.hub.mqtt.running_broker import wait_until

REFUSED = 0x80
STATE = topics.room_state("r1")
OTHER_STATE = topics.room_state("r2")


def test_panel_gets_its_rooms_retained_state_when_it_subscribes(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    p1 = panel("p1")
    assert p1.subscribe(STATE) == [1]
    assert p1.receive() == (STATE, b"free", True)


def test_forbidden_filter_is_refused_and_the_others_of_the_same_subscribe_stand(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    broker.publish(OTHER_STATE, b"secret meeting", retain=True)
    p1 = panel("p1")
    assert p1.subscribe(OTHER_STATE, STATE, topics.panel_down("p2", "config"), topics.HUB_PRESENCE) == [
        REFUSED,
        1,
        REFUSED,
        1,
    ]
    assert p1.receive() == (STATE, b"free", True)
    broker.publish(OTHER_STATE, b"secret meeting")
    broker.publish(STATE, b"busy")
    assert p1.receive() == (STATE, b"busy", False)


@pytest.mark.parametrize(
    "wildcard",
    [
        "#",
        "+/#",
        "$SYS/#",
        "circletime/#",
        "circletime/v1/rooms/+/state",
        "circletime/v1/rooms/r1/#",
        "circletime/v1/panels/+/down/config",
        "circletime/v1/panels/p1/#",
        "circletime/v1/panels/p1/+/config",
        "circletime/v1/hub/+",
    ],
)
def test_wildcard_beyond_its_own_topics_gets_nothing(broker, panel, wildcard):
    for topic in (STATE, OTHER_STATE, topics.panel_down("p1", "config"), topics.HUB_PRESENCE):
        broker.publish(topic, b"retained", retain=True)
    p1 = panel("p1")
    assert p1.subscribe(wildcard) == [REFUSED]
    broker.publish(OTHER_STATE, b"live", retain=True)
    assert p1.subscribe(topics.panel_down("p1", "ack")) == [1]
    broker.publish(topics.panel_down("p1", "ack"), b"last")
    assert p1.receive() == (topics.panel_down("p1", "ack"), b"last", False)


@pytest.mark.parametrize("own", ["circletime/v1/panels/p1/down/#", "circletime/v1/panels/p1/down/+"])
def test_wildcard_under_its_own_down_gets_all_of_it_and_no_more(broker, panel, own):
    broker.publish(topics.panel_down("p2", "config"), b"theirs", retain=True)
    broker.publish(topics.panel_down("p1", "config"), b"mine", retain=True)
    p1 = panel("p1")
    assert p1.subscribe(own) == [1]
    assert p1.receive() == (topics.panel_down("p1", "config"), b"mine", True)
    broker.publish(topics.panel_down("p2", "ack"), b"theirs")
    broker.publish(topics.panel_down("p1", "ack"), b"mine")
    assert p1.receive() == (topics.panel_down("p1", "ack"), b"mine", False)


def test_nothing_is_replayed_to_a_panel_that_only_connects(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    panel("p1").subscribe(STATE)
    newcomer = panel("p2")
    newcomer.subscribe(topics.panel_down("p2", "ack"))
    broker.publish(topics.panel_down("p2", "ack"), b"first")
    assert newcomer.receive()[1] == b"first"


def test_hub_presence_can_be_read_but_not_written(broker, building, panel):
    broker.publish(topics.HUB_PRESENCE, b"online", retain=True)
    p1 = panel("p1")
    p1.publish(topics.HUB_PRESENCE, b"offline", retain=True)
    assert p1.subscribe(topics.HUB_PRESENCE) == [1]
    assert p1.receive() == (topics.HUB_PRESENCE, b"online", True)
    assert building.messages == []


@pytest.mark.parametrize(
    "forbidden",
    [
        STATE,
        topics.panel_up("p2", "presence"),
        topics.panel_down("p1", "config"),
        topics.panel_down("p2", "ack"),
        topics.panel_up("p1", "hello") + "/more",
        "circletime/v1/panels/p1/up",
        "elsewhere",
    ],
)
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_forbidden_publish_is_acknowledged_and_dropped(broker, building, panel, forbidden, qos):
    p1, p2 = panel("p1"), panel("p2")
    p1.subscribe(STATE, topics.panel_down("p1", "#"))
    p2.subscribe(topics.panel_down("p2", "#"))
    p1.publish(forbidden, b"forged", qos=qos, retain=True)
    p1.publish(topics.panel_up("p1", "hello"), b"honest")
    assert building.messages == [("p1", topics.panel_up("p1", "hello"), b"honest")]
    for listener, panel_id in ((p1, "p1"), (p2, "p2")):
        broker.publish(topics.panel_down(panel_id, "ack"), b"first")
        assert listener.receive()[1] == b"first"


def test_panel_without_a_room_reads_no_room(broker, building, panel):
    building.rooms.clear()
    broker.publish(STATE, b"free", retain=True)
    assert panel("p1").subscribe(STATE, topics.panel_down("p1", "config")) == [REFUSED, 1]


def test_moved_panel_loses_the_old_room_at_once_and_reads_the_new_one(broker, building, panel):
    broker.publish(OTHER_STATE, b"new room", retain=True)
    before = panel("p1")
    before.subscribe(STATE)
    building.rooms["p1"] = "r2"
    broker.disconnect("p1")
    assert broker.connected() == frozenset()
    broker.publish(STATE, b"not for p1 any more")
    assert before.has_ended()
    after = panel("p1")
    assert after.subscribe(STATE, OTHER_STATE) == [REFUSED, 1]
    assert after.receive() == (OTHER_STATE, b"new room", True)
    assert before.messages.empty()


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
