"""What users' memberships come to, as routing keeps them, read again all the time.

For reading an answer may be a second old; for writing it must have been asked for after the
request came. An event drops what is known at once; it may be missed, so the second is what counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec
from hedgerow.auth import Caller
from hedgerow.bus import Bus
from hedgerow.contracts.access import AccessBySubjects, AccessChanged, AccessView
from hedgerow.contracts.values import TenantId
from hedgerow.errors import Refused, Unavailable

log = logging.getLogger("hedgerow.login")

FRESH_S = 1.0
STALE_S = 30.0  # the oldest that serves queries while routing does not answer
LOOK_S = 2.0
MOST_KEPT = 10_000

Key = tuple[TenantId, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    """sent_at  when it was asked for, monotonic"""

    view: AccessView
    sent_at: float


@dataclass(frozen=True, slots=True)
class _Reading:
    task: asyncio.Task[AccessView]
    sent_at: float


class _Body(msgspec.Struct):
    subject: str


class Memberships:
    """Begin with `start`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._reading: dict[Key, _Reading] = {}
        self._body = msgspec.json.Decoder(_Body)
        self._stop: Callable[[], Awaitable[None]] | None = None

    async def start(self) -> None:
        self._stop = await self._bus.listen(f"{AccessChanged.SUBJECT}.*._", self.hear)

    async def stop(self) -> None:
        if self._stop is not None:
            await self._stop()

    def hear(self, subject: str, _headers: Mapping[str, str], body: bytes) -> None:
        """Somebody's rights have changed."""
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            tenant = TenantId(UUID(subject.split(".")[-2]))
            key = (tenant, self._body.decode(body).subject)
            self._kept.pop(key, None)
            self._reading.pop(key, None)  # its answer may be from before: nobody joins it

    async def of(
        self, tenant_id: TenantId, subject: str, *, since: float | None = None
    ) -> AccessView:
        """since  monotonic: what was asked for earlier does not count, and there is no falling
        back. Raises what routing says, and Unavailable."""
        key = (tenant_id, subject)
        now = time.monotonic()
        least = now - FRESH_S if since is None else since
        kept = self._kept.get(key)
        if kept is not None and kept.sent_at >= least:
            return kept.view
        reading = self._reading.get(key)
        if reading is None or reading.sent_at < least:
            reading = self._begin(key)
        try:
            return await asyncio.shield(reading.task)
        except Refused as refused:
            kept = self._kept.get(key)
            usable = kept is not None and kept.sent_at >= now - STALE_S and since is None
            if not usable or refused.family != Unavailable.family:
                raise
            log.warning("rights are not fresh", extra={"subject": subject, "why": refused.detail})
            assert kept is not None
            return kept.view

    def _begin(self, key: Key) -> _Reading:
        task = asyncio.get_running_loop().create_task(self._read(key))
        reading = self._reading[key] = _Reading(task, time.monotonic())
        task.add_done_callback(lambda _: self._end(key, reading))
        return reading

    async def _read(self, key: Key) -> AccessView:
        tenant_id, subject = key
        caller = Caller.service("gateway", tenant_id)
        message = AccessBySubjects(subjects=(subject,))
        (view,) = await self._bus.request(message, caller, timeout_s=LOOK_S)
        return view

    def _end(self, key: Key, reading: _Reading) -> None:
        current = self._reading.get(key) is reading
        if current:
            del self._reading[key]
        if reading.task.cancelled() or reading.task.exception() is not None or not current:
            return
        self._kept[key] = _Kept(reading.task.result(), reading.sent_at)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
