"""Many small writes in one transaction."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from hub.db.together import Together
from hub.errors import NotFound
from hub.rooms import service as rooms


def test_what_comes_at_once_is_written_in_few_transactions_and_each_gets_its_own_answer(
    world, house, monkeypatch
):
    transactions = []
    write = world.database.write

    async def counted(work):
        transactions.append(work)
        return await write(work)

    monkeypatch.setattr(world.database, "write", counted)
    together = Together(world.database)

    def touch(number, session):
        rooms.touch(session, house.story_corner.key)
        return number

    async def rush():
        return await asyncio.gather(*(together.write(partial(touch, number)) for number in range(20)))

    assert world.run(rush()) == list(range(20))
    assert len(transactions) <= 2


def test_one_that_is_refused_or_fails_does_not_undo_the_others(world, house):
    together = Together(world.database)

    def missing(_session):
        raise NotFound("panel-not-found", "No such panel", "x")

    def touch(session):
        rooms.touch(session, house.story_corner.key)
        return "touched"

    def broken(_session):
        raise RuntimeError("an error of ours")

    async def rush(*works):
        return await asyncio.gather(*(together.write(work) for work in works), return_exceptions=True)

    first, second, third = world.run(rush(touch, missing, touch))
    assert (first, third) == ("touched", "touched")
    assert isinstance(second, NotFound)
    failed, stood = world.run(rush(broken, touch))
    assert isinstance(failed, RuntimeError)
    assert stood == "touched"
    with pytest.raises(NotFound):
        world.run(together.write(missing))
