"""A crowd at NATS: it gives up on each login after two seconds, so nobody's waits for another's."""

import asyncio
import base64
import json

import nkeys
import pytest

from hub.mqtt import nats_callout
from hub.mqtt.broker_auth import panel_access
from hub.mqtt.nats_callout import NatsCallout

MANY = 20


class Question:
    """As a NATS server asks it."""

    def __init__(self, panel_id):
        asked = {
            "user_nkey": "U",
            "server_id": {"id": "S"},
            "client_info": {"mqtt_id": panel_id},
            "connect_opts": {"user": panel_id, "pass": "secret"},
        }
        claims = base64.urlsafe_b64encode(json.dumps({"nats": asked}).encode()).rstrip(b"=")
        self.data = b"e30." + claims + b".c2ln"
        self.answer = asyncio.get_running_loop().create_future()

    async def respond(self, payload):
        self.answer.set_result(nats_callout._claims(payload)["nats"])


@pytest.fixture
def callout():
    def made(decide):
        return NatsCallout(
            [], bytes(nkeys.encode_seed(b"0123456789abcdef" * 2, nkeys.PREFIX_BYTE_ACCOUNT)), decide
        )

    return made


def test_logins_of_a_crowd_are_decided_beside_each_other(callout):
    async def crowd_in():
        all_are_here = asyncio.Barrier(MANY)

        async def decide(client_id, _username, _password):
            await all_are_here.wait()
            return panel_access(client_id, None) if client_id != "p0" else None

        asks = callout(decide)
        questions = [Question(f"p{number}") for number in range(MANY)]
        for one in questions:
            await asks._take(one)
        async with asyncio.timeout(10):
            return await asyncio.gather(*(one.answer for one in questions))

    refused, *let_in = asyncio.run(crowd_in())
    assert refused["error"] == "not authorized"
    assert all("jwt" in answer for answer in let_in)


def test_login_that_nats_has_given_up_on_is_not_answered(callout, monkeypatch):
    monkeypatch.setattr(nats_callout, "PATIENCE_S", 0.01)

    async def ask():
        async def decide(*_):
            await asyncio.Event().wait()

        asks, question = callout(decide), Question("p1")
        await asks._take(question)
        await asyncio.gather(*asks._answering)
        return question.answer.done()

    assert asyncio.run(ask()) is False


def test_logins_under_way_end_with_the_hub(callout):
    async def stop():
        async def decide(*_):
            await asyncio.Event().wait()

        asks = callout(decide)
        await asks._take(Question("p1"))
        await asks.stop()
        return asks._answering

    assert asyncio.run(stop()) == set()
