"""How the parts that run by themselves wait for something to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from hub.events import Event, Stream

log = logging.getLogger(__name__)

RESTS = 9


async def woken_by(kind: type[Event], stream: Stream, patience_s: float) -> None:
    """Returns at the first event of that kind, and after `patience_s` at the latest."""
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            while not isinstance(await stream.get(), kind):
                pass


@asynccontextmanager
async def sparing(most_s: float) -> AsyncIterator[None]:
    """What is done within takes a tenth of the time at most: then it rests, `most_s` at the longest."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    yield
    await asyncio.sleep(min((loop.time() - began_s) * RESTS, most_s))


async def every(
    period_s: float, act: Callable[[], Awaitable[None]], purpose: str, *, first_s: float | None = None
) -> None:
    """Acts each `period_s`, first after `first_s`, until cancelled; a failure is logged and tried again next time."""
    wait_s = period_s if first_s is None else first_s
    while True:
        await asyncio.sleep(wait_s)
        wait_s = period_s
        try:
            await act()
        except Exception:
            log.exception("could not %s", purpose)
