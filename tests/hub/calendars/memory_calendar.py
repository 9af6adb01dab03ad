"""A calendar in memory that people and the hub change, with all the weather there is between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from hub.calendars import refusals
from hub.calendars.port import Elsewise, Item, Page, Place, Seen, TokenLost

PAGE = 3


@dataclass
class Weather:
    """How the next comparing fares. `lost`: chance that a call fails; `late`: that it fails after it was done."""

    away: bool = False
    lost: float = 0.0
    late: float = 0.0
    repeated: bool = False
    reordered: bool = False
    token_lost: bool = False
    random: Random = field(default_factory=lambda: Random(0))


class MemoryServer:
    def __init__(self):
        self.items = {}
        self.history = []
        self.weather = Weather()

    def put(self, remote_id, meetings, origin=None):
        version = len(self.history) + 1
        item = Item(remote_id, tuple(meetings), f"e{version}", version, origin)
        self.items[remote_id] = item
        self.history.append(item)
        return item

    def drop(self, remote_id):
        self.put(remote_id, (), self.items[remote_id].origin)

    @property
    def there(self):
        return {key: item for key, item in self.items.items() if item.meetings}


class MemoryCalendar:
    read_only = False
    polled_every = timedelta(minutes=1)

    def __init__(self, server):
        self.server = server

    def _call(self):
        weather = self.server.weather
        if weather.away or weather.random.random() < weather.lost:
            raise refusals.unreachable()

    def _answer(self):
        if self.server.weather.random.random() < self.server.weather.late:
            raise refusals.unreachable()

    async def changes(self, since, more, now):
        self._call()
        weather, server = self.server.weather, self.server
        if since is not None and weather.token_lost:
            weather.token_lost = False
            raise TokenLost
        begin, end = (int(since or 0), len(server.history)) if more is None else map(int, more.split(" ")[:2])
        at = 0 if more is None else int(more.split(" ")[2])
        items = server.history[begin:end]
        if since is None and not weather.reordered:
            items = [item for item in server.items.values() if item.meetings and item.version <= end]
        if weather.repeated:
            items = [*items, *items]
        if weather.reordered:
            items = list(items)
            Random(end).shuffle(items)
        page = tuple(items[at : at + PAGE])
        if at + PAGE < len(items):
            return Page(page, more=f"{begin} {end} {at + PAGE}", whole=since is None)
        return Page(page, token=str(end), whole=since is None)

    async def create(self, origin, new, now):
        self._call()
        remote_id = f"hub-{origin}"
        if remote_id in self.server.there:
            raise Elsewise
        made = self.server.put(remote_id, [Seen(new)], origin)
        self._answer()
        return Place(remote_id, "", made.etag)

    async def change(self, at, to, now):
        self._call()
        item = self._same(at)
        others = [one for one in item.meetings if one.occurrence != at.occurrence]
        made = self.server.put(at.remote_id, [*others, Seen(to, at.occurrence)], item.origin)
        self._answer()
        return Place(at.remote_id, at.occurrence, made.etag)

    async def cancel(self, at, now):
        self._call()
        if at.remote_id not in self.server.there:
            return None
        item = self._same(at)
        rest = [one for one in item.meetings if one.occurrence != at.occurrence]
        made = self.server.put(at.remote_id, rest, item.origin)
        self._answer()
        return Place(at.remote_id, at.occurrence, made.etag) if rest else None

    def _same(self, at):
        item = self.server.there.get(at.remote_id)
        if item is None or item.etag != at.etag:
            raise Elsewise
        return item

    async def watch(self, now):
        return None

    async def close(self):
        pass
