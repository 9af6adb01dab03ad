"""What every broker has to promise the hub and its panels (contract, "MQTT 3.1.1"): one suite for all three tiers."""

from __future__ import annotations

import os
import time
from contextlib import suppress

import pytest

from shared import topics
from tests.hub.mqtt.raw_mqtt import RawClient, connect, publish
from tests.hub.mqtt.running_broker import Building, PahoPanel, RunningBroker, wait_until
from tests.hub.mqtt.running_outside import RunningOutside
from tests.mosquitto import CannotRun, Mosquitto
from tests.nats_cluster import NatsCluster

REFUSED = 0x80
STATE, OTHER_STATE = topics.room_state("r1"), topics.room_state("r2")
HELLO, PRESENCE, ACK = (
    topics.panel_up("p1", "hello"),
    topics.panel_up("p1", "presence"),
    topics.panel_down("p1", "ack"),
)
OFFLINE = (PRESENCE, b'{"status":"offline","bootId":"b1"}')


@pytest.fixture(scope="module", params=["embedded", "mosquitto", "nats"])
def tier(request):
    """None for the embedded broker, which each test starts for itself. Where no other can run, its tests are
    skipped; not in CI."""
    if request.param == "embedded":
        yield None
        return
    try:
        server = Mosquitto() if request.param == "mosquitto" else NatsCluster()
    except CannotRun as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    try:
        running = RunningOutside(server)
        yield running
        running.close()
    finally:
        server.close()


@pytest.fixture
def building():
    return Building()


@pytest.fixture
def broker(tier, building):
    if tier is None:
        own = RunningBroker(building)
        yield own
        own.close()
    else:
        yield tier.move_in(building)
        tier.move_out()


@pytest.fixture
def panel(request, broker):
    def dial(panel_id, **options):
        client = PahoPanel(broker.port, panel_id, **options)
        request.addfinalizer(client.close)
        return client if "secret" in options else client.connected()

    return dial


@pytest.fixture
def raw(request, broker):
    def dial(panel_id, **options):
        client = RawClient(broker.port)
        request.addfinalizer(client.close)
        return client.login(panel_id, **options)

    return dial


def hears_next(broker, panel, panel_id, payload=b"mark"):
    """That this, said now, is the next that the panel hears: nothing came before it."""
    broker.publish(topics.panel_down(panel_id, "ack"), payload)
    assert panel.receive() == (topics.panel_down(panel_id, "ack"), payload, False)


def test_panel_gets_its_rooms_retained_state_when_it_subscribes_and_what_is_said_later(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    p1 = panel("p1")
    assert p1.subscribe(STATE) == [1]
    assert p1.receive() == (STATE, b"free", True)
    broker.publish(STATE, b"busy", retain=True)
    assert p1.receive() == (STATE, b"busy", False)


def test_forbidden_filter_is_refused_and_the_others_of_the_same_subscribe_stand(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    broker.publish(OTHER_STATE, b"secret meeting", retain=True)
    p1 = panel("p1")
    asked = p1.subscribe(OTHER_STATE, STATE, topics.panel_down("p2", "config"), topics.HUB_PRESENCE, ACK)
    assert asked == [REFUSED, 1, REFUSED, 1, 1]
    assert p1.receive() == (STATE, b"free", True)
    broker.publish(OTHER_STATE, b"secret meeting", retain=True)
    hears_next(broker, p1, "p1")


def test_wildcard_beyond_its_own_topics_gets_nothing(broker, panel):
    for topic in (STATE, OTHER_STATE, topics.panel_down("p1", "config"), topics.HUB_PRESENCE):
        broker.publish(topic, b"retained", retain=True)
    wild = [
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
    ]
    p1 = panel("p1")
    assert p1.subscribe(*wild) == [REFUSED] * len(wild)
    broker.publish(OTHER_STATE, b"live", retain=True)
    assert p1.subscribe(ACK) == [1]
    hears_next(broker, p1, "p1")


@pytest.mark.parametrize("own", ["circletime/v1/panels/p1/down/#", "circletime/v1/panels/p1/down/+"])
def test_wildcard_under_its_own_down_gets_all_of_it_and_no_more(broker, panel, own):
    broker.publish(topics.panel_down("p2", "config"), b"theirs", retain=True)
    broker.publish(topics.panel_down("p1", "config"), b"mine", retain=True)
    p1 = panel("p1")
    assert p1.subscribe(own) == [1]
    assert p1.receive() == (topics.panel_down("p1", "config"), b"mine", True)
    broker.publish(topics.panel_down("p2", "ack"), b"theirs")
    hears_next(broker, p1, "p1")


def test_nothing_is_replayed_to_a_panel_that_only_connects(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    assert panel("p1").subscribe(STATE) == [1]
    newcomer = panel("p2")
    newcomer.subscribe(topics.panel_down("p2", "ack"))
    hears_next(broker, newcomer, "p2")


def test_empty_retained_payload_clears(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    broker.publish(STATE, b"", retain=True)
    p1 = panel("p1")
    p1.subscribe(STATE, ACK)
    hears_next(broker, p1, "p1")


def test_what_a_panel_may_say_arrives_in_order_and_what_it_may_not_is_acknowledged_and_dropped(
    broker, building, panel
):
    p1, p2 = panel("p1"), panel("p2")
    p1.subscribe(STATE, topics.panel_down("p1", "#"), topics.HUB_PRESENCE)
    p2.subscribe(topics.panel_down("p2", "#"))
    forbidden = [
        STATE,
        OTHER_STATE,
        topics.HUB_PRESENCE,
        topics.panel_up("p2", "presence"),
        topics.panel_down("p1", "config"),
        topics.panel_down("p2", "ack"),
        HELLO + "/more",
        "circletime/v1/panels/p1/up",
        "elsewhere",
    ]
    for topic in forbidden:
        for qos in (0, 1):
            p1.publish(topic, b"forged", qos=qos, retain=True)
    for number in range(20):
        p1.publish(HELLO, b"%d" % number)
    wait_until(lambda: len(building.messages) >= 20)
    assert building.messages == [("p1", HELLO, b"%d" % number) for number in range(20)]
    hears_next(broker, p1, "p1")
    hears_next(broker, p2, "p2")


def test_panel_without_a_room_reads_no_room(broker, panel):
    broker.publish(STATE, b"free", retain=True)
    broker.move("p1", None)
    assert panel("p1").subscribe(STATE, topics.panel_down("p1", "config")) == [REFUSED, 1]


def test_moved_panel_loses_the_old_room_at_once_and_reads_the_new_one(broker, panel):
    """Some brokers cut it off for that, others go on without a word."""
    broker.publish(OTHER_STATE, b"new room", retain=True)
    before = panel("p1")
    before.subscribe(STATE)
    broker.move("p1", "r2")
    broker.publish(STATE, b"not for p1 any more", retain=True)
    after = panel("p1")
    assert after.subscribe(STATE, OTHER_STATE) == [REFUSED, 1]
    assert after.receive() == (OTHER_STATE, b"new room", True)
    assert before.messages.empty()


def test_revoked_panel_is_cut_off_at_once_and_stays_out(broker, panel):
    p1, p2 = panel("p1"), panel("p2")
    p2.subscribe(topics.panel_down("p2", "ack"))
    broker.revoke("p1")
    assert p1.has_ended()
    assert panel("p1", secret="secret of p1").result.get(timeout=10) == "Not authorized"
    hears_next(broker, p2, "p2")


def test_wrong_password_and_anothers_name_never_disturb_the_connected_panel(broker, building, panel):
    p1 = panel("p1", will=OFFLINE)
    p1.subscribe(ACK)
    for secret in ("", "wrong", "secret of p2", "SECRET OF P1"):
        assert panel("p1", secret=secret).result.get(timeout=10) == "Not authorized"
    with RawClient(broker.port).send(connect("p1", "secret of p2", username="p2")).socket as stranger:
        assert stranger.recv(4)[3:] != b"\0"
    hears_next(broker, p1, "p1")
    p1.publish(HELLO, b"still heard")
    wait_until(lambda: building.messages)
    assert building.payloads() == [b"still heard"]


def test_takeover_closes_the_old_connection(broker, panel, raw):
    old = raw("p1")
    new = panel("p1")
    assert old.ends()
    new.subscribe(ACK)
    hears_next(broker, new, "p1")


def test_session_is_clean(broker, raw, panel):
    raw("p1").close()
    broker.publish(ACK, b"missed")
    p1 = panel("p1")
    p1.subscribe(ACK)
    hears_next(broker, p1, "p1")


def test_lost_panels_will_is_delivered(building, raw):
    raw("p1", will=OFFLINE).close()
    wait_until(lambda: building.messages)
    assert building.messages == [("p1", *OFFLINE)]


def test_silent_panel_is_cut_after_its_keepalive_and_its_will_delivered(building, raw):
    began = time.monotonic()
    p1 = raw("p1", keepalive_s=1, will=OFFLINE)
    p1.socket.settimeout(15)  # mosquitto looks now and then
    assert p1.ends()
    assert 1 < time.monotonic() - began < 15
    wait_until(lambda: building.messages)
    assert building.messages == [("p1", *OFFLINE)]


@pytest.mark.parametrize("topic", [topics.panel_up("p2", "presence"), STATE, topics.HUB_PRESENCE])
def test_will_obeys_the_same_rules_as_a_publish(broker, building, panel, topic):
    """A broker may turn such a panel away, or forget the will."""
    p1 = panel("p1")
    p1.subscribe(STATE, topics.HUB_PRESENCE, ACK)
    forger = RawClient(broker.port).send(connect("p3", "secret of p3", will=(topic, b"forged")))
    forger.socket.recv(4)
    forger.close()
    p1.publish(HELLO, b"honest")
    wait_until(lambda: building.messages)
    hears_next(broker, p1, "p1")
    assert building.messages == [("p1", HELLO, b"honest")]


def test_packet_over_64_kib_ends_the_connection_and_reaches_nobody(building, raw):
    p1 = raw("p1")
    with suppress(OSError):  # cut before it was out
        p1.send(publish(HELLO, b"x" * 70_000))
    assert p1.ends()
    raw("p1").send(publish(HELLO, b"small"))
    wait_until(lambda: building.messages)
    assert building.payloads() == [b"small"]
