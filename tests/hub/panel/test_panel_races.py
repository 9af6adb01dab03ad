"""Several hubs on one database, asked the same at once."""

from collections import Counter

import pytest

from hub.panel import issues
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


def test_no_hub_made_a_mistake(hubs):
    """After all of the above."""
    assert hubs.mistakes() == []
