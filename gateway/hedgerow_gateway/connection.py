"""Subscriptions over one WebSocket, as graphql-transport-ws has it.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. The older subprotocol is not
served. Queries and mutations go by POST.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import msgspec
from graphql import ExecutionResult, OperationType
from hedgerow.auth import Caller
from hedgerow.errors import Denied, Refused
from hedgerow.telemetry import new_traceparent
from starlette.websockets import WebSocket, WebSocketDisconnect

from hedgerow_gateway.closing import (
    BAD_REQUEST,
    BUG,
    FORBIDDEN,
    INIT_TIMEOUT,
    SUBSCRIBER_EXISTS,
    TOO_MANY_INITS,
    TRY_LATER,
    UNAUTHORIZED,
    Closing,
)
from hedgerow_gateway.context import Context
from hedgerow_gateway.execution.engine import BadOperation, NotReady, Ready
from hedgerow_gateway.login import Session, Unauthenticated
from hedgerow_gateway.origin import origin_of
from hedgerow_gateway.parts import Parts
from hedgerow_gateway.problems import language_of, problems

log = logging.getLogger("hedgerow.gateway")

PROTOCOL = "graphql-transport-ws"
MOST_MESSAGE_BYTES = 64 * 1024
MOST_SUBSCRIPTIONS = 20
MOST_NAME = 100
INIT_S = 5.0


class TooManySubscriptions(Denied):
    code = "THROTTLED"

    def __init__(self) -> None:
        super().__init__(
            f"At most {MOST_SUBSCRIPTIONS} subscriptions at once on a connection.",
            f"每个连接最多 {MOST_SUBSCRIPTIONS} 个订阅",
        )


class _Message(msgspec.Struct):
    type: str
    id: str = ""
    payload: dict[str, Any] | None = None


class _Operation(msgspec.Struct, rename="camel"):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


class Connection:
    """From its acceptance to its end."""

    def __init__(
        self,
        parts: Parts,
        socket: WebSocket,
        admitted: Callable[[Caller], AbstractContextManager[None]],
    ) -> None:
        """admitted  holds a place for a caller; raises Closing when there is none"""
        self._parts = parts
        self._socket = socket
        self._admitted = admitted
        self._running: dict[str, asyncio.Task[None]] = {}
        self._language = language_of(socket.headers.get("accept-language", ""))

    async def run(self) -> None:
        try:
            session = await self._greet()
            with self._admitted(session.caller):
                await self._send({"type": "connection_ack"})
                await self._converse(session)
        except Closing as closing:
            await self._close(closing.code, closing.reason)
        except WebSocketDisconnect:
            pass
        finally:
            running = list(self._running.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _greet(self) -> Session:
        try:
            async with asyncio.timeout(INIT_S):
                message = await self._receive()
        except TimeoutError as late:
            raise Closing(*INIT_TIMEOUT) from late
        if message.type != "connection_init":
            raise Closing(*UNAUTHORIZED)
        said = message.payload or {}
        authorization = said.get("authorization") or said.get("Authorization")
        try:
            return await self._parts.login.session(
                authorization if isinstance(authorization, str) else None
            )
        except Unauthenticated as unknown:
            raise Closing(*FORBIDDEN) from unknown
        except Refused as refused:
            raise Closing(TRY_LATER, "Try again later") from refused

    async def _converse(self, session: Session) -> None:
        """Until the client goes, or its token expires."""
        ends = asyncio.get_running_loop().time() + session.user.expires_at - time.time()
        try:
            async with asyncio.timeout_at(ends):
                while True:
                    await self._handle(await self._receive(), session)
        except TimeoutError as expired:
            raise Closing(4403, "Token expired") from expired

    async def _handle(self, message: _Message, session: Session) -> None:
        match message.type:
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message, session)
            case "complete":
                if (task := self._running.pop(message.id, None)) is not None:
                    task.cancel()
            case "connection_init":
                raise Closing(*TOO_MANY_INITS)
            case _:
                raise Closing(*BAD_REQUEST)

    async def _subscribe(self, message: _Message, session: Session) -> None:
        name = message.id
        if not 1 <= len(name) <= MOST_NAME:
            raise Closing(*BAD_REQUEST)
        if name in self._running:
            raise Closing(SUBSCRIBER_EXISTS, f"Subscriber for {name} already exists")
        try:
            asked = msgspec.convert(message.payload, _Operation)
        except msgspec.ValidationError as wrong:
            raise Closing(*BAD_REQUEST) from wrong
        request_id = new_traceparent()[3:35]
        try:
            ready = self._parts.engine.prepare(asked.query, asked.variables, asked.operation_name)
            if ready.kind is not OperationType.SUBSCRIPTION:
                raise NotReady((_by_post(),))
            if len(self._running) >= MOST_SUBSCRIPTIONS:
                raise NotReady((TooManySubscriptions(),))
            context = await self._context(session, request_id)
        except NotReady as why:
            await self._fail(name, why.errors, request_id)
            return
        task = asyncio.get_running_loop().create_task(self._pass_on(name, ready, context))
        self._running[name] = task
        task.add_done_callback(partial(self._ended, name))

    async def _context(self, session: Session, request_id: str) -> Context:
        """With the rights of now. Raises NotReady."""
        origin = origin_of(self._socket.scope, self._parts.proxies, request_id)
        try:
            now = await session.renewed()
        except Refused as refused:
            raise NotReady((refused,)) from refused
        return self._parts.context(now, self._language, origin)

    async def _pass_on(self, name: str, ready: Ready, context: Context) -> None:
        """One subscription, from its first event to its end."""
        results = await self._parts.engine.subscribe(ready, context)
        if isinstance(results, ExecutionResult):
            await self._parts.denials.note_all(results.errors, context)
            await self._fail(name, tuple(results.errors or ()), context.request_id)
            return
        try:
            async with contextlib.aclosing(results):
                async for result in results:
                    await self._parts.denials.note_all(result.errors, context)
                    await self._send(
                        {"id": name, "type": "next", "payload": self._payload(result, context)}
                    )
        except Refused as refused:
            await self._parts.denials.note(next(iter(context.roots), ""), refused, context)
            await self._fail(name, (refused,), context.request_id)
        else:
            await self._send({"id": name, "type": "complete"})

    def _payload(self, result: ExecutionResult, context: Context) -> dict[str, Any]:
        payload: dict[str, Any] = {"data": result.data}
        if result.errors:
            payload["errors"] = problems(result.errors, self._language, context.request_id)
        return payload

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self._running.get(name) is task:
            del self._running[name]
        if task.cancelled() or (error := task.exception()) is None:
            return
        if not isinstance(error, WebSocketDisconnect | RuntimeError):  # a send after the end
            log.error("a subscription failed", exc_info=error)
            self._running[name] = asyncio.get_running_loop().create_task(self._close(*BUG))

    async def _fail(self, name: str, errors: tuple[Exception, ...], request_id: str) -> None:
        payload = problems(errors, self._language, request_id)
        await self._send({"id": name, "type": "error", "payload": payload})

    async def _receive(self) -> _Message:
        """Raises Closing and WebSocketDisconnect."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        if text is None or len(text) > MOST_MESSAGE_BYTES:
            raise Closing(*BAD_REQUEST)
        try:
            return msgspec.json.decode(text, type=_Message)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as wrong:
            raise Closing(*BAD_REQUEST) from wrong

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(msgspec.json.encode(message).decode())

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await self._socket.close(code, reason)


def _by_post() -> BadOperation:
    return BadOperation("Send queries and mutations by POST.", "查询与变更请使用 POST 发送")
