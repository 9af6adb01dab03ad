"""What every number means, in words that go with it wherever it goes. docs/analytics.md has the formulas."""

from __future__ import annotations

VERSION = "1"
"""Another whenever a number would come out differently: numbers of two versions are not compared."""

RANGE = (
    "Local dates of each room's building, from the first up to, not including, `to`. A booking's minutes count "
    "where they fall, to the second, cut at the ends of the range; the booking itself is counted once, where it starts."
)

SENTENCES: dict[str, str] = {
    "availableMinutes": (
        "Opening hours of the rooms, by the hours in force today, less closures of the building, less time when a "
        "room was out of service or not there. In the hour that a clock change skips there are none, in the one it "
        "repeats 120."
    ),
    "bookedMinutes": (
        "Scheduled minutes within available time of every booking but those cancelled before they began and those "
        "that wait for approval. No-shows are in it, and whoever took their room afterwards too: it can exceed "
        "availableMinutes."
    ),
    "usedMinutes": (
        "From the start to the real end, within available time, up to now, of meetings that somebody checked in to, or "
        "that needed no check-in. A no-show is 0."
    ),
    "unverifiedMinutes": "The part of usedMinutes that no check-in vouches for: exempt and held bookings.",
    "outsideMinutes": "Scheduled minutes outside available time; in no other number.",
    "lostMinutes": "Of no-shows: from the start until the room was released, within available time.",
    "recoveredMinutes": "Of no-shows: from the release to the scheduled end, within available time.",
    "rebookedMinutes": "The part of recoveredMinutes that other meetings took.",
    "bookings": "Bookings that start in the range, but those cancelled before they began and those that wait for approval.",
    "cancelled": "Bookings cancelled before they began, declined, or never approved; in no other number.",
    "walkUps": "Of the bookings, those made at a panel by whoever stood there: checked in from the start.",
    "exempt": "Of the bookings, those that needed no check-in, by the room's policy or their own.",
    "held": "Of the bookings, those kept without a check-in because no panel could have told.",
    "checkInRequired": "Of the bookings, those that needed a check-in and whose window for it has closed.",
    "ghosts": "Of those, the ones nobody checked in to: released as no-shows.",
    "meetings": "Of the bookings, those that were used at all.",
    "attendanceKnown": "Of the meetings, those whose people were counted: at the panel, by the organizer, by a sensor.",
    "attendees": "People counted in those meetings; never taken from invitations.",
    "seats": "Seats of the rooms that those meetings were in, by today's capacity.",
    "bookedUtilization": "bookedMinutes / availableMinutes.",
    "usedUtilization": "usedMinutes / availableMinutes.",
    "ghostRate": "ghosts / checkInRequired. Walk-ups, exempt and held bookings are in neither.",
    "cancellationRate": "cancelled / (bookings + cancelled).",
    "seatFill": "attendees / seats, over meetings whose people were counted only; attendanceCoverage says how many those are.",
    "attendanceCoverage": "attendanceKnown / meetings.",
    "peakRooms": "The most rooms that were used at the same moment, in or out of opening hours; `peakAt` is the first such moment.",
    "openRooms": "Rooms with available time on that day.",
    "typicalAttendance": "The median of the counts; of an even number, the lower middle.",
    "largestAttendance": "The largest count.",
    "ninthAttendance": "What nine in ten meetings do not exceed (nearest rank).",
    "wouldFitSmaller": "Counted meetings that the next smaller room of the building, among those reported on, has seats for.",
    "advice": (
        "From 10 counts on: `smaller` where ninthAttendance is at most half of the capacity, `larger` where one "
        "meeting in ten or more had more people than seats, else `fits`; null below 10 counts."
    ),
    "offenders": "Who had 3 or more ghosts in the range; private bookings are left out for all but admins.",
    "value": "The metric in this bucket; weeks begin on Mondays; the first and last bucket end with the range.",
    "previous": "The range before: as many whole months where the range is whole months, else as many days.",
}


def told(*names: str) -> dict[str, str]:
    """The sentences for these fields, with that of the range."""
    return {"range": RANGE} | {name: SENTENCES[name] for name in names}


FIGURES = (
    "availableMinutes",
    "bookedMinutes",
    "usedMinutes",
    "bookedUtilization",
    "usedUtilization",
    "unverifiedMinutes",
    "outsideMinutes",
    "bookings",
    "cancelled",
    "cancellationRate",
    "walkUps",
    "exempt",
    "held",
    "checkInRequired",
    "ghosts",
    "ghostRate",
    "lostMinutes",
    "recoveredMinutes",
    "rebookedMinutes",
    "meetings",
    "attendanceKnown",
    "attendanceCoverage",
    "attendees",
    "seats",
    "seatFill",
)
MINUTES = FIGURES[:5]
CAPACITY = (
    "meetings",
    "attendanceKnown",
    "attendanceCoverage",
    "attendees",
    "seats",
    "seatFill",
    "typicalAttendance",
    "ninthAttendance",
    "largestAttendance",
    "wouldFitSmaller",
    "advice",
)
PEAK = ("peakRooms", "openRooms")
SIDES = {
    "bookedUtilization": ("bookedMinutes", "availableMinutes"),
    "usedUtilization": ("usedMinutes", "availableMinutes"),
    "ghostRate": ("ghosts", "checkInRequired"),
    "cancellationRate": ("cancelled", "bookings"),
    "seatFill": ("attendees", "seats"),
    "attendanceCoverage": ("attendanceKnown", "meetings"),
}
"""What a ratio is made of."""
