"""Two of the faults of tests/faults, once each, in every run: the rest is `make faults` (docs/faults.md)."""

import pytest

from tests.faults.faults import hub_killed_at_a_statement, panels_cut_from_the_broker
from tests.faults.judge import judge
from tests.faults.town import Town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    found = Town(tmp_path_factory.mktemp("town"))
    yield found
    found.close()


@pytest.mark.parametrize("fault", [hub_killed_at_a_statement, panels_cut_from_the_broker])
def test_no_promise_is_broken(town, fault):
    before = len(town.people.acknowledged)
    town.people.work()
    try:
        fault(town)
    finally:
        town.people.rest()
    found = judge(town)
    assert found.broken == 0
    assert found.acknowledged > before
