"""Reports over a million bookings in 200 rooms, for one quarter: on SQLite and PostgreSQL, beside the same question in
naive SQL on both, and in DuckDB. All in one run, one after the other.

`first`: nothing is kept yet (median of COLD_RUNS). `p50` and `p95` of RUNS while somebody books, and what is kept is kept.
`loop`: the longest that the event loop was held up meanwhile, looked at every 2 ms; beside it, without any report.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from bench import analytics_data, analytics_sql
from hub.accounts import preferences
from hub.analytics import digesting, service
from hub.analytics.scope import Scope
from hub.bookings import service as bookings
from hub.bookings.service import NewBooking
from hub.db.address import address
from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.rooms import service as rooms
from tests.postgres import PostgresServer

COUNT = int(os.environ.get("CIRCLETIME_BENCH_BOOKINGS", "1000000"))
COLD_RUNS = int(os.environ.get("CIRCLETIME_BENCH_COLD_RUNS", "3"))
KINDS = os.environ.get("CIRCLETIME_BENCH_DATABASES", "sqlite,postgres").split(",")
"""SQLite comes first: DuckDB has its rows."""
ROOMS, RUNS = 200, 30
RESULTS = Path(__file__).with_name("results") / "analytics.json"
HEADS = ["first", "p50", "p95", "loop first/later", "naive p50", "naive p95", "DuckDB p50", "DuckDB p95"]
"""Milliseconds."""
QUARTER = Scope(from_day=date(2026, 7, 1), to_day=date(2026, 10, 1))
BEFORE = date(2026, 4, 1)
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
SUMMER_S = 2 * 3600
Report = Callable[[Session], Any]


def reports(ada: Any, room_ids: list[str]) -> dict[str, Report]:
    some = replace(QUARTER, room_ids=tuple(room_ids[:6]))
    wanted = {name: partial(report, scope=QUARTER, now=NOW) for name, report in service.PLAIN.items()}
    return wanted | {
        "ghosting": partial(service.ghosting, scope=QUARTER, by="room", who=ada, now=NOW),
        "trends": partial(service.trends, scope=QUARTER, metric="usedUtilization", bucket="day", now=NOW),
        "comparison": partial(service.comparison, scope=some, now=NOW),
    }


def forget(_session: Session) -> None:
    """In the process for reports."""
    digesting.forget()


def memory(_session: Session) -> tuple[int, float]:
    """How many digests are kept there, and the most megabytes that it has had."""
    return len(digesting.kept), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def p95(times: list[float]) -> float:
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)]


class Pulse:
    """How long the event loop is held up."""

    def __init__(self) -> None:
        self.worst_s = 0.0

    async def beat(self) -> None:
        while True:
            due = time.perf_counter() + 0.002
            await asyncio.sleep(0.002)
            self.worst_s = max(self.worst_s, time.perf_counter() - due)


async def booking(database: Database, room_ids: list[str], organizer: Any) -> None:
    """Somebody books, four times a second, room after room."""
    for number in range(1_000_000):
        starts = NOW + timedelta(days=1 + number // len(room_ids))
        wish = NewBooking(
            room_id=room_ids[number % len(room_ids)],
            title="Next",
            starts_at=starts,
            ends_at=starts + timedelta(minutes=30),
        )
        await database.write(
            lambda session, wish=wish: bookings.book_room(session, organizer, wish, NOW, "web")
        )
        await asyncio.sleep(0.25)


async def timed(database: Database, report: Report) -> float:
    began = time.perf_counter()
    await database.compute(report)
    return time.perf_counter() - began


async def hub(url: str) -> tuple[dict[str, list[str]], tuple[int, float]]:
    database = Database(url, apart=True)
    await database.compute(memory)  # it has started
    ada = await database.read(lambda session: preferences.managers(session)[0])
    room_ids = await database.read(lambda session: [one.room.id for one in rooms.histories(session)])
    pulse = Pulse()
    pulsing = asyncio.create_task(pulse.beat())
    booker = asyncio.create_task(booking(database, room_ids, ada))
    await asyncio.sleep(3)
    print(f"   (the loop is held up {ms(pulse.worst_s)} ms at most by booking alone)")
    told = {}
    for name, report in reports(ada, room_ids).items():
        pulse.worst_s = 0.0
        first = []
        for _ in range(COLD_RUNS):
            await database.compute(forget)
            first.append(await timed(database, report))
        cold_hold = pulse.worst_s
        pulse.worst_s = 0.0
        times = [await timed(database, report) for _ in range(RUNS)]
        told[name] = [
            ms(statistics.median(first)),
            ms(statistics.median(times)),
            ms(p95(times)),
            f"{ms(cold_hold)}/{ms(pulse.worst_s)}",
        ]
    for task in (pulsing, booker):
        task.cancel()
    await asyncio.gather(pulsing, booker, return_exceptions=True)
    kept = await database.compute(memory)
    await database.close()
    return told, kept


def naive(ask: Callable[[str], Any], kind: str, room_keys: list[int]) -> dict[str, list[str]]:
    begins, ends, before = (_instant(day) for day in (QUARTER.from_day, QUARTER.to_day, BEFORE))
    wanted = analytics_sql.questions(kind, begins, ends, before, SUMMER_S, room_keys[:6])
    told = {}
    for name in [name for name in wanted if " " not in name]:
        parts = [query for other, query in wanted.items() if other.split()[0] == name]
        times = []
        for _ in range(7):
            began = time.perf_counter()
            for query in parts:
                ask(query)
            times.append(time.perf_counter() - began)
        told[name] = [ms(statistics.median(times)), ms(p95(times))]
    return told


def _instant(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=analytics_data.ZONE).timestamp())


def agree(engine: Engine, url: str) -> None:
    """Both count the same, or the figures are of nothing."""
    begins, ends, before = (_instant(day) for day in (QUARTER.from_day, QUARTER.to_day, BEFORE))
    query = analytics_sql.questions(
        engine.dialect.name.replace("postgresql", "postgres"), begins, ends, before, SUMMER_S, []
    )["kpis"]
    with engine.connect() as connection:
        row = connection.execute(text(query)).one()
    with Session(engine) as session:
        (item,) = service.kpis(session, QUARTER, NOW).items
    assert (
        item.bookings,
        item.booked_minutes * 60,
        item.used_minutes * 60,
        item.ghosts,
        item.peak_rooms,
    ) == (
        row[0],
        row[1],
        row[2],
        row[3],
        row[8],
    ), (url, item, row)


def furnished(url: str) -> Engine:
    upgrade(url)
    at = address(url)
    engine = create_engine(at.set(drivername="sqlite") if at.get_backend_name() == "sqlite" else at)
    with Session(engine) as session:
        analytics_data.furnish(session, ROOMS, datetime(2020, 1, 1, tzinfo=UTC))
        session.commit()
    began = time.perf_counter()
    count = analytics_data.store(engine, COUNT)
    print(f"   {count} bookings stored in {time.perf_counter() - began:.0f} s")
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    return engine


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    server = PostgresServer()
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield {"sqlite": f"sqlite:///{Path(folder) / 'bench.db'}", "postgres": server.create("bench")}
        finally:
            server.close()


def in_duckdb(engine: Engine) -> tuple[Callable[[str], Any], list[int]]:
    """The same rows, in memory."""
    duck = duckdb.connect()
    duck.execute(
        "CREATE TABLE bookings (room_key INT, organizer_key INT, status TEXT, actual_attendees INT, "
        "starts_at BIGINT, ends_at BIGINT, ended_at BIGINT, released_at BIGINT)"
    )
    columns = "room_key, organizer_key, status, actual_attendees, starts_at, ends_at, ended_at, released_at"
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file, engine.connect() as connection:
        for row in connection.execute(text(f"SELECT {columns} FROM bookings ORDER BY key")):
            file.write(",".join("" if one is None else str(one) for one in row) + "\n")
        file.flush()
        duck.execute(f"COPY bookings FROM '{file.name}' (FORMAT csv, NULL '')")
        keys = [int(key) for key in connection.scalars(text("SELECT key FROM rooms ORDER BY key"))]
    return (lambda query: duck.execute(query).fetchall()), keys


def table(title: str, heads: list[str], told: dict[str, list[str]]) -> None:
    print(f"\n{title}\n")
    print("| report | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for name, cells in told.items():
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    found: dict[str, Any] = {}
    print(f"   load average {os.getloadavg()[0]:.1f} before, on {os.cpu_count()} cores")
    with databases() as urls:
        for kind in KINDS:
            url = urls[kind]
            engine = furnished(url)
            agree(engine, url)
            told, (digests, peak_mb) = asyncio.run(hub(url))
            if kind == "sqlite":
                ask_duck, keys = in_duckdb(engine)
            with engine.connect() as connection:
                plain = naive(lambda query, at=connection: at.execute(text(query)).all(), kind, keys)
            duck = naive(ask_duck, "duckdb", keys)
            rows = {name: [*cells, *plain[name], *duck[name]] for name, cells in told.items()}
            table(f"{kind}, milliseconds", HEADS, rows)
            engine.dispose()
            load = os.getloadavg()[0]
            print(f"\nload average {load:.1f}")
            print(f"\n{digests} digests kept; the process for reports had {peak_mb:.0f} MB at most.")
            found[kind] = {
                "reports": {name: dict(zip(HEADS, cells, strict=True)) for name, cells in rows.items()},
                "digests": digests,
                "reportsPeakMb": round(peak_mb),
                "loadAverage": round(load, 1),
            }
    RESULTS.write_text(
        json.dumps(
            {"bookings": COUNT, "rooms": ROOMS, "runs": RUNS, "coldRuns": COLD_RUNS, **found}, indent=1
        )
        + "\n"
    )
