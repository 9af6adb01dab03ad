"""Panels hear of another CA, and whom that did not reach hears it again."""

import asyncio

import pytest

from hub.mqtt.trust_teller import TrustTeller
from tests.hub.mqtt.recording_broker import RecordingBroker


@pytest.fixture
def broker():
    found = RecordingBroker()
    found.here = {"one", "other"}
    return found


def told(broker):
    """What each panel was told last."""
    return {topic.split("/")[-3]: payload for topic, payload in broker.published}


def test_another_ca_is_told_to_whoever_is_here_once(broker):
    files = [b"first"]
    teller = TrustTeller(lambda: list(files), broker)
    asyncio.run(teller.look())
    files.append(b"second")
    broker.published.clear()
    asyncio.run(teller.look())
    asyncio.run(teller.look())
    assert told(broker) == {"one": b"firstsecond", "other": b"firstsecond"}
    assert len(broker.published) == 2


def test_whom_the_broker_did_not_reach_is_told_again_and_a_hello_meanwhile_hears_the_new_one(broker):
    files = [b"first"]
    teller = TrustTeller(lambda: list(files), broker)
    asyncio.run(teller.look())
    files[:] = [b"second"]
    broker.refusals = 1
    with pytest.raises(ConnectionError):
        asyncio.run(teller.look())
    asyncio.run(teller.tell("third"))
    assert told(broker)["third"] == b"second"
    asyncio.run(teller.look())
    assert told(broker) == {"one": b"second", "other": b"second", "third": b"second"}
