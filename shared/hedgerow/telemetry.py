"""Traces, metrics and logs: set-up, and every name of ours with its meaning.

One request is one trace, from the HTTP request over NATS, SQL and the outbox to the last
consumer: every message carries a W3C traceparent. Without an OTLP endpoint no span is made, but
the trace id still travels and stands in every log line.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_traceparent: ContextVar[str] = ContextVar("traceparent", default="")
_provider: TracerProvider | None = None


class Attribute(StrEnum):
    """Names of span attributes."""

    MESSAGE = "hedgerow.message"  # subject of the message, without tenant and plant
    BATCH_SIZE = "hedgerow.batch.size"  # messages that shared the transaction
    TENANT = "hedgerow.tenant"  # tenant id
    AGGREGATE = "hedgerow.aggregate"  # aggregate of an event that is published


class Metric(StrEnum):
    """Names of metrics. Unit and meaning stand in `METRICS`."""

    ANSWERED = "hedgerow.requests.answered"
    REFUSED = "hedgerow.requests.refused"
    FAILED = "hedgerow.requests.failed"
    OVERLOADED = "hedgerow.requests.overloaded"
    BATCH = "hedgerow.batch.size"
    REACTED = "hedgerow.events.reacted"
    DEAD = "hedgerow.events.dead"
    SENT = "hedgerow.outbox.sent"
    PARKED = "hedgerow.outbox.parked"
    BUS_ERRORS = "hedgerow.bus.errors"
    HTTP_SECONDS = "hedgerow.http.seconds"
    UNKNOWN_ROLES = "hedgerow.login.unknown_roles"
    SOCKETS = "hedgerow.sockets.open"
    CASES_LOST = "hedgerow.denials.unrecorded"
    POINTS_LOOKED_UP = "hedgerow.areas.points"
    AREA_INDEX_SECONDS = "hedgerow.areas.index_seconds"


METRICS: Mapping[Metric, tuple[str, str]] = {
    Metric.ANSWERED: ("{request}", "requests answered, by message"),
    Metric.REFUSED: ("{request}", "requests refused, by message and code"),
    Metric.FAILED: ("{request}", "requests answered INTERNAL: bugs, by message"),
    Metric.OVERLOADED: ("{request}", "requests turned away because the queue was full"),
    Metric.BATCH: ("{message}", "messages that shared one transaction, by message"),
    Metric.REACTED: ("{event}", "events applied, by message"),
    Metric.DEAD: ("{event}", "events written to dead_letters; alarm on any"),
    Metric.SENT: ("{event}", "outbox rows acknowledged by the broker"),
    Metric.PARKED: ("{event}", "outbox rows parked after repeated refusal; alarm on any"),
    Metric.BUS_ERRORS: ("{error}", "errors the NATS client reported, by kind"),
    Metric.HTTP_SECONDS: (
        "s",
        "time to answer an HTTP request, by path and status; it counts them too",
    ),
    Metric.UNKNOWN_ROLES: ("{group}", "groups in tokens that gave no right"),
    Metric.SOCKETS: ("{socket}", "WebSockets opened less those closed"),
    Metric.CASES_LOST: ("{denial}", "refusals that were told without a case number; alarm on any"),
    Metric.POINTS_LOOKED_UP: (
        "{point}",
        "points looked up among areas, by what told: index, postgis",
    ),
    Metric.AREA_INDEX_SECONDS: ("s", "time to load a company's areas and to index them in memory"),
}


def counter(name: Metric) -> metrics.Counter:
    unit, meaning = METRICS[name]
    return metrics.get_meter("hedgerow").create_counter(name, unit=unit, description=meaning)


def up_down_counter(name: Metric) -> metrics.UpDownCounter:
    unit, meaning = METRICS[name]
    return metrics.get_meter("hedgerow").create_up_down_counter(
        name, unit=unit, description=meaning
    )


def histogram(name: Metric) -> metrics.Histogram:
    unit, meaning = METRICS[name]
    return metrics.get_meter("hedgerow").create_histogram(name, unit=unit, description=meaning)


def configure(service: str, otlp_endpoint: str, readers: Sequence[MetricReader] = ()) -> None:
    """Set up logs for this process, and traces and metrics when there is somewhere to send them.

    otlp_endpoint  base URL of an OTLP/HTTP collector, or empty
    readers        further metric readers, such as the one behind /metrics
    """
    global _provider
    configure_logs(service)
    resource = Resource.create({"service.name": f"hedgerow-{service}"})
    readers = list(readers)
    if otlp_endpoint:
        # Only who sends pays for what sending needs: a tenth of a process's start.
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        base = otlp_endpoint.rstrip("/")
        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter(f"{base}/v1/metrics")))
        _provider = TracerProvider(resource=resource)
        _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{base}/v1/traces")))
        trace.set_tracer_provider(_provider)
    if readers:
        metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=readers))


def tracing() -> bool:
    return _provider is not None


def flush() -> None:
    """Send what is waiting; called once, at the end of the process."""
    if _provider is not None:
        _provider.shutdown()


def new_traceparent() -> str:
    """A W3C traceparent of a new trace (https://www.w3.org/TR/trace-context, section 3.2)."""
    ids = os.urandom(24).hex()
    return f"00-{ids[:32]}-{ids[32:]}-01"


def current_traceparent() -> str:
    return _traceparent.get()


@contextmanager
def span(
    name: str,
    parent: str = "",
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    links: Sequence[str] = (),
    attributes: Mapping[str, str | int] | None = None,
) -> Iterator[str]:
    """A step of the trace `parent` (or of the current one, or of a new one).

    Yields the traceparent that messages sent from within should carry. links are the
    traceparents of other requests that shared this step.
    """
    parent = parent or _traceparent.get() or new_traceparent()
    if _provider is None:
        token = _traceparent.set(parent)
        try:
            yield parent
        finally:
            _traceparent.reset(token)
        return
    tracer = _provider.get_tracer("hedgerow")
    linked = [Link(trace.get_current_span(_context(other)).get_span_context()) for other in links]
    with tracer.start_as_current_span(
        name, _context(parent), kind=kind, links=linked, attributes=attributes
    ):
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        here = carrier.get("traceparent", parent)
        token = _traceparent.set(here)
        try:
            yield here
        finally:
            _traceparent.reset(token)


def _context(traceparent: str) -> Context:
    return _PROPAGATOR.extract({"traceparent": traceparent}, context=Context())


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, service, logger, trace id, message, and `extra=`."""

    _known = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "trace": _traceparent.get()[3:35],
            "message": record.getMessage(),
        }
        line |= {k: v for k, v in vars(record).items() if k not in self._known}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(service: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("nats").setLevel(logging.WARNING)
