"""POST /graphql (GraphQL over HTTP, https://graphql.github.io/graphql-over-http/draft/)."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import ExecutionResult, OperationType
from hedgerow.auth import Caller, Permission
from hedgerow.errors import DeadlinePassed, Refused
from hedgerow.telemetry import Metric, histogram, span
from opentelemetry.trace import SpanKind
from strawberry.http.ides import get_graphql_ide_html

from hedgerow_gateway.attendance import attending
from hedgerow_gateway.body import BadBody, ClientGone, Receive, TooLarge, decode, read_body
from hedgerow_gateway.context import Context
from hedgerow_gateway.execution.engine import BadOperation, NotReady, Ready
from hedgerow_gateway.login import Unauthenticated
from hedgerow_gateway.origin import origin_of
from hedgerow_gateway.parts import Parts
from hedgerow_gateway.problems import language_of, problems, status_of

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = b"application/json; charset=utf-8"
RESPONSE_JSON = b"application/graphql-response+json; charset=utf-8"
PATH = "/graphql"
GRACE_S = 0.1  # for what ends by itself at its time
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class GraphQLEndpoint:
    """The ASGI application behind /graphql for HTTP."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._seconds = histogram(Metric.HTTP_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        started = time.perf_counter()
        if scope["method"] != "POST":
            answer = self._not_post(scope["method"], headers)
        else:
            parent = headers.get(b"traceparent", "")
            parent = parent if _TRACEPARENT.fullmatch(parent) else ""
            with span("graphql", parent, kind=SpanKind.SERVER) as trace:
                try:
                    answer = await self._post(scope, headers, receive, trace[3:35])
                except ClientGone:
                    return
        await _send(send, answer, headers)
        self._seconds.record(time.perf_counter() - started, {"path": PATH, "status": answer.status})

    def _not_post(self, method: str, headers: dict[bytes, str]) -> Answer:
        if method == "GET" and self._parts.settings.development:
            if "text/html" in headers.get(b"accept", ""):
                page = get_graphql_ide_html("graphiql").encode()
                return Answer(200, page, ((b"content-type", b"text/html; charset=utf-8"),))
        refused = BadBody("Send operations by POST.", "请使用 POST 发送请求")
        return self._refuse(refused, headers, "", status=405, extra=((b"allow", b"POST"),))

    async def _post(
        self, scope: Scope, headers: dict[bytes, str], receive: Receive, request_id: str
    ) -> Answer:
        settings = self._parts.settings
        came_at = time.monotonic()
        try:
            session = await self._parts.login.session(headers.get(b"authorization"))
            kind, _, charset = headers.get(b"content-type", "").lower().partition(";")
            if kind.strip() != "application/json" or "utf-16" in charset or "utf-32" in charset:
                wrong = BadBody("Send application/json.", "请使用 application/json")
                return self._refuse(wrong, headers, request_id, status=415)
            most = settings.max_body_bytes
            if _draws_fences(session.caller):
                most = max(most, settings.max_fence_body_bytes)
            body = await read_body(receive, headers.get(b"content-length"), most)
            asked = decode(body)
        except TooLarge as too_large:
            return self._refuse(too_large, headers, request_id, status=413)
        except Unauthenticated as unknown:
            login = ((b"www-authenticate", b'Bearer realm="hedgerow"'),)
            return self._refuse(unknown, headers, request_id, extra=login)
        except Refused as refused:
            return self._refuse(refused, headers, request_id)
        context = self._parts.context(
            session,
            language_of(headers.get(b"accept-language", "")),
            origin_of(scope, self._parts.proxies, request_id),
        )
        try:
            ready = self._parts.engine.prepare(asked.query, asked.variables, asked.operation_name)
        except NotReady as why:
            return _answer(None, why.errors, context)
        if ready.kind is OperationType.SUBSCRIPTION:
            by_socket = BadOperation(
                "Subscriptions are served over graphql-transport-ws.",
                "订阅请使用 graphql-transport-ws 连接",
            )
            return _answer(None, (by_socket,), context)
        cost = {"requestedQueryCost": ready.cost, "maximumQueryCost": self._parts.engine.most_cost}
        try:
            async with attending(receive, settings.request_timeout_s + GRACE_S):
                result = await self._carry_out(ready, context, came_at)
        except TimeoutError:
            return _answer(None, (DeadlinePassed(),), context, cost)
        except Refused as refused:
            return _answer(None, (refused,), context, cost)
        await self._parts.denials.note_all(result.errors, context)
        return _answer(result.data, result.errors, context, cost)

    async def _carry_out(self, ready: Ready, context: Context, came_at: float) -> ExecutionResult:
        """A mutation is only carried out with rights that were read after it came."""
        if ready.kind is OperationType.MUTATION:
            context.session = await context.session.renewed(since=came_at)
        result = self._parts.engine.execute(ready, context)
        return result if isinstance(result, ExecutionResult) else await result

    def _refuse(
        self,
        refused: Refused,
        headers: dict[bytes, str],
        request_id: str,
        *,
        status: int | None = None,
        extra: tuple[tuple[bytes, bytes], ...] = (),
    ) -> Answer:
        language = language_of(headers.get(b"accept-language", ""))
        errors = problems((refused,), language, request_id)
        body = _encode({"errors": errors, "extensions": {"requestId": request_id}})
        return Answer(status or status_of(None, errors), body, extra)


def _answer(
    data: dict[str, Any] | None,
    raised: Any,
    context: Context,
    cost: dict[str, int] | None = None,
) -> Answer:
    """Without `data` when nothing was executed."""
    errors = problems(raised, context.language, context.request_id)
    extensions: dict[str, Any] = {"requestId": context.request_id}
    if cost is not None:
        extensions["cost"] = cost
    said: dict[str, Any] = {}
    if data is not None or not errors:
        said["data"] = data
    if errors:
        said["errors"] = errors
    said["extensions"] = extensions
    return Answer(status_of(data, errors), _encode(said))


async def _send(send: Send, answer: Answer, headers: dict[bytes, str]) -> None:
    accepted = headers.get(b"accept", "")
    kind = RESPONSE_JSON if "application/graphql-response+json" in accepted else JSON
    fields = [
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *answer.headers,
    ]
    if not any(name == b"content-type" for name, _ in answer.headers):
        fields.append((b"content-type", kind))
    if answer.status == 503:
        fields.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    await send({"type": "http.response.body", "body": answer.body})


def _draws_fences(caller: Caller) -> bool:
    """To be published, or in a draft."""
    return any(map(caller.holds_somewhere, (Permission.FENCE_PUBLISH, Permission.RELEASE_DRAFT)))
