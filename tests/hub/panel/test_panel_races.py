"""Several hubs on one database, asked the same at once."""

from collections import Counter

import pytest

from hub.panel import issues, service
from hub.panel.issues import IssueFilter
from tests.hub.several_hubs import SeveralHubs


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def hubs(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hubs")
    with request.getfixturevalue("new_database")(request.param) as url:
        found = SeveralHubs(folder, url, who="lena")
        yield found
        found.close()


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def test_reports_at_once_are_one_issue(hubs):
    room = hubs.world.house.carpet
    answers = hubs.ask(*[("POST", f"/rooms/{room.id}/issues", {"category": "light"})] * 24)
    assert statuses(answers) == {201: 24}
    (found,) = hubs.world.read(issues.issues, IssueFilter(room_key=room.key), 10)
    assert (found.reports, {answer.json()["id"] for answer in answers}) == (24, {found.id})


def shown(hubs, secret):
    (answer,) = hubs.ask(("POST", "/panels/enrol", {"enrolmentSecret": secret}))
    return answer.json()


def test_code_claimed_for_several_rooms_at_once_binds_one(hubs):
    house = hubs.world.house
    for number in range(3):
        code = shown(hubs, f"{number:043}")["code"]
        doors = [house.story_corner.id, house.sandbox.id, house.carpet.id] * 4
        answers = hubs.ask(*[("POST", "/panels/claim", {"code": code, "roomId": door}) for door in doors])
        assert statuses(answers) == {200: 1, 409: 11}
        (won,) = [answer.json() for answer in answers if answer.is_success]
        told = shown(hubs, f"{number:043}")
        assert (told["id"], told["roomId"]) == (won["id"], won["roomId"])
    assert len(hubs.world.read(service.panels)) == 3


def test_panel_that_asks_every_hub_at_once_has_one_code_and_one_secret(hubs):
    ask = ("POST", "/panels/enrol", {"enrolmentSecret": "o" * 43})
    codes = {answer.json()["code"] for answer in hubs.ask(*[ask] * 12)}
    assert len(codes) == 1
    claim = ("POST", "/panels/claim", {"code": codes.pop(), "roomId": hubs.world.house.carpet.id})
    hubs.ask(claim, *[ask] * 5)
    told = [answer.json() for answer in hubs.ask(*[ask] * 12)]
    assert len({one["secret"] for one in told}) == 1
    assert hubs.world.read(service.room_for_login, told[0]["id"], told[0]["secret"])[0]


def test_panel_replaced_twice_at_once_is_replaced_once(hubs):
    (made,) = hubs.ask(("POST", "/panels", {"roomId": hubs.world.house.carpet.id}))
    codes = [shown(hubs, f"r{number:042}")["code"] for number in range(2)]
    path = f"/panels/{made.json()['id']}/replace"
    answers = hubs.ask(*[("POST", path, {"code": code}) for code in codes])
    assert statuses(answers) == {200: 1, 404: 1}


def test_no_hub_made_a_mistake(hubs):
    """After all of the above."""
    assert hubs.mistakes() == []
