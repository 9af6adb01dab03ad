"""The last RoomState: never older than one seen before, never half a file, never another room's."""

import json

from tests.micropython import needs_micropython
from tests.shared.examples import meeting, state

pytestmark = needs_micropython

BEGIN = f"""
import json, os
from firmware.state_cache import INCOMING, PATH, StateCache
STATE = json.loads({json.dumps(json.dumps(state(meeting(0))))})
ROOM = STATE["room"]["id"]

def offer(cache, revision, published=None, **more):
    found = STATE.copy()
    found.update(more)
    found["revision"] = revision
    found["publishedUnix"] = published or STATE["publishedUnix"]
    with open(INCOMING, "w") as file:
        json.dump(found, file)
    return cache.take()

def refused(cache, content):
    with open(INCOMING, "wb") as file:
        file.write(content)
    try:
        cache.take()
    except (ValueError, MemoryError):
        return True
    return False
"""


def test_a_lower_revision_is_refused_whenever_it_comes(on_micropython):
    on_micropython(
        BEGIN
        + """
cache = StateCache(ROOM)
assert cache.revision == 0
assert offer(cache, 7)
assert not offer(cache, 6)
assert not offer(cache, 7)
assert cache.state["revision"] == 7 and StateCache(ROOM).revision == 7
assert offer(cache, 8) and not offer(cache, 7)
cache = StateCache(ROOM)
assert cache.revision == 8 and not offer(cache, 7)
"""
    )


def test_of_one_revision_the_later_published_wins(on_micropython):
    on_micropython(
        BEGIN
        + """
cache = StateCache(ROOM)
assert offer(cache, 7, 1000) and offer(cache, 7, 1001)
assert not offer(cache, 7, 1000) and cache.state["publishedUnix"] == 1001
assert StateCache(ROOM).state["publishedUnix"] == 1001
"""
    )


def test_what_is_no_state_of_this_room_changes_nothing(on_micropython):
    on_micropython(
        BEGIN
        + """
cache = StateCache(ROOM)
offer(cache, 7)
other = STATE.copy()
other["room"] = other["room"].copy()
other["room"]["id"] = "another"
other["revision"] = 99
for hostile in (b"", b"[]", b"7", b'{"v":1}', b"\\xff" * 100, b"[" * 16000, b'{"a":' * 3000, json.dumps(other).encode()):
    assert refused(cache, hostile), hostile[:20]
    assert cache.state["revision"] == 7 and cache.revision == 7
assert StateCache(ROOM).revision == 7
"""
    )


def test_worn_flash_is_like_no_state(on_micropython):
    on_micropython(
        BEGIN
        + """
for worn in (b"", b"{", b"\\x00" * 4096, b"[" * 16000, b'{"v":1}'):
    with open(PATH, "wb") as file:
        file.write(worn)
    cache = StateCache(ROOM)
    assert cache.state is None and cache.revision == 0
assert offer(cache, 3) and cache.revision == 3
"""
    )


def test_a_hub_restored_from_a_backup_is_followed_back(on_micropython):
    on_micropython(
        BEGIN
        + """
cache = StateCache(ROOM)
offer(cache, 100)
cache.follow_hub_back()
assert cache.revision == 0 and cache.state["revision"] == 100
assert offer(cache, 5) and cache.revision == 5
assert not offer(cache, 4)
"""
    )


def test_moved_to_another_door_the_panel_forgets(on_micropython):
    on_micropython(
        BEGIN
        + """
cache = StateCache(ROOM)
offer(cache, 7)
cache.move("another")
assert cache.state is None and cache.revision == 0
assert PATH not in os.listdir()
assert StateCache(ROOM).state is None
"""
    )
