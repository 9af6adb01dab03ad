"""Who has asked for which topic: so that a publish costs what its hearers cost, however many are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.mqtt.broker_auth import is_wild

if TYPE_CHECKING:
    from hub.mqtt.panel_link import PanelLink


class Audience:
    """Kept by the links themselves, filter by filter."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[PanelLink, None]] = {}
        self._wild: dict[PanelLink, set[str]] = {}

    def join(self, topic_filter: str, link: PanelLink) -> None:
        if is_wild(topic_filter):
            self._wild.setdefault(link, set()).add(topic_filter)
        else:
            self._exact.setdefault(topic_filter, {})[link] = None

    def leave(self, topic_filter: str, link: PanelLink) -> None:
        """Harmless where it had not joined."""
        if is_wild(topic_filter):
            filters = self._wild.get(link, set())
            filters.discard(topic_filter)
            if not filters:
                self._wild.pop(link, None)
        else:
            links = self._exact.get(topic_filter, {})
            links.pop(link, None)
            if not links:
                self._exact.pop(topic_filter, None)

    def of(self, topic: str) -> list[PanelLink]:
        """Those who asked for it by name, and those whose wildcards may match it."""
        exact = self._exact.get(topic, {})
        return [*exact, *(link for link in self._wild if link not in exact)]
