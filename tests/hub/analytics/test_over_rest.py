"""From what people, sensors and managers do over REST to what the reports say of it, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.hub.analytics.worked import FROM, TO, a_week
from tests.hub.rest import slug

DAY = "from=2026-11-23&to=2026-11-24"
"""The clock's first day, on which the house is open from 08:00 to 18:00."""
WEEK = f"from={FROM}&to={TO}"
REPORTS = ("kpis", "utilization", "ghosting", "capacity", "heatmap", "trends", "peak")


def report(rest, name, days=DAY, who="lena", **more):
    answer = rest.get(f"/analytics/{name}?{days}" + "".join(f"&{k}={v}" for k, v in more.items()), who=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


def only(rest, name, days=DAY, **more):
    (item,) = report(rest, name, days, roomId=rest.house.story_corner.id, **more)["items"]
    return item


def meeting(rest, hour, *, people=None, checked_in=True):
    """One of Nadia's, booked ahead, that somebody came to or nobody did."""
    wish = {
        "roomId": rest.house.story_corner.id,
        "title": "Roadmap",
        "startsAt": f"2026-11-23T{hour:02}:00:00Z",
        "endsAt": f"2026-11-23T{hour + 1:02}:00:00Z",
        "attendees": people,
    }
    made = rest.post("/bookings", json=wish).json()
    rest.clock.at = datetime.fromisoformat(wish["startsAt"])
    if checked_in:
        rest.post(f"/bookings/{made['id']}/check-in")
    return f"/bookings/{made['id']}"


def test_a_sensor_counts_by_api_token_and_its_count_is_in_the_report(rest):
    path = meeting(rest, 9, people=4)
    rest.clock.pass_time(minutes=30)
    known = only(rest, "capacity")
    assert (known["meetings"], known["attendanceKnown"], known["attendees"]) == (1, 0, 0), (
        "never by invitation"
    )
    token = rest.post("/tokens", json={"name": "Sensor", "scope": "write"}, who="lena").json()["token"]
    rest.as_token("sensor", token)
    answer = rest.post(f"{path}/attendance", json={"count": 3, "source": "sensor"}, who="sensor").json()
    assert (answer["attendees"], answer["actualAttendees"], answer["attendanceSource"]) == (4, 3, "sensor")
    rest.clock.pass_time(hours=2)
    told = only(rest, "capacity")
    assert [told[name] for name in ("attendanceKnown", "attendees", "seats", "seatFill")] == [1, 3, 4, 0.75]
    assert only(rest, "kpis")["attendanceCoverage"] == 1


@pytest.mark.parametrize("source", ["panel", "organizer", "sensor"])
def test_who_counted_is_kept_and_the_latest_count_stands(rest, source):
    path = meeting(rest, 9)
    rest.post(f"{path}/attendance", json={"count": 1, "source": "organizer"})
    rest.post(f"{path}/attendance", json={"count": 2, "source": source})
    found = rest.get(path).json()
    assert (found["actualAttendees"], found["attendanceSource"]) == (2, source)
    rest.clock.pass_time(hours=1)
    assert only(rest, "capacity")["attendees"] == 2


def test_a_read_only_token_and_a_stranger_count_nobody(rest):
    path = meeting(rest, 9)
    token = rest.post("/tokens", json={"name": "Wall", "scope": "read"}, who="lena").json()["token"]
    rest.as_token("wall", token)
    for who in ("wall", "tomas"):
        assert (
            rest.post(f"{path}/attendance", json={"count": 9, "source": "sensor"}, who=who).status_code == 403
        )
    rest.clock.pass_time(hours=1)
    told = only(rest, "capacity")
    assert (told["meetings"], told["attendanceKnown"]) == (1, 0)


def test_who_does_not_come_three_times_is_named_and_who_did_twice_is_not(rest):
    for hour in (9, 11):
        meeting(rest, hour, checked_in=False)
    rest.clock.pass_time(hours=1)
    assert report(rest, "ghosting")["offenders"] == []
    meeting(rest, 13, checked_in=False)
    meeting(rest, 15)
    rest.clock.pass_time(hours=2)
    (named,) = report(rest, "ghosting")["offenders"]
    assert (named["organizerName"], named["department"]) == ("Nadia Kovacs", "Research")
    assert (named["ghosts"], named["checkInRequired"], named["ghostRate"]) == (3, 4, 0.75)
    behind = report(rest, "bookings", measure="ghosts", organizerId=named["organizerId"])
    assert behind["total"] == 3


def test_private_bookings_name_nobody_but_to_admins(rest):
    secret = a_week(rest)["secret"]
    for_managers, for_admins = (report(rest, "ghosting", WEEK, who) for who in ("lena", "ada"))
    assert for_managers["offenders"] == []
    assert [one["organizerName"] for one in for_admins["offenders"]] == ["Tomas Lind"]
    assert [one["title"] for one in for_managers["series"]] == [None]
    assert [one["title"] for one in for_admins["series"]] == [secret]


def test_time_out_of_service_is_not_available_and_who_closed_the_room_is_in_the_audit_log(rest):
    room = f"/rooms/{rest.house.story_corner.id}"
    whole = only(rest, "kpis")["availableMinutes"]
    rest.clock.at = datetime.fromisoformat("2026-11-23T09:00:00Z")
    rest.patch(room, json={"outOfService": "Leak"}, who="lena")
    rest.clock.pass_time(minutes=30)
    rest.patch(room, json={"outOfService": "Big leak"}, who="lena")
    rest.clock.pass_time(minutes=60)
    rest.patch(room, json={"outOfService": None}, who="ada")
    rest.clock.pass_time(hours=1)
    assert only(rest, "kpis")["availableMinutes"] == whole - 90
    log = rest.get(f"/audit?subjectId={rest.house.story_corner.id}", who="ada").json()["items"]
    told = [(one["actor"]["name"], one["detail"]["outOfService"]) for one in reversed(log)]
    assert told == [
        ("Lena Brandt", [None, "Leak"]),
        ("Lena Brandt", ["Leak", "Big leak"]),
        ("Ada Osei", ["Big leak", None]),
    ]


def test_who_leads_a_department_sees_its_part_of_every_report_and_no_other(rest):
    a_week(rest)
    rooms = {"roomId": rest.house.sandbox.id}
    tomas = f"/users/{rest.house.tomas.id}"

    def everything():
        return {name: rest.get(f"/analytics/{name}?{WEEK}", who="tomas") for name in REPORTS} | {
            "comparison": rest.get(f"/analytics/comparison?{WEEK}&roomId={rooms['roomId']}", who="tomas"),
            "bookings": rest.get(f"/analytics/bookings?{WEEK}&measure=ghosts", who="tomas"),
        }

    assert {slug(one) for one in everything().values()} == {(403, "analytics-not-yours")}
    rest.patch(tomas, json={"leadsDepartment": True}, who="ada")
    assert {slug(one) for one in everything().values()} == {(403, "analytics-not-yours")}
    rest.patch("/settings", json={"departmentLeads": True}, who="ada")
    for name, answer in everything().items():
        more = {"department": "Design"} | (rooms if name == "comparison" else {})
        more |= {"measure": "ghosts"} if name == "bookings" else {}
        whole = report(rest, name, WEEK, **more)
        mine = answer.json()
        assert answer.status_code == 200
        if name == "bookings":
            assert (mine["total"], len(mine["items"])) == (whole["total"], 4)
        else:
            assert (mine["items"], mine["department"]) == (whole["items"], "Design")
        path = f"/analytics/{name}?{WEEK}" + "".join(f"&{k}={v}" for k, v in more.items())
        others = rest.get(path.replace("Design", "Research"), who="tomas")
        assert slug(others) == (403, "not-your-department")
