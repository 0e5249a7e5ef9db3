"""Databases and transactions for tests: each test gets a world of its own and leaves none behind."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType

from hedgerow.auth import PERMISSIONS, Caller, Permission, Role
from hedgerow.contracts.values import PlantId, TenantId, new_id
from hedgerow.service import Service
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import async_url, connect_unpooled
from hedgerow.transaction.migrate import migrate
from hedgerow.transaction.tenancy import enter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

SERVICES = ("orders", "inventory", "routing", "rma")
# Where each service's messages stand, in hedgerow.contracts.
CONTRACTS = {name: (name,) for name in SERVICES} | {
    "inventory": ("inventory", "overflow"),
    "routing": ("routing", "access", "presence", "fences", "releases"),
}
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
_numbers = itertools.count(1)


def contracts_of(name: str) -> list[ModuleType]:
    return [import_module(f"hedgerow.contracts.{module}") for module in CONTRACTS[name]]


def service_of(name: str) -> Service:
    service: Service = import_module(f"hedgerow_{name}.app").service
    return service


class Databases:
    """Makes databases as a service's runtime role sees them, by copying a migrated template."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self._templates: dict[str, str] = {}
        self._shared: dict[str, str] = {}

    def url(self, service: str, database: str) -> str:
        """With the runtime role's own user and password."""
        return (
            async_url(self.admin_url)
            .set(username=f"hedgerow_{service}", password=f"pw-{service}", database=database)
            .set(drivername="postgresql")
            .render_as_string(hide_password=False)
        )

    async def fresh(self, service: str, table: Service | None = None) -> str:
        """The URL of a migrated, empty database for `service`."""
        table = table or service_of(service)
        template = self._templates.get(service)
        if template is None:
            template = f"template_{service}"
            await migrate(
                self.admin_url,
                self.url(service, template),
                table.migrations,
                table.extensions,
            )
            self._templates[service] = template
        name = f"t_{service}_{os.getpid()}_{next(_numbers)}"
        admin = connect_unpooled(self.admin_url)
        async with admin.connect() as conn:
            await conn.execute(
                text(f"create database {name} template {template} strategy file_copy")
            )
            await conn.execute(text(f"grant connect on database {name} to hedgerow_{service}"))
        await admin.dispose()
        return self.url(service, name)

    async def shared(self, service: str) -> str:
        """A database for tests that roll back what they do."""
        if service not in self._shared:
            self._shared[service] = await self.fresh(service)
        return self._shared[service]


@asynccontextmanager
async def transaction(
    engine: AsyncEngine, caller: Caller, *, now: datetime = NOON
) -> AsyncIterator[Transaction]:
    """What the pipeline gives a handler, rolled back at the end."""
    async with engine.connect() as conn:
        await conn.begin()
        await enter(conn, caller.reach(), timeout_s=20)
        yield Transaction(conn, caller, now)
        await conn.rollback()


def caller(
    tenant_id: TenantId | None = None,
    *,
    tenant: frozenset[Permission] | Role = frozenset(),
    plants: dict[PlantId, frozenset[Permission] | Role] | None = None,
    subject: str = "tester",
) -> Caller:
    """A caller with these rights: permissions, or a role that stands for them."""

    def spelled(held: frozenset[Permission] | Role) -> frozenset[Permission]:
        return PERMISSIONS[held] if isinstance(held, Role) else held

    return Caller(
        subject=subject,
        tenant_id=tenant_id or TenantId(new_id()),
        tenant_grants=spelled(tenant),
        plant_grants={plant: spelled(held) for plant, held in (plants or {}).items()},
    )


def administrator(tenant_id: TenantId | None = None) -> Caller:
    return caller(tenant_id, tenant=Role.TENANT_ADMIN, subject="administrator")
