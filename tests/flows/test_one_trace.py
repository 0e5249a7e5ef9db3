"""One request is one trace: HTTP, NATS, SQL, outbox and every consumer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from companies import found, order, submit
from hedgerow_local.servers import NatsServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from suite import Suite, free_port
from worlds import Databases


class Collector:
    """Takes OTLP over HTTP and keeps (service, span name, parent, trace) of every span."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, str, str, str, str]] = []
        self.port = free_port()
        app = Starlette(
            routes=[
                Route("/v1/traces", self._traces, methods=["POST"]),
                Route("/v1/metrics", self._metrics, methods=["POST"]),
            ]
        )
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="warning")
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]

    async def _traces(self, request: Request) -> Response:
        message = ExportTraceServiceRequest.FromString(await request.body())
        for resource in message.resource_spans:
            service = next(
                a.value.string_value
                for a in resource.resource.attributes
                if a.key == "service.name"
            )
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append(
                        (
                            service,
                            span.name,
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            span.trace_id.hex(),
                        )
                    )
        return Response(status_code=200)

    async def _metrics(self, request: Request) -> Response:
        return Response(status_code=200)

    async def run(self) -> None:
        await self._server.serve()

    def stop(self) -> None:
        self._server.should_exit = True


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    collector = Collector()
    running = asyncio.create_task(collector.run())
    yield collector
    collector.stop()
    await running


async def test_one_submission_is_one_trace(
    collector: Collector, workplace: Path, databases: Databases
) -> None:
    folder = workplace / "traced"
    folder.mkdir()
    nats_server = NatsServer.start(folder / "nats")  # two suites on one broker would mix
    suite = Suite(
        folder,
        databases,
        nats_server,
        extra={"HEDGEROW_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}"},
    )
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    try:
        await suite.start()
        company = await found(suite)
        await company.skus("BOLT")
        await company.rule()
        await company.stock("BOLT", "HGH", 10)
        async with company.admin() as admin:
            await submit(admin, **order())
            admin.http.headers["traceparent"] = f"00-{trace_id}-00f067aa0ba902b7-01"
            await submit(admin, **order())
        await asyncio.sleep(0.5)
    finally:
        await suite.stop()  # processes send what they still hold
        nats_server.remove()

    ours = [span for span in collector.spans if span[4] == trace_id]
    by_service: dict[str, set[str]] = {}
    for service, name, *_ in ours:
        by_service.setdefault(service, set()).add(name)
    assert set(by_service) == {
        "hedgerow-gateway", "hedgerow-orders", "hedgerow-routing", "hedgerow-inventory",
    }  # fmt: skip
    wanted = {
        "hedgerow-orders": [
            "hedgerow.cmd.orders.submit_order.v1",
            "react hedgerow.evt.inventory.stock_reserved.v1",
        ],
        "hedgerow-routing": ["react hedgerow.evt.orders.order_submitted.v1"],
        "hedgerow-inventory": ["react hedgerow.evt.routing.order_routed.v1"],
    }
    for service, names in wanted.items():
        assert set(names) <= by_service[service], (service, by_service[service])
        assert any(name.startswith("INSERT") for name in by_service[service]), by_service[service]
        assert any(name.startswith("publish ") for name in by_service[service])
    known = {span[2] for span in ours} | {"00f067aa0ba902b7"}
    assert [span for span in ours if span[3] not in known] == []
