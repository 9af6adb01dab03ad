"""OpenTelemetry, where a site has it: the extra `otel` is installed and OTEL_EXPORTER_OTLP_ENDPOINT is set.

Spans carry the request's id, as the log does (`hub.trail`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hub.trail import request_id

log = logging.getLogger(__name__)

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_tracers: list[Any] = []
"""None, or the one that `begin` made."""


@contextmanager
def span(name: str, **about: str | int) -> Iterator[None]:
    """What is done within is a span of its trace; nothing happens where nobody traces."""
    if not _tracers:
        yield
        return
    told = about | {"circletime.request_id": request_id() or ""}
    with _tracers[-1].start_as_current_span(name, attributes=told):
        yield


def begin(environ: Mapping[str, str]) -> Callable[[], None]:
    """Traces from now on, where it is wanted and can be; the answer ends it, and sends what was not sent yet."""
    if not environ.get(ENDPOINT):
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        log.warning("%s is set, and nothing is traced: install circletime[otel]", ENDPOINT)
        return lambda: None
    provider = TracerProvider(resource=Resource.create({"service.name": "circletime"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracers.append(provider.get_tracer("circletime"))

    def end() -> None:
        _tracers.clear()
        provider.shutdown()

    return end
