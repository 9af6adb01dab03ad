"""A house whose hub sends its notices to a real mail server, and what readers make of them."""

import pytest

from tests.hub.notices.post_office import PostOffice


@pytest.fixture
def post(world, mail_server):
    return PostOffice(world, mail_server)
