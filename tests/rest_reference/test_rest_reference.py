"""docs/rest.md and the hub say the same, of every operation."""

import pytest

from tests.rest_reference.stage import REFERENCE, exchanges
from tools.rest_reference import openapi, operations, page


@pytest.fixture(scope="module")
def played():
    return exchanges()


def test_every_operation_has_an_example_that_works(played):
    shown = {one.operation for one in played if one.status < 400}
    assert shown == set(operations(openapi())), "give it its step in tests/rest_reference/story.py"


def test_page_is_what_the_hub_answers(played):
    assert REFERENCE.read_text() == page(played), "run: python -m tests.rest_reference.stage"
