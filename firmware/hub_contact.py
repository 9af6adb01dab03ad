"""When this panel was in touch with its hub: the age on the glass, and the record that holds a no-show."""

import json

from firmware import flash_file, ticks

PATH = "contact.json"
MAX_INTERVALS = 24
MAX_BYTES = 2048

SAME_CONTACT_S = 60
"""A silence shorter than this is no gap: it decides about no meeting, and keeps the record short."""

SILENCE_MS = 12 * 60 * 1000
"""Longer than this without a word, two heartbeats are missing: the hub is away, whatever the link says."""

GRACE_MS = 5000
"""How long the glass says nothing of a lost link: most come back at once."""


class HubContact:
    """`intervals` are closed, ascending `[from_unix, to_unix]`, as `shared.room_status` takes them."""

    def __init__(self) -> None:
        self.intervals: list[list[int]] = _stored()
        self.there = False
        self.called = True
        self.grace_ms = GRACE_MS
        self._marked = False
        self._ticks = ticks.now_ms()  # when the hub last spoke; when it is not there, since when

    def heard(self, now: int) -> None:
        """The hub spoke. Written to flash at each heartbeat, so that a power cut costs minutes of record."""
        last = self.intervals[-1] if self.intervals else None
        if last and last[1] <= now <= last[1] + SAME_CONTACT_S:
            last[1] = now
        else:  # after a gap, or a step of the clock
            self.intervals.append([now, now])
            del self.intervals[:-MAX_INTERVALS]
        self.there = True
        self._marked = False
        self._ticks = ticks.now_ms()
        self._store()

    def goes_on(self, now: "int | None") -> None:
        """Nothing has said otherwise: the contact lasts until `now`, unless the hub has been silent too long."""
        if self.there and ticks.since_ms(self._ticks) > SILENCE_MS:
            self._end()
        elif self.there and now is not None:
            self.intervals[-1][1] = max(self.intervals[-1][1], now)

    def lost(self, now: "int | None") -> None:
        """The link is down, or the broker says that the hub is. `now`, if given, was still a moment of contact."""
        self.goes_on(now)
        if self.there:
            self._end()

    def still_away(self) -> None:
        """The hub was away before the deep sleep, and has not been called since."""
        self._marked = True

    def call(self) -> None:
        """From now on the hub should be there; until it was called, its silence says nothing."""
        self.called = True
        self._ticks = ticks.now_ms()

    @property
    def last_unix(self) -> "int | None":
        return self.intervals[-1][1] if self.intervals else None

    @property
    def missed(self) -> bool:
        """Whether the glass should say that the hub is away: it is, and not just for a moment."""
        if self.called and not self.there and ticks.since_ms(self._ticks) >= self.grace_ms:
            self._marked = True  # kept, since ticks wrap in a long silence
        return self._marked

    def _end(self) -> None:
        self.there = False
        self._ticks = ticks.now_ms()
        self._store()

    def _store(self) -> None:
        try:
            flash_file.replace(PATH, json.dumps(self.intervals))
        except OSError as error:
            print("contact record not stored:", error)


def _stored() -> "list[list[int]]":
    try:
        found = json.loads(flash_file.read(PATH, MAX_BYTES))
    except ValueError:
        return []
    return [pair for pair in found if _is_interval(pair)][-MAX_INTERVALS:] if isinstance(found, list) else []


def _is_interval(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(type(end) is int for end in pair)
        and pair[0] <= pair[1]
    )
