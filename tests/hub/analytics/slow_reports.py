"""Every report again, minute by minute, from the sentences of `hub/analytics/definitions.py` and nothing else.

Slow, plain, and without SQL: it looks at each minute's clock on the wall, and at each booking in it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from hub.bookings import lifecycle
from hub.clock import from_unix, unix
from tests.hub.analytics.scenarios import OPENS_S, Scenario, _standing


class Now:
    """A booking as it is at the moment of the report."""

    def __init__(self, row, found):
        become = lifecycle.changed_by_time(_standing(row), found.now, OPENS_S, found.contact[row["room_key"]])
        now = row | become
        self.row, self.room, self.department = row, row["room_key"], row["organizer_department"]
        self.starts, self.ends = unix(row["starts_at"]), unix(row["ends_at"])
        self.status = now["status"]
        self.cancelled_early = self.status == "cancelled" and now["cancelled_at"] <= row["starts_at"]
        self.counts = self.status != "pending" and not self.cancelled_early
        self.walk_up = row["created_via"] == "panel"
        self.held = now["held_at"] is not None
        self.asked = now["check_in_by"] is not None and not self.walk_up
        self.ghost = self.status == "no_show"
        self.required = (
            self.asked and self.status not in {"cancelled", "pending"} and now["check_in_by"] < found.now
        )
        self.exempt = self.counts and not self.walk_up and now["check_in_by"] is None and not self.held
        self.vouched = row["checked_in_at"] is not None
        self.released = unix(now["released_at"]) if self.ghost else None
        self.used_until = self.starts
        if self.status == "completed":
            self.used_until = unix(now["ended_at"])
        elif self.status == "checked_in" or (self.status == "confirmed" and now["check_in_by"] is None):
            self.used_until = max(self.starts, min(self.ends, unix(found.now)))
        self.used = self.used_until > self.starts
        self.holds_until = {
            "completed": self.used_until,
            "confirmed": self.ends,
            "checked_in": self.ends,
        }.get(self.status, self.starts)
        self.attended = row["actual_attendees"] if self.used and self.counts else None


def seconds_in(begins, ends, minute):
    return max(0, min(ends, minute + 60) - max(begins, minute))


class SlowReports:
    def __init__(self, found: Scenario, department=None):
        self.found = found
        self.everybody = [Now(row, found) for row in found.rows]
        self.bookings = [one for one in self.everybody if department in {None, one.department}]
        first = datetime(found.from_day.year, found.from_day.month, found.from_day.day, tzinfo=UTC)
        self.minutes = []
        for number in range(-26 * 60, (found.to_day - found.from_day).days * 1440 + 26 * 60):
            at = unix(first) + number * 60
            local = datetime.fromtimestamp(at, found.zone)
            if found.from_day <= local.date() < found.to_day:
                self.minutes.append((at, local))
        self.in_range = dict(self.minutes)
        self.open_minutes = {at for at, local in self.minutes if self.is_open(local)}

    def is_open(self, local):
        clock = f"{local:%H:%M}"
        opened = any(
            day == local.isoweekday() and opens <= clock < closes for day, opens, closes in self.found.hours
        )
        minute = local.hour * 60 + local.minute
        closed = any(
            begin <= local.date() < end and closes <= minute < opens
            for begin, end, closes, opens in self.found.closures
        )
        return opened and not closed

    def there(self, room, at):
        """Whether the room was there and in service; all of that changes at full minutes here."""
        moment = from_unix(at)
        found = self.found
        if moment < found.added[room] or (found.removed[room] and moment >= found.removed[room]):
            return False
        return not any(began <= moment < ended for began, ended in found.out_of_service[room])

    def sums(self, key_of_time, key_of_booking):
        """Seconds and counts by (key of the local minute, key of the room and booking)."""
        sums = defaultdict(lambda: defaultdict(int))
        for room in self.found.added:
            for at, local in self.minutes:
                if at in self.open_minutes and self.there(room, at):
                    sums[key_of_time(local), key_of_booking(room, None)]["available"] += 60
        for one in self.bookings:
            self._add_counts(sums, one, key_of_time, key_of_booking)
            if not one.counts:
                continue
            for at in range(one.starts - one.starts % 60, one.ends, 60):
                local = self.in_range.get(at)
                if local is None:
                    continue
                its = sums[key_of_time(local), key_of_booking(one.room, one)]
                if at in self.open_minutes and self.there(one.room, at):
                    self._add_seconds(its, one, at)
                else:
                    its["outside"] += seconds_in(one.starts, one.ends, at)
        return sums

    def _add_counts(self, sums, one, key_of_time, key_of_booking):
        local = self.in_range.get(one.starts - one.starts % 60)
        if local is None:
            return
        its = sums[key_of_time(local), key_of_booking(one.room, one)]
        its["cancelled"] += one.cancelled_early
        if one.counts:
            its["bookings"] += 1
            its["walk_ups"] += one.walk_up
            its["exempt"] += one.exempt
            its["held"] += one.held
            its["required"] += one.required
            its["ghosts"] += one.ghost
            its["meetings"] += one.used
            if one.attended is not None:
                its["known"] += 1
                its["attendees"] += one.attended
                its["seats"] += self.found.capacity[one.room]

    def _add_seconds(self, its, one, at):
        its["booked"] += seconds_in(one.starts, one.ends, at)
        used = seconds_in(one.starts, one.used_until, at)
        its["used"] += used
        its["unverified"] += 0 if one.vouched else used
        if one.ghost:
            its["lost"] += seconds_in(one.starts, one.released, at)
            its["recovered"] += seconds_in(one.released, one.ends, at)
            for other in self.everybody:
                if other.room == one.room and other is not one:
                    begins, ends = max(one.released, other.starts), min(one.ends, other.holds_until)
                    its["rebooked"] += seconds_in(begins, ends, at)

    def rooms_in_use(self):
        """By local day, and in all: the most rooms in use in one second, and the first such second."""
        changes = sorted({at for one in self.bookings for at in (one.starts, one.used_until) if one.used}
                         | {at for at, _ in self.minutes})  # fmt: skip
        by_day = {}
        for at in changes:
            local = self.in_range.get(at - at % 60)
            if local is None:
                continue
            using = len({one.room for one in self.bookings if one.used and one.starts <= at < one.used_until})
            if using > by_day.get(local.date(), (0, None))[0]:
                by_day[local.date()] = (using, at)
        return by_day


def bucket_start(day: date, bucket: str) -> date:
    if bucket == "day":
        return day
    return day - timedelta(days=day.isoweekday() - 1) if bucket == "week" else date(day.year, day.month, 1)
