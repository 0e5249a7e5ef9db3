"""Which plant has which code, for the roles in tokens."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from hedgerow.auth import Caller
from hedgerow.bus import Bus
from hedgerow.contracts.routing import ListPlants
from hedgerow.contracts.values import PlantId, TenantId
from hedgerow.errors import Unavailable

FRESH_S = 5.0
PAUSE_S = 1.0  # between two looks for a code that is not there
LOOK_S = 2.0
MOST_TENANTS = 1000


@dataclass(slots=True)
class _Tenant:
    codes: Mapping[str, PlantId] = field(default_factory=dict)
    read_at: float = float("-inf")
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class Directory:
    """Codes never change their plant, so an old answer is only ever incomplete."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._tenants: OrderedDict[TenantId, _Tenant] = OrderedDict()

    async def plants(self, tenant_id: TenantId, codes: Collection[str]) -> Mapping[str, PlantId]:
        """Raises Unavailable when nothing is known yet and routing does not answer."""
        tenant = self._tenants.setdefault(tenant_id, _Tenant())
        self._tenants.move_to_end(tenant_id)
        while len(self._tenants) > MOST_TENANTS:
            self._tenants.popitem(last=False)
        if self._due(tenant, codes):
            async with tenant.reading:
                if self._due(tenant, codes):
                    await self._read(tenant_id, tenant)
        return tenant.codes

    def _due(self, tenant: _Tenant, codes: Collection[str]) -> bool:
        complete = all(code in tenant.codes for code in codes)
        return time.monotonic() - tenant.read_at > (FRESH_S if complete else PAUSE_S)

    async def _read(self, tenant_id: TenantId, tenant: _Tenant) -> None:
        caller = Caller.service("gateway", tenant_id)
        try:
            plants = await self._bus.request(ListPlants(), caller, timeout_s=LOOK_S)
        except Unavailable:
            if not tenant.codes:
                raise
        else:
            tenant.codes = {plant.code: plant.plant_id for plant in plants}
        tenant.read_at = time.monotonic()
