"""What is reported to be wrong in a room, and what becomes of it."""

import pytest
from msgspec import UNSET
from sqlalchemy import text

from hub.accounts import audit
from hub.accounts.audit import AuditFilter
from hub.errors import NotFound
from hub.panel import issues
from hub.panel.issues import IssueFilter
from hub.rooms import service as rooms
from tests.hub.rest import slug


@pytest.fixture
def report(world, house):
    def say(category="light", words=None, *, who=house.nadia, room=house.story_corner):
        return world.write(issues.report_issue, who, room.id, category, words, world.clock.now())

    return say


def change(session, who, issue_id, status, now):
    return issues.change_issue(session, who, issue_id, status=status, out_of_service=UNSET, now=now)


def listed(world, **narrow):
    return world.read(issues.issues, IssueFilter(**narrow), 10)


def test_what_is_said_twice_is_one_issue(world, house, report):
    world.at(9)
    first = report("Light", "It flickers")
    world.at(9, 5)
    second = report("  light ", who=house.tomas)
    world.at(9, 10)
    third = report("LIGHT", "Now it is dark", who=house.tomas)
    assert (first.id, second.id) == (third.id, third.id)
    assert (third.reports, third.text, third.category) == (3, "Now it is dark", "light")
    assert (third.reported_at, third.last_reported_at) == (world.time(9), world.time(9, 10))
    assert second.text == "It flickers"
    assert third.reported_by == house.nadia
    assert [one.id for one in listed(world)] == [first.id]


def test_other_rooms_and_other_categories_have_issues_of_their_own(house, report):
    found = {
        report().id,
        report("chairs").id,
        report(room=house.sandbox).id,
    }
    assert len(found) == 3


def test_what_is_said_after_it_was_resolved_is_a_new_issue(world, house, report):
    first = report()
    world.write(change, house.lena, first.id, "resolved", world.clock.now())
    again = report()
    assert (again.id != first.id, again.reports) == (True, 1)


def test_panel_and_people_speak_of_the_same_issue(world, house, send, report):
    world.at(9)
    assert send("report_issue", category="Light", text="Dark")["ok"]
    found = report("light", "Still dark")
    assert (found.reports, found.reported_by, found.text) == (2, None, "Still dark")


def test_report_that_waited_at_the_panel_does_not_turn_the_time_back(world, send, report):
    world.at(10)
    report()
    send("report_issue", category="light", at=world.time(9))
    (found,) = listed(world)
    assert (found.reports, found.last_reported_at) == (2, world.time(10))


def test_panel_that_names_nothing_reports_all_the_same(world, send):
    send("report_issue", category=" ")
    send("report_issue")
    assert [(one.category, one.reports) for one in listed(world)] == [("other", 2)]


def test_panel_can_report_thirty_times_an_hour(world, send):
    answers = [send("report_issue", category=f"c{number}") for number in range(31)]
    assert [answer["ok"] for answer in answers] == [True] * 30 + [False]
    assert answers[-1]["problem"] == "too-many-attempts"
    world.at(10)
    assert send("report_issue")["ok"]


def test_who_took_it_on_and_when_is_kept(world, house, report):
    made = report()
    world.write(change, house.lena, made.id, "acknowledged", world.time(10))
    found = world.write(change, house.ada, made.id, "resolved", world.time(11))
    assert (found.acknowledged_by, found.acknowledged_at) == (house.lena, world.time(10))
    assert (found.resolved_by, found.resolved_at) == (house.ada, world.time(11))
    changes = world.read(audit.entries, AuditFilter(subject_id=made.id), 10)
    assert [(one.actor, one.detail["status"]) for one in changes] == [
        (house.ada, ["acknowledged", "resolved"]),
        (house.lena, ["open", "acknowledged"]),
    ]


def test_issue_of_a_room_that_is_gone_can_still_be_resolved(world, house, report):
    made = report()
    world.write(rooms.remove_room, house.story_corner.id, world.clock.now())
    assert world.write(change, house.lena, made.id, "resolved", world.clock.now()).status == "resolved"
    with pytest.raises(NotFound):
        report()


@pytest.fixture
def reported(rest):
    return rest.post(f"/rooms/{rest.house.story_corner.id}/issues", json={"category": "Light"}).json()


def test_issue_is_told_without_names_to_members(rest, reported):
    assert reported | {"id": ""} == {
        "id": "",
        "roomId": rest.house.story_corner.id,
        "category": "light",
        "text": None,
        "status": "open",
        "reports": 1,
        "reportedAt": "2026-11-23T08:00:00Z",
        "lastReportedAt": "2026-11-23T08:00:00Z",
        "reportedBy": None,
        "acknowledgedAt": None,
        "acknowledgedBy": None,
        "resolvedAt": None,
        "resolvedBy": None,
        "closesRoom": False,
    }
    told = rest.get(f"/issues/{reported['id']}", who="lena").json()
    assert told["reportedBy"] == {"id": rest.house.nadia.id, "name": "Nadia Kovacs"}


def test_issues_are_listed_the_latest_first_and_narrowed(rest, reported):
    for category in ("chairs", "smell"):
        rest.post(f"/rooms/{rest.house.sandbox.id}/issues", json={"category": category})
    page = rest.get("/issues?limit=2", who="lena").json()
    assert [one["category"] for one in page["items"]] == ["smell", "chairs"]
    following = rest.get("/issues", who="lena", params={"cursor": page["nextCursor"]}).json()
    assert [one["category"] for one in following["items"]] == ["light"]
    assert following["nextCursor"] is None
    rest.patch(f"/issues/{reported['id']}", json={"status": "resolved"}, who="lena")

    def found(**narrow):
        return [one["category"] for one in rest.get("/issues", who="lena", params=narrow).json()["items"]]

    assert found(status="open") == ["smell", "chairs"]
    assert found(roomId=rest.house.story_corner.id) == ["light"]
    assert found(roomId=rest.house.story_corner.id, status="open") == []
    assert rest.get("/issues?status=lost", who="lena").status_code == 422
    assert rest.get("/issues", who="lena", params={"cursor": "rubbish"}).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/issues"), ("GET", "/issues/x"), ("PATCH", "/issues/x")]
)
def test_issues_are_for_managers_and_admins(rest, method, path):
    assert slug(rest(method, path, json={} if method == "PATCH" else None)) == (403, "managers-only")
    assert rest(method, path, who=None).status_code == 401


def test_unknown_issue_is_not_found(rest):
    assert slug(rest.get("/issues/x", who="lena")) == (404, "issue-not-found")
    assert slug(rest.patch("/issues/x", json={}, who="lena")) == (404, "issue-not-found")


@pytest.mark.parametrize(
    "body",
    [
        {"category": ""},
        {"category": "x" * 65},
        {"category": "a\u0000b"},
        {"category": "x", "text": "x" * 1001},
        {"category": "x", "status": "open"},
        {},
    ],
)
def test_report_that_cannot_be_is_refused(rest, body):
    answer = rest.post(f"/rooms/{rest.house.sandbox.id}/issues", json=body)
    assert slug(answer) == (422, "invalid-request")


def test_category_has_a_word_in_it(rest):
    answer = rest.post(f"/rooms/{rest.house.sandbox.id}/issues", json={"category": "   "})
    assert slug(answer) == (422, "bad-category")


def test_somebody_can_report_thirty_times_an_hour(rest):
    path, body = f"/rooms/{rest.house.sandbox.id}/issues", {"category": "x"}
    assert [rest.post(path, json=body).status_code for _ in range(31)] == [201] * 30 + [429]
    assert rest.post(path, json=body, who="tomas").status_code == 201


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (["acknowledged", "resolved", "open", "acknowledged"], True),
        (["resolved", "open", "resolved"], True),
        (["acknowledged", "acknowledged"], True),
        (["acknowledged", "open"], False),
        (["resolved", "acknowledged"], False),
    ],
)
def test_issue_goes_its_way(rest, reported, path, allowed):
    answers = [rest.patch(f"/issues/{reported['id']}", json={"status": one}, who="lena") for one in path]
    assert all(answer.status_code == 200 for answer in answers[:-1])
    if allowed:
        assert answers[-1].json()["status"] == path[-1]
    else:
        assert slug(answers[-1]) == (409, "issue-status")


def test_reopened_issue_begins_anew(rest, reported):
    for status in ("acknowledged", "resolved", "open"):
        found = rest.patch(f"/issues/{reported['id']}", json={"status": status}, who="lena").json()
    assert [found[name] for name in ("acknowledgedAt", "acknowledgedBy", "resolvedAt", "resolvedBy")] == [
        None
    ] * 4


def test_issue_that_was_reported_anew_stays_resolved(rest, reported):
    rest.patch(f"/issues/{reported['id']}", json={"status": "resolved"}, who="lena")
    newer = rest.post(f"/rooms/{rest.house.story_corner.id}/issues", json={"category": "light"}).json()
    answer = rest.patch(f"/issues/{reported['id']}", json={"status": "open"}, who="lena")
    assert slug(answer) == (409, "issue-reported-anew")
    assert answer.json()["issueId"] == newer["id"]


def test_room_is_taken_out_of_service_and_comes_back_with_the_issue(rest, reported):
    room, path = f"/rooms/{rest.house.story_corner.id}", f"/issues/{reported['id']}"
    closing = {"status": "acknowledged", "outOfService": "The light is being mended"}
    assert rest.patch(path, json=closing, who="lena").json()["closesRoom"] is True
    assert rest.get(room).json()["outOfService"] == "The light is being mended"
    assert rest.get(f"{room}/state").json()["status"] == "out_of_service"
    back = rest.patch(path, json={"status": "resolved", "outOfService": None}, who="lena").json()
    assert (back["status"], back["closesRoom"]) == ("resolved", False)
    assert rest.get(room).json()["outOfService"] is None
    told = rest.get(f"/audit?subjectId={rest.house.story_corner.id}", who="ada").json()["items"]
    assert [one["detail"]["outOfService"] for one in told] == [
        ["The light is being mended", None],
        [None, "The light is being mended"],
    ]


def test_room_stays_closed_while_another_issue_wants_it(rest, reported):
    other = rest.post(f"/rooms/{rest.house.story_corner.id}/issues", json={"category": "flood"}).json()
    for one in (reported, other):
        rest.patch(f"/issues/{one['id']}", json={"outOfService": "Closed"}, who="lena")
    back = {"status": "resolved", "outOfService": None}
    answer = rest.patch(f"/issues/{reported['id']}", json=back, who="lena")
    assert (*slug(answer), answer.json()["issueId"]) == (409, "room-closed-by-another", other["id"])
    assert rest.get(f"/issues/{reported['id']}", who="lena").json()["status"] == "open"
    rest.patch(f"/issues/{reported['id']}", json={"status": "resolved"}, who="lena")
    assert rest.patch(f"/issues/{other['id']}", json=back, who="lena").status_code == 200
    assert rest.get(f"/rooms/{rest.house.story_corner.id}").json()["outOfService"] is None


def test_resolved_issue_closes_no_room(rest, reported):
    rest.patch(f"/issues/{reported['id']}", json={"status": "resolved"}, who="lena")
    answer = rest.patch(f"/issues/{reported['id']}", json={"outOfService": "Closed"}, who="lena")
    assert slug(answer) == (409, "issue-status")


def test_database_itself_keeps_one_unresolved_issue(rest, reported):
    def twice(session):
        session.execute(
            text(
                "INSERT INTO issue_reports (id, room_key, category, status, reports, reported_at, "
                "last_reported_at, closes_room) SELECT 'twin', room_key, category, status, 1, reported_at, "
                "last_reported_at, closes_room FROM issue_reports"
            )
        )

    with pytest.raises(Exception, match=r"(?i)unique"):
        rest.write(twice)
