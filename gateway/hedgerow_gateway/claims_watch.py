"""Telling routing what tokens bring, so that rights can be explained to an administrator."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

from hedgerow.auth import Caller
from hedgerow.bus import Bus
from hedgerow.contracts.access import ClaimedRole, ObserveClaims
from hedgerow.contracts.values import TenantId, new_id
from hedgerow.errors import Refused

log = logging.getLogger("hedgerow.login")

AGAIN_S = 3600.0  # the same roles are told again after this, so that "last seen" stays true
PAUSE_S = 10.0  # after a failure
SEND_S = 3.0
MOST_KEPT = 10_000
MOST_SENDING = 100

Roles = tuple[ClaimedRole, ...]


class ClaimsWatch:
    """Never fails a request, and never makes it wait."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._told: OrderedDict[tuple[TenantId, str], tuple[Roles, float]] = OrderedDict()
        self._sending: set[asyncio.Task[None]] = set()

    def saw(self, tenant_id: TenantId, subject: str, roles: Roles) -> None:
        """The roles of a session; told when they are news."""
        key = (tenant_id, subject)
        told = self._told.get(key)
        if told is not None and told[0] == roles and told[1] > time.monotonic():
            return
        if len(self._sending) >= MOST_SENDING:
            return
        self._keep(key, roles, AGAIN_S)
        task = asyncio.get_running_loop().create_task(self._tell(key, roles))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def stop(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _tell(self, key: tuple[TenantId, str], roles: Roles) -> None:
        tenant_id, subject = key
        caller = Caller.service("gateway", tenant_id)
        message = ObserveClaims(subject=subject, roles=roles)
        try:
            await self._bus.request(message, caller, timeout_s=SEND_S, key=new_id().hex)
        except Refused as refused:
            self._keep(key, roles, PAUSE_S)
            why = {"subject": subject, "code": refused.code, "why": refused.detail}
            log.warning("claims were not observed", extra=why)

    def _keep(self, key: tuple[TenantId, str], roles: Roles, for_s: float) -> None:
        self._told[key] = (roles, time.monotonic() + for_s)
        self._told.move_to_end(key)
        while len(self._told) > MOST_KEPT:
            self._told.popitem(last=False)
