"""`circletime import`: rooms and bookings from an iCalendar file."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.bookings.calendar_file import CalendarFile, read_calendar
from hub.bookings.calendar_lines import NotACalendar
from hub.bookings.imported import Import, import_bookings
from hub.clock import WallClock
from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.rooms import service as rooms
from hub.rooms.service import BuildingRecord
from hub.settings import from_environment

DESCRIPTION = """Reads rooms and bookings from an iCalendar file: the rooms are the events' LOCATIONs.

What can't come in (an overlap, a date that does not exist, an event without a LOCATION) is named and
skipped; the rest comes in, all of it or, where the hub's disk fails, none. Importing a file again changes
nothing, and what has been imported belongs to Circle Time: later changes in the file are not taken over.
May run while `circletime serve` serves the same data directory.

Times without a zone and whole days are local to the building. A series comes in as its meetings up to a
year from now, its last thousand at most. Policy (lengths, horizon, buffer) does not apply to an import.
"""

EXAMPLES = """examples:
  circletime import fosdem.ics --building "ULB Solbosch" --time-zone Europe/Brussels
  circletime import rooms.ics --building HQ --time-zone Europe/Prague --data-dir /var/lib/circletime
"""


class CannotImport(Exception):
    """Raised when nothing of the file can come in; the text says why and what to do."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "import",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE.ics")
    parser.add_argument("--building", required=True, help="its name; it is added where there is none")
    parser.add_argument("--time-zone", required=True, help="the building's, such as Europe/Prague")
    parser.add_argument("--seats", type=_positive, default=8, help="of each room that is new (default: 8)")
    parser.add_argument("--max-mb", type=_positive, default=10, help="refuse a larger file (default: 10)")
    parser.add_argument("--data-dir", type=Path, help="the hub's data directory (default: ./data)")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    now = WallClock().now()
    try:
        zone = _zone(arguments.time_zone)
        file = _read(arguments.file, arguments.max_mb, zone, now)
        url = from_environment(os.environ, data_dir=arguments.data_dir).database
        done = _stored(url, arguments, file, now)
    except CannotImport as error:
        print(f"circletime import: {error}", file=sys.stderr)
        return 2
    _report(file, done, arguments.seats)
    return 0


def _positive(words: str) -> int:
    if not words.isdecimal() or not 0 < int(words) <= 100_000:
        raise argparse.ArgumentTypeError(f"{words!r} is not a number from 1 to 100000")
    return int(words)


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise CannotImport(f"there is no time zone {name!r}. Give an IANA name, such as Europe/Prague.")
    return ZoneInfo(name)


def _read(path: Path, max_mb: int, zone: ZoneInfo, now: datetime) -> CalendarFile:
    try:
        with path.open("rb") as opened:
            raw = opened.read(max_mb * 1_000_000 + 1)
    except OSError as error:
        raise CannotImport(f"can't read {path}: {error.strerror}. Give the path of an .ics file.") from error
    if len(raw) > max_mb * 1_000_000:
        raise CannotImport(f"{path} is larger than {max_mb} MB. Give a larger --max-mb if it is meant.")
    try:
        file = read_calendar(raw, zone, now)
    except NotACalendar as error:
        raise CannotImport(f"{path} is not an iCalendar file: {error}.") from error
    print(f"{path.name}: {file.lines} lines read, {len(file.events)} meetings found", file=sys.stderr)
    return file


def _stored(url: str, arguments: argparse.Namespace, file: CalendarFile, now: datetime) -> Import:
    """All of it in one transaction, in a database that is made where there is none."""

    def store(session: Session) -> Import:
        building = _building(session, arguments.building, arguments.time_zone)
        done = import_bookings(session, building, file.events, arguments.seats, now)
        if done.new or done.new_rooms:
            told = {"file": arguments.file.name, "bookings": done.new, "rooms": done.new_rooms}
            audit.record(session, None, "calendar.import", building.id, told, now)
        return done

    try:
        upgrade(url)
        return asyncio.run(_write(url, store))
    except (OSError, DBAPIError) as error:
        told = error.orig if isinstance(error, DBAPIError) else error.strerror
        raise CannotImport(f"can't use the database {url}: {told}. Give another --data-dir.") from error


async def _write(url: str, work: Callable[[Session], Import]) -> Import:
    database = Database(url)
    try:
        return await database.write(work)
    finally:
        await database.close()


def _building(session: Session, name: str, time_zone: str) -> BuildingRecord:
    """The building of that name, added where there is none."""
    name = name.strip()
    found = next((one for one in rooms.buildings(session) if one.name.casefold() == name.casefold()), None)
    if found is None:
        return rooms.add_building(session, name=name, time_zone=time_zone, floors=())
    if found.time_zone != time_zone:
        raise CannotImport(
            f"{found.name} is in {found.time_zone}, not in {time_zone}. "
            f"Give --time-zone {found.time_zone}, or another building."
        )
    return found


def _report(file: CalendarFile, done: Import, seats: int) -> None:
    skipped = sorted([*file.skipped, *done.skipped], key=lambda remark: remark.line)
    for remark in skipped:
        print(f"skipped: {remark}")
    for note in file.notes:
        print(f"note: {note}")
    if done.new_rooms:
        print(f"note: each new room has {seats} seats; change that in the web app, or give --seats")
    print(
        f"{_told(done.rooms, 'room')} ({done.new_rooms} new), "
        f"{_told(done.new + done.known, 'booking')} ({done.new} new), {len(skipped)} skipped"
    )


def _told(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
