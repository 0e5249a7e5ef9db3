"""A thin client of the GraphQL API."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

PATIENCE_S = 60.0
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
BUSY_STATUS = frozenset({429, 502, 503, 504})
BUSY_CODES = frozenset(
    {"DEADLINE_PASSED", "OVERLOADED", "SERVICE_UNAVAILABLE", "THROTTLED", "UNAVAILABLE"}
)


class ClientError(Exception):
    """Ends a program; its text is for the person who started it."""


class Unreachable(ClientError):
    """The gateway did not answer, or was too busy, for as long as the client is patient."""


class LoginRefused(ClientError):
    """The token is missing, expired or not accepted."""


class RequestFailed(ClientError):
    """The gateway did not carry the operation out: it is malformed, over a limit, or met a bug.

    code, said  of the first error; empty when the answer was no GraphQL at all
    """

    def __init__(self, message: str, code: str = "", said: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.said = said

    @property
    def is_of_the_document(self) -> bool:
        """Whatever the variables: it would fail again."""
        if self.code == "BAD_USER_INPUT":
            return not self.said.startswith("Variable ")
        return self.code in ("", "COST_LIMIT_EXCEEDED")


@dataclass(frozen=True, slots=True)
class UserError:
    """field  dotted path into the input, such as lines.0.quantity; empty when there is none"""

    code: str
    message: str
    field: str


class Refused(ClientError):
    """The operation was understood and turned down."""

    def __init__(self, errors: tuple[UserError, ...]) -> None:
        super().__init__("; ".join(f"{each.code}: {each.message}" for each in errors))
        self.errors = errors

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(each.code for each in self.errors)


class _Busy(Exception):
    """Worth another try. after_s is how long the gateway asks to wait, or None."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


class Api:
    """One gateway, one bearer token, at most `concurrency` requests at a time.

    A request is sent again after a pause when the gateway cannot be reached or is busy, until
    `patience_s` seconds have passed. That is safe: mutations carry @idempotent(key:).
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        concurrency: int = 16,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._patience_s = patience_s
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
            timeout=httpx.Timeout(15, connect=5),
            limits=httpx.Limits(max_connections=concurrency),
        )
        self._endpoint = f"{url.rstrip('/')}/graphql"

    async def __aenter__(self) -> Api:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def execute(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The answer's `data`.

        Raises Refused when a field has userErrors, else LoginRefused, RequestFailed, Unreachable.
        """
        body = json.dumps({"query": document, "variables": variables or {}}).encode()
        async with self._slots:
            data = await self._patiently(body)
        errors = tuple(
            UserError(each["code"], each["message"], _path(each.get("field")))
            for payload in data.values()
            if isinstance(payload, dict)
            for each in payload.get("userErrors") or ()
        )
        if errors:
            raise Refused(errors)
        return data

    async def _patiently(self, body: bytes) -> dict[str, Any]:
        clock = asyncio.get_running_loop().time
        give_up = clock() + self._patience_s
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await self._once(body)
            except (_Busy, httpx.TransportError) as trouble:
                asked_s = trouble.after_s if isinstance(trouble, _Busy) else None
                wait_s = random.uniform(0, pause_s) if asked_s is None else asked_s
                if clock() + wait_s >= give_up:
                    why = str(trouble) or type(trouble).__name__
                    raise Unreachable(f"{self._endpoint} does not answer: {why}") from trouble
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(wait_s)

    async def _once(self, body: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        try:
            answer = await self._http.post(self._endpoint, content=body, headers=headers)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as wrong:
            raise RequestFailed(f"{self._endpoint} is no address of a gateway: {wrong}") from wrong
        if answer.status_code in BUSY_STATUS:
            raise _Busy(f"status {answer.status_code}", _retry_after(answer))
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict) or not ("errors" in said or "data" in said):
            if answer.status_code in (401, 403):
                raise LoginRefused(f"The gateway refused the token ({answer.status_code}).")
            raise RequestFailed(f"{self._endpoint} is no gateway: status {answer.status_code}")
        if said.get("errors"):
            _raise(said["errors"], answer)
        data: dict[str, Any] = said.get("data") or {}
        return data


def _raise(errors: list[dict[str, Any]], answer: httpx.Response) -> None:
    first = errors[0]
    extensions = first.get("extensions") or {}
    code, message = str(extensions.get("code", "")), str(first.get("message", ""))
    if code == "UNAUTHENTICATED" or answer.status_code == 401:
        raise LoginRefused(f"The gateway refused the token: {message}")
    if code in BUSY_CODES or extensions.get("retryable") is True:
        raise _Busy(f"{code}: {message}", _retry_after(answer))
    raise RequestFailed(f"{code}: {message}" if code else message, code, message)


def _retry_after(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), LONGEST_PAUSE_S) if text.isascii() and text.isdigit() else None


def _path(field: list[str] | None) -> str:
    parts = field or []
    return ".".join(parts[1:] if parts[:1] == ["input"] else parts)
