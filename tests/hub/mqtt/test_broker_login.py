"""Authentication comes before anything else; connections are bounded in time, number and memory."""

from __future__ import annotations

import asyncio

import pytest

from shared import topics
from tests.hub.mqtt.raw_mqtt import CONNACK, DISCONNECT, PING, PINGRESP, connect, frame, subscribe, text
from tests.hub.mqtt.running_broker import wait_until

BAD_VERSION, BAD_ID, UNAVAILABLE, NOT_AUTHORIZED = 1, 2, 3, 5


def refused(client, return_code: int) -> bool:
    return client.read() == (CONNACK, bytes([0, return_code])) and client.ends()


def test_another_panels_secret_opens_nothing(broker, raw):
    assert refused(raw().send(connect("p1", "secret of p2", username="p2")), NOT_AUTHORIZED)
    assert refused(raw().send(connect("p1", "secret of p2", username="p1")), NOT_AUTHORIZED)


@pytest.mark.parametrize(
    "password", [None, b"", b"\xff\xfe", b"\0", b"\xed\xa0\x80", "☃".encode(), b"x" * 30_000]
)
def test_odd_password_is_turned_away(raw, password):
    assert refused(raw().send(connect("p1", password)), NOT_AUTHORIZED)


@pytest.mark.parametrize("client_id", [b"\xff\xfe", b"p1\0", b" p1", b"p1/", b"+", b"#", b"x" * 30_000])
def test_odd_client_id_is_turned_away(raw, client_id):
    assert refused(raw().send(connect(client_id, "secret of p1")), NOT_AUTHORIZED)


@pytest.mark.parametrize("clean", [True, False])
def test_empty_client_id_is_refused(raw, clean):
    assert refused(raw().send(connect("", "secret of p1", username="p1", clean=clean)), BAD_ID)


@pytest.mark.parametrize("level", [3, 5])
def test_other_protocol_version_is_refused(raw, level):
    assert refused(raw().send(connect("p1", "secret of p1", level=level)), BAD_VERSION)


def test_connect_without_user_name_is_turned_away(raw):
    assert refused(raw().send(frame(0x10, text("MQTT") + b"\x04\x02\0\x3c" + text("p1"))), NOT_AUTHORIZED)


def test_wrong_password_never_disturbs_the_connected_panel(broker, building, panel, raw):
    p1 = panel("p1", will=(topics.panel_up("p1", "presence"), b"offline"))
    p1.subscribe(topics.room_state("r1"))
    for _ in range(20):
        assert refused(raw().send(connect("p1", "guess", clean=False)), NOT_AUTHORIZED)
    broker.publish(topics.room_state("r1"), b"still here")
    assert p1.receive()[1] == b"still here"
    p1.publish(topics.panel_up("p1", "hello"), b"still heard")
    assert building.payloads() == [b"still heard"]


def test_client_that_was_turned_away_is_not_listened_to(broker, building, raw):
    greedy = raw().send(connect("p1", "guess", will=(topics.panel_up("p1", "presence"), b"forged")))
    greedy.send(subscribe(topics.room_state("r1")))
    assert refused(greedy, NOT_AUTHORIZED)
    wait_until(lambda: not broker.broker._open)
    assert building.messages == []


def test_failed_logins_leave_no_memory(broker, raw):
    for n in range(100):
        assert refused(raw().send(connect(f"x{n}", "guess", clean=False)), NOT_AUTHORIZED)
    wait_until(lambda: not broker.broker._open)
    assert not broker.broker._connected


def test_ended_sessions_leave_no_memory(broker, raw):
    for n in range(20):
        raw().login(f"p{n}", clean=False).send(subscribe(topics.panel_down(f"p{n}", "ack"))).close()
    wait_until(lambda: not broker.broker._open and not broker.broker._connected)


def test_takeover_closes_the_old_socket(broker, panel, raw):
    old = raw().login("p1")
    new = panel("p1")
    assert old.ends()
    new.subscribe(topics.room_state("r1"))
    broker.publish(topics.room_state("r1"), b"to the new one")
    assert new.receive()[1] == b"to the new one"


def test_many_logins_of_one_panel_at_once_leave_exactly_one(broker, raw):
    clients = [raw().send(connect("p1", "secret of p1")) for _ in range(10)]
    wait_until(lambda: sum(_answers(client) for client in clients) == 1)
    assert broker.connected() == {"p1"}
    assert len(broker.broker._open) == 1


def _answers(client) -> bool:
    """Whether the broker still serves it: past its CONNACK, a ping is answered."""
    try:
        client.send(PING)
        while client.read() != (PINGRESP, b""):
            pass
    except (EOFError, OSError):
        return False
    return True


def test_session_is_always_clean(broker, raw):
    first = raw().login("p1", clean=False).send(subscribe(topics.room_state("r1")))
    first.read()
    first.close()
    wait_until(lambda: not broker.connected())
    broker.publish(topics.room_state("r1"), b"missed")
    second = raw().login("p1", clean=False)
    broker.publish(topics.room_state("r1"), b"not asked for")
    assert second.send(PING).read() == (PINGRESP, b"")


def test_connect_must_arrive_in_time(open_broker, raw):
    port = open_broker(connect_patience_s=0.1).port
    assert raw(port=port).ends()
    assert raw(port=port).send(connect("p1", "secret of p1")[:20]).ends()


def test_decision_that_takes_too_long_ends_the_connection(open_broker, building, raw):
    building.before_deciding = asyncio.Event().wait
    assert raw(port=open_broker(connect_patience_s=0.1).port).send(connect("p1", "secret of p1")).ends()


def test_accounts_that_cannot_be_read_turn_the_panel_away_for_now(building, raw):
    async def fail() -> None:
        raise RuntimeError("database is away")

    building.before_deciding = fail
    assert refused(raw().send(connect("p1", "secret of p1")), UNAVAILABLE)
    building.before_deciding = None
    raw().login("p1")


def test_panel_revoked_while_its_login_is_decided_does_not_get_in(broker, building, raw):
    decided, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        decided.set()
        await go_on.wait()

    building.before_deciding = wait
    late = raw().send(connect("p1", "secret of p1", will=(topics.panel_up("p1", "presence"), b"offline")))
    broker.run(decided.wait())
    broker.disconnect("p1")
    broker.loop.call_soon_threadsafe(go_on.set)
    assert late.ends()
    wait_until(lambda: not broker.broker._open)
    assert broker.connected() == frozenset()
    assert building.messages == [], "who was not in has no last will"


def test_connections_are_bounded_and_those_within_the_bound_are_served(open_broker, raw):
    broker = open_broker(max_connections=3)
    first = raw(port=broker.port).login("p1")
    others = [raw(port=broker.port) for _ in range(2)]
    wait_until(lambda: len(broker.broker._open) == 3)
    raw(port=broker.port).login("p2")
    assert others[0].ends(), "it had said nothing for longest"
    raw(port=broker.port).login("p3")
    assert others[1].ends()
    assert raw(port=broker.port).ends(), "all that are there are panels"
    assert first.send(PING).read() == (PINGRESP, b"")
    first.send(DISCONNECT)
    wait_until(lambda: len(broker.broker._open) == 2)
    raw(port=broker.port).login("p1")


def test_no_secret_reaches_the_log(broker, raw, caplog):
    caplog.set_level("DEBUG")
    raw().login("p1")
    refused(raw().send(connect("p2", "hush hush")), NOT_AUTHORIZED)
    raw().send(connect("p3", "hush hush")[:-1] + b"\xff" + b"\0").ends()
    wait_until(lambda: "turned away" in caplog.text)
    assert "hush" not in caplog.text
    assert "secret of" not in caplog.text


def test_panel_that_pings_stays_connected_beyond_its_keepalive(broker, panel):
    p1 = panel("p1", keepalive_s=1)
    answers = []
    p1.client.on_log = lambda _c, _u, _level, line: answers.append(line) if "PINGRESP" in line else None
    wait_until(lambda: len(answers) == 2)
    assert broker.connected() == {"p1"}
