"""`/metrics` for Prometheus: what this process has counted, and what the database says now.

It stands at the hub's own port, so that one address, one certificate and one firewall rule do for it; and behind a
token of its own, since numbers of panels and people's haste are nobody else's business. Without a token only this machine may look.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from ipaddress import ip_address

from litestar import Response, get
from litestar.exceptions import NotFoundException
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from hub.api.context import Asking, Hub, Parts
from hub.api.metrics_of_rooms import panel_gauges, room_gauges
from hub.bookings import service as bookings
from hub.errors import DomainError, Unauthenticated
from hub.mail import outbox
from hub.measures import REGISTRY
from hub.panel import service as panels
from hub.panel.health import health
from hub.panel.service import PanelRecord
from hub.rooms import service as rooms
from shared.panel_presence import OFFLINE, ONLINE, SLEEPING


class Facts(Collector):
    """Gauges that were read at this moment: (name, what it says, values by label or one)."""

    def __init__(self, found: list[GaugeMetricFamily]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        return iter(self._found)


@get("/metrics", include_in_schema=False, opt={"open": True, "exclude_from_auth": True})
async def metrics(hub: Hub, request: Asking) -> Response[bytes]:
    """Raises Unauthenticated; 404 for other machines where the operator has set no token."""
    _let_in(hub, request)
    facts = CollectorRegistry()
    facts.register(
        Facts(
            [
                *await _stored(hub),
                _gauge("broker_sessions", "Panels connected to the broker.", hub.panels.sessions()),
            ]
        )
    )
    return Response(generate_latest(REGISTRY) + generate_latest(facts), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _let_in(hub: Parts, request: Asking) -> None:
    wanted = hub.settings.metrics_token
    if wanted is None:
        if not _from_this_machine(request):
            raise NotFoundException
        return
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Unauthenticated(
            "metrics-token-required",
            "Metrics take the token of the operator",
            "Send it as `Authorization: Bearer`.",
        )


def _from_this_machine(request: Asking) -> bool:
    """What a proxy here passes on comes from elsewhere."""
    if request.client is None or {"forwarded", "x-forwarded-for", "via"} & set(request.headers.keys()):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _stored(hub: Parts) -> list[GaugeMetricFamily]:
    """What the database says; where it does not answer, that."""
    now = hub.clock.now()
    try:
        found = await hub.database.report(lambda session: _read(session, hub, now))
    except DomainError:
        return [_gauge("database_up", "Whether the database answers.", 0)]
    return [_gauge("database_up", "Whether the database answers.", 1), *found]


def _read(session: Session, hub: Parts, now: datetime) -> list[GaugeMetricFamily]:
    unpublished, known = rooms.unpublished(session, now), panels.panels(session)
    return [
        _statuses(known, now),
        *panel_gauges(known),
        *room_gauges(session, now),
        _gauge("rooms_unpublished", "Rooms whose newest state the broker has not.", len(unpublished)),
        _gauge(
            "oldest_unpublished_room_seconds",
            "How long the longest of them has waited, since this hub runs.",
            hub.backlog.oldest_s(unpublished, now),
        ),
        _gauge(
            "sweeper_lag_seconds",
            "How long what time has decided waits to be made permanent.",
            _late_s(bookings.next_deadline(session), now),
        ),
        _gauge(
            "mail_lag_seconds", "How long the oldest mail is due.", _late_s(outbox.next_due(session), now)
        ),
    ]


def _statuses(known: Sequence[PanelRecord], now: datetime) -> GaugeMetricFamily:
    found = GaugeMetricFamily("circletime_panels", "Panels by what they are doing.", labels=["status"])
    counts = Counter(health(one, now).status for one in known)
    for status in (ONLINE, SLEEPING, OFFLINE):
        found.add_metric([status], counts[status])
    return found


def _late_s(due: datetime | None, now: datetime) -> float:
    return 0.0 if due is None else max(0.0, (now - due).total_seconds())


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"circletime_{name}", says, value=value)


ROUTES = [metrics]
