"""The reports' questions as somebody would ask them in plain SQL, for SQLite, PostgreSQL and DuckDB alike.

They know what the bench's data has (no closures, opening hours from 8 to 18 on weekdays, nothing over midnight, one
change of the clock, every booking settled), and nothing else that `hub/analytics` knows.
"""

from __future__ import annotations

UNIX = {
    "sqlite": "{}",
    "duckdb": "{}",
    "postgres": "CAST(EXTRACT(EPOCH FROM {}) AS bigint)",
}
EARLIER = {"sqlite": "max", "duckdb": "greatest", "postgres": "greatest"}
LATER = {"sqlite": "min", "duckdb": "least", "postgres": "least"}
LITERAL = {"sqlite": "{}", "duckdb": "{}", "postgres": "to_timestamp({})"}


def questions(
    kind: str, begins: int, ends: int, before: int, offset_s: int, rooms: list[int]
) -> dict[str, str]:
    """By report. `offset_s`: local time less UTC in the whole range, as the bench's quarters have it."""
    facts, earlier = _facts(kind, begins, ends, offset_s), _facts(kind, before, begins, offset_s)
    sums = (
        "count(*), sum(booked), sum(used), sum(ghost), sum(CASE WHEN ghost = 1 THEN lost END), "
        "sum(CASE WHEN status <> 'no_show' THEN 1 ELSE 0 END), sum(seen), sum(known)"
    )
    events = "(SELECT day, s AS moment, 1 AS d FROM f WHERE u > s UNION ALL SELECT day, u, -1 FROM f WHERE u > s) AS e"
    together = f"(SELECT day, sum(d) OVER (ORDER BY moment, d) AS n FROM {events}) AS n"
    hours = " UNION ALL ".join(f"SELECT {hour} AS hour" for hour in range(8, 18))
    low, high = EARLIER[kind], LATER[kind]
    overlap = f"{low}(0, {high}(e, day + hour * 3600 + 3600) - {low}(s, day + hour * 3600))"
    used = overlap.replace("(e,", "(u,")
    return {
        "kpis": f"WITH f AS ({facts}) SELECT {sums}, (SELECT max(n) FROM {together}) FROM f",
        "kpis before": f"WITH f AS ({earlier}) SELECT {sums}, (SELECT max(n) FROM {together}) FROM f",
        "utilization": f"WITH f AS ({facts}) SELECT room_key, {sums} FROM f GROUP BY room_key",
        "ghosting": f"WITH f AS ({facts}) SELECT room_key, {sums} FROM f GROUP BY room_key",
        "ghosting offenders": f"WITH f AS ({facts}) SELECT organizer_key, {sums} FROM f GROUP BY organizer_key HAVING sum(ghost) >= 3",
        "capacity": f"WITH f AS ({facts}) SELECT room_key, seen, count(*), sum(used) FROM f GROUP BY room_key, seen",
        "heatmap": f"WITH f AS ({facts}), h AS ({hours}) SELECT weekday, hour, sum({overlap}), "
        f"sum({used}) FROM f CROSS JOIN h WHERE s < day + hour * 3600 + 3600 AND e > day + hour * 3600 "
        "GROUP BY weekday, hour",
        "trends": f"WITH f AS ({facts}) SELECT day, sum(used) FROM f GROUP BY day",
        "trends before": f"WITH f AS ({earlier}) SELECT day, sum(used) FROM f GROUP BY day",
        "comparison": f"WITH f AS ({facts}) SELECT room_key, {sums} FROM f WHERE room_key IN ({', '.join(map(str, rooms))}) GROUP BY room_key",
        "peak": f"WITH f AS ({facts}) SELECT day, max(n) FROM {together} GROUP BY day",
    }


def _facts(kind: str, begins: int, ends: int, offset_s: int) -> str:
    """Local seconds: `s` and `e` of the booking, `u` to when it was used; `day` is its midnight."""
    starts, over, left, released = (
        UNIX[kind].format(name) for name in ("starts_at", "ends_at", "ended_at", "released_at")
    )
    low, high = EARLIER[kind], LATER[kind]
    first, last = LITERAL[kind].format(begins), LITERAL[kind].format(ends)
    inner = f"""SELECT room_key, organizer_key, status, actual_attendees AS seen,
      CASE WHEN actual_attendees IS NULL THEN 0 ELSE 1 END AS known,
      {starts} + {offset_s} AS s, {over} + {offset_s} AS e,
      CASE WHEN status = 'completed' THEN {left} ELSE {starts} END + {offset_s} AS u,
      {released} + {offset_s} AS r,
      ({starts} + {offset_s}) - ({starts} + {offset_s}) % 86400 AS day
      FROM bookings WHERE starts_at >= {first} AND starts_at < {last} AND status <> 'cancelled'"""
    return f"""SELECT room_key, organizer_key, status, seen, known, s, e, u, day,
      CASE WHEN status = 'no_show' THEN 1 ELSE 0 END AS ghost, (day / 86400 + 3) % 7 + 1 AS weekday,
      {low}(0, {high}(e, day + 64800) - {low}(s, day + 28800)) AS booked,
      {low}(0, {high}(u, day + 64800) - {low}(s, day + 28800)) AS used,
      {low}(0, {high}(r, day + 64800) - {low}(s, day + 28800)) AS lost
      FROM ({inner}) AS b WHERE (day / 86400 + 3) % 7 < 5"""
