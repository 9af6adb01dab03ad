"""The rules themselves, without a broker."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.mqtt.broker_auth import Access, covers, panel_access
from shared import topics

LEVELS = st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=3)
FILTERS = st.builds(
    lambda levels, tail: "/".join(levels + tail), LEVELS, st.sampled_from([[], ["#"]])
) | st.just("#")
# One level deeper than any filter above can tell apart, so that "every topic" can be tried out.
ALL_TOPICS = ["/".join(levels) for depth in range(1, 6) for levels in product("abc", repeat=depth)]


@given(rule=FILTERS, wanted=FILTERS)
def test_a_rule_covers_a_filter_exactly_when_it_matches_all_that_the_filter_matches(rule, wanted):
    assume((rule, wanted) != ("+/#", "#"))  # the one case where we are stricter than needed
    assert covers(rule, wanted) == all(covers(rule, topic) for topic in ALL_TOPICS if covers(wanted, topic))


@pytest.mark.parametrize(
    ("topic_filter", "topic", "matched"),
    [  # the examples of MQTT 3.1.1, 4.7.1
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("+", "/finance", False),
        ("sport", "Sport", False),
    ],
)
def test_filters_match_as_the_standard_says(topic_filter, topic, matched):
    assert covers(topic_filter, topic) is matched


@pytest.mark.parametrize("broken", ["", "a#", "a/#/b", "a/b+", "+a", "a\0b", "##"])
def test_broken_filter_is_never_allowed(broken):
    assert not Access((), ("#",)).may_subscribe(broken)


@pytest.mark.parametrize("broken", ["", "a/+", "#", "a\0b"])
def test_broken_topic_is_never_allowed(broken):
    assert not Access(("#",), ()).may_publish(broken)


def test_panel_of_a_room_has_the_contracts_rules_and_no_others():
    access = panel_access("p1", "r1")
    assert all(access.may_publish(topics.panel_up("p1", leaf)) for leaf in topics.UP)
    assert all(access.may_subscribe(topics.panel_down("p1", leaf)) for leaf in topics.DOWN)
    assert access.may_subscribe(topics.room_state("r1"))
    assert access.may_subscribe(topics.HUB_PRESENCE)
    assert not access.may_subscribe(topics.panel_up("p1", "hello"))
    assert not access.may_subscribe(topics.room_state("r2"))
    assert not access.may_publish(topics.room_state("r1"))
    assert not access.may_publish(topics.panel_down("p1", "config"))


def test_panel_whose_id_begins_like_anothers_has_no_part_in_it():
    assert not panel_access("p1", None).may_publish(topics.panel_up("p10", "hello"))
    assert not panel_access("p1", None).may_subscribe(topics.panel_down("p10", "config"))
