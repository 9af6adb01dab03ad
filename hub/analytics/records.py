"""What reports answer: the same records become JSON, CSV and PDF, so that the numbers are the same."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Ratio = Annotated[float | None, Meta(description="null over nothing")]
Advice = Literal["smaller", "fits", "larger"]
Measure = Literal[
    "bookings",
    "cancelled",
    "walkUps",
    "exempt",
    "held",
    "checkInRequired",
    "ghosts",
    "meetings",
    "attendanceKnown",
    "bookedMinutes",
    "usedMinutes",
    "unverifiedMinutes",
    "outsideMinutes",
    "lostMinutes",
    "recoveredMinutes",
    "rebookedMinutes",
]
Metric = Literal[
    "bookedUtilization",
    "usedUtilization",
    "ghostRate",
    "cancellationRate",
    "seatFill",
    "attendanceCoverage",
    "bookings",
    "cancelled",
    "ghosts",
    "meetings",
    "availableMinutes",
    "bookedMinutes",
    "usedMinutes",
    "lostMinutes",
    "recoveredMinutes",
    "rebookedMinutes",
]
Bucket = Literal["day", "week", "month"]


class Record(msgspec.Struct, rename="camel", kw_only=True):
    """Minutes are exact: seconds / 60."""


class Minutes(Record):
    available_minutes: float
    booked_minutes: float
    used_minutes: float
    booked_utilization: Ratio
    used_utilization: Ratio


class Figures(Minutes):
    """The `definitions` beside them say what each is."""

    unverified_minutes: float
    outside_minutes: float
    bookings: int
    cancelled: int
    cancellation_rate: Ratio
    walk_ups: int
    exempt: int
    held: int
    check_in_required: int
    ghosts: int
    ghost_rate: Ratio
    lost_minutes: float
    recovered_minutes: float
    rebooked_minutes: float
    meetings: int
    attendance_known: int
    attendance_coverage: Ratio
    attendees: int
    seats: int
    seat_fill: Ratio


class Range(Record):
    """`to` is excluded."""

    from_: date = msgspec.field(name="from")
    to: date


class Report(Record):
    """`asOf`: the moment that decided what had become of bookings. Numbers of another `definitionsVersion` are
    not to be compared with these. `from` to `to`, which is excluded, are local dates of each building."""

    report: str
    from_: date = msgspec.field(name="from")
    to: date
    as_of: datetime
    building_id: str | None
    floor_id: str | None
    room_ids: list[str]
    department: str | None
    definitions_version: str
    definitions: dict[str, str]


class Kpis(Figures):
    peak_rooms: int
    peak_at: datetime | None
    rooms: int


class KpiReport(Report):
    """One item. `previous`: the range to compare with."""

    items: list[Kpis]
    previous: Range
    previous_items: list[Kpis]


class RoomFigures(Figures):
    """`removed`: the room is not there any more."""

    room_id: str
    room_name: str
    floor_name: str
    building_name: str
    capacity: int
    removed: bool


class UtilizationReport(Report):
    items: list[RoomFigures]


class ComparisonReport(Report):
    """In the order asked for."""

    items: list[RoomFigures]


class GhostFigures(Figures):
    """Of a room, or of a department: the other is null. Both are, where bookings are of no department."""

    room_id: str | None
    room_name: str | None
    floor_name: str | None
    building_name: str | None
    department: str | None


class Offender(Record):
    """An organizer, over all rooms of the report."""

    organizer_id: str
    organizer_name: str
    department: str | None
    check_in_required: int
    ghosts: int
    ghost_rate: Ratio
    lost_minutes: float


class SeriesOffender(Record):
    """A series of meetings; `title` null where it is private."""

    series_id: str
    title: str | None
    room_id: str
    check_in_required: int
    ghosts: int
    ghost_rate: Ratio
    lost_minutes: float


class GhostingReport(Report):
    by: Literal["room", "department"]
    items: list[GhostFigures]
    offenders: list[Offender]
    series: list[SeriesOffender]


class RoomCapacity(Record):
    room_id: str
    room_name: str
    floor_name: str
    building_name: str
    capacity: int
    removed: bool
    meetings: int
    attendance_known: int
    attendance_coverage: Ratio
    attendees: int
    seats: int
    seat_fill: Ratio
    typical_attendance: int | None
    ninth_attendance: int | None
    largest_attendance: int | None
    would_fit_smaller: int
    advice: Advice | None


class CapacityReport(Report):
    items: list[RoomCapacity]


class HourCell(Minutes):
    weekday: Annotated[int, Meta(ge=1, le=7, description="ISO: Monday is 1")]
    hour: Annotated[int, Meta(ge=0, le=23)]


class HeatmapReport(Report):
    """Cells without available time are left out."""

    items: list[HourCell]


class TrendPoint(Record):
    """`[from, to)`. A ratio has its two sides."""

    from_: date = msgspec.field(name="from")
    to: date
    value: float | None
    numerator: float | None
    denominator: float | None


class TrendReport(Report):
    metric: Metric
    bucket: Bucket
    items: list[TrendPoint]
    previous: Range
    previous_items: list[TrendPoint]


class PeakDay(Record):
    date: date
    peak_rooms: int
    peak_at: datetime | None
    open_rooms: int


class PeakReport(Report):
    """`peakRooms`: in the whole range."""

    items: list[PeakDay]
    peak_rooms: int
    peak_at: datetime | None
