"""Who may say and hear what at the broker (contract, "MQTT 3.1.1").

One `Decide` answers for every broker the hub can drive; each broker's adapter only carries the
question in and the rules out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared import topics


@dataclass(frozen=True, slots=True)
class Access:
    """What one client may do: MQTT topic filters, or exact topics."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    def may_publish(self, topic: str) -> bool:
        """Never a wildcard and never an empty topic, whatever the rules (MQTT 3.1.1, 3.3.2-2 and 4.7.3-1)."""
        return _is_topic(topic) and any(covers(rule, topic) for rule in self.publish)

    def may_subscribe(self, topic_filter: str) -> bool:
        """Only where every topic that the filter could match is allowed."""
        return _is_filter(topic_filter) and any(covers(rule, topic_filter) for rule in self.subscribe)


Decide = Callable[[str, str | None, str | None], Awaitable[Access | None]]
"""`decide(client_id, username, password)`: the client's access, or None, which turns it away."""


HUB_ACCESS = Access(publish=(f"{topics.ROOT}/#",), subscribe=(f"{topics.ROOT}/#",))
"""The hub's own, at a broker that asks who it is."""


def panel_access(panel_id: str, room_id: str | None) -> Access:
    """Its own `up/`, its own `down/`, its room's state and the hub's presence; nothing else."""
    room = () if room_id is None else (topics.room_state(room_id),)
    return Access(
        publish=(topics.panel_up(panel_id, "+"),),
        subscribe=(topics.panel_down(panel_id, "#"), *room, topics.HUB_PRESENCE),
    )


def is_wild(topic_filter: str) -> bool:
    return "+" in topic_filter or "#" in topic_filter


def covers(rule: str, wanted: str) -> bool:
    """Whether `rule` matches everything that `wanted` matches; `wanted` is a topic or a filter (MQTT 3.1.1, 4.7)."""
    rule_levels, wanted_levels = rule.split("/"), wanted.split("/")
    for index, level in enumerate(rule_levels):
        if level == "#":
            return True
        if index >= len(wanted_levels) or wanted_levels[index] == "#":
            return False
        if level not in ("+", wanted_levels[index]):
            return False
    return len(rule_levels) == len(wanted_levels)


def _is_topic(text: str) -> bool:
    return text != "" and not set("+#\0") & set(text)


def _is_filter(text: str) -> bool:
    levels = text.split("/")
    whole_levels = all(level in ("+", "#") or not set("+#") & set(level) for level in levels)
    return text != "" and "\0" not in text and whole_levels and "#" not in levels[:-1]
