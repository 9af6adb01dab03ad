"""Damage that files come to: bytes changed, lost, doubled and spliced; and a measure of what reading them costs."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from random import Random
from typing import Any

SECONDS = 2.0
"""Of processor, for files of up to 100 kB; a slow machine included."""


def damaged(raw: bytes, random: Random, tokens: list[bytes]) -> bytes:
    """`raw` with one to twelve wounds. `tokens` are words of the format, which do more harm than noise."""
    data = bytearray(raw)
    for _ in range(random.randint(1, 12)):
        here = random.randrange(len(data) + 1)
        there = min(len(data), here + random.choice([1, 1, 2, 8, 64, 1000]))
        wound = random.randrange(6)
        if wound == 0 and data:
            data[here % len(data)] ^= 1 << random.randrange(8)
        elif wound == 1:
            del data[here:there]
        elif wound == 2:
            data[here:here] = data[here:there] * random.choice([1, 2, 30])
        elif wound == 3:
            data[here:there] = random.choice(tokens)
        elif wound == 4:
            data[here:here] = random.choice(tokens)
        else:
            data[here:here] = random.randbytes(random.randint(1, 8))
    return bytes(data)


def quick(read: Callable[[], Any], size: int) -> Any:
    """What `read` answers; fails where it took more of the processor than a file of `size` bytes is worth."""
    began = time.process_time()
    try:
        return read()
    finally:
        took_s = time.process_time() - began
        assert took_s < SECONDS * (1 + size / 100_000), f"{took_s:.1f} s for {size} bytes"


def bytes_taken(read: Callable[[], Any]) -> int:
    """The most memory that `read` holds at any moment."""
    tracemalloc.start()
    try:
        read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
