"""What this process counts and times while it runs, for Prometheus (docs/operating.md, "Metrics").

What can be read from the database is not counted here: `hub.api.metrics` reads it when it is asked.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_QUICK_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

LEADS = Gauge(
    "circletime_leads", "1 where this hub publishes and takes commands: one does.", registry=REGISTRY
)
REQUESTS = Counter(
    "circletime_requests", "Answers over HTTP.", ("method", "route", "status"), registry=REGISTRY
)
REQUEST_S = Histogram(
    "circletime_request_seconds",
    "From a request to the first byte of its answer.",
    ("method", "route"),
    buckets=_QUICK_S,
    registry=REGISTRY,
)
REFUSALS = Counter(
    "circletime_refusals", "Refusals by slug (docs/problems.md).", ("slug", "via"), registry=REGISTRY
)
COMMIT_S = Histogram(
    "circletime_commit_seconds",
    "A write from its wish to its commit or rollback, waiting for its turn included.",
    buckets=_QUICK_S,
    registry=REGISTRY,
)
COMMAND_S = Histogram(
    "circletime_command_seconds",
    "A panel's command, from its arrival to its ack at the broker.",
    ("action",),
    buckets=_QUICK_S,
    registry=REGISTRY,
)
PUBLISH_S = Histogram(
    "circletime_publish_seconds",
    "From a room's commit, or the news of it, until the broker has its state.",
    buckets=_QUICK_S,
    registry=REGISTRY,
)
