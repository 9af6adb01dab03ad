"""What `Link` mends of aiomqtt that only the order of two wake-ups shows."""

import asyncio

import aiomqtt
import pytest

from hub.mqtt.outside_broker import Link


async def _cancelled_with_its_answer():
    answer = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(Link("127.0.0.1")._wait_for(answer, 5))
    await asyncio.sleep(0)
    answer.set_result(None)
    waiting.cancel()
    await waiting


async def _never_answered():
    await Link("127.0.0.1")._wait_for(asyncio.Event().wait(), 0.01)


def test_a_cancel_that_comes_with_the_answer_is_heeded():
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_cancelled_with_its_answer())


def test_who_is_not_answered_gives_up():
    with pytest.raises(aiomqtt.MqttError, match="in time"):
        asyncio.run(_never_answered())
