"""No row of an aggregate changes without an entry in its chain; see the package `evident`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from contracts.evident import inventory, orders, rma, routing
from contracts.evident.step import KERNEL, Part, Step, of_the_kernel
from hedgerow.auth import Caller, Permission, TenantGrant
from hedgerow.contracts.inventory import RegisterSkus
from hedgerow.contracts.message import Event
from hedgerow.errors import Refused
from hedgerow.service import Service
from hedgerow.service.table import batch_of
from hedgerow.transaction import Ask, Transaction
from hedgerow.transaction.database import connect
from hedgerow.transaction.tenancy import enter
from hedgerow_inventory.store.tables import skus
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from worlds import SERVICES, Databases, administrator, service_of, transaction

PARTS: Mapping[str, Part] = {
    "orders": orders.PART,
    "inventory": inventory.PART,
    "routing": routing.PART,
    "rma": rma.PART,
}
_WRITTEN = text("""
    select relname, n_tup_ins + n_tup_upd + n_tup_del as rows from pg_stat_xact_user_tables
""")


@dataclass(frozen=True, slots=True)
class Trace:
    """What a message has left. tables  those with rows added, changed or removed
    kinds  of the aggregates that it left an entry for
    """

    message: str
    tables: frozenset[str]
    kinds: frozenset[str]

    def untold(self, part: Part) -> list[tuple[str, str]]:
        """Tables of an aggregate that it changed without an entry for one of its kind."""
        return [
            (self.message, table)
            for table in sorted(self.tables)
            if table in part.aggregates and part.aggregates[table] not in self.kinds
        ]


async def trace(tx: Transaction, name: str, handler: Callable[..., Any], step: Step) -> Trace:
    """Send it as the pipeline does, see what it leaves, and take it back."""
    is_event = isinstance(step.message, Event)
    who = step.who or (Caller.service(name, tx.tenant_id) if is_event else tx.caller)
    taken_back = await tx.conn.begin_nested()
    before = await _written(tx.conn)
    await enter(tx.conn, who.reach(), timeout_s=20)
    acted = Transaction(tx.conn, who, tx.now)
    if batch_of(handler) is None:
        await handler(step.message, acted)
    else:
        answers = await handler([step.message if is_event else Ask(step.message, who)], acted)
        assert not any(isinstance(each, Refused) for each in answers or ()), answers
    after = await _written(tx.conn)
    await taken_back.rollback()
    return Trace(
        message=type(step.message).SUBJECT,
        tables=frozenset(name for name, rows in after.items() if rows != before.get(name, 0)),
        kinds=frozenset(each.aggregate.partition(":")[0] for each in acted.recorded),
    )


async def _written(conn: AsyncConnection) -> dict[str, int]:
    """By table, how many rows this transaction has written, counting what it has taken back."""
    return {row.relname: row.rows for row in await conn.execute(_WRITTEN)}


async def traces(databases: Databases, name: str) -> list[Trace]:
    service: Service = service_of(name)
    handlers: Mapping[Any, Any] = {**service.commands, **service.reactions}
    engine = connect(await databases.shared(name), pool_size=1)
    try:
        async with transaction(engine, administrator()) as tx:
            steps = [*await PARTS[name].prepare(tx), *of_the_kernel()]
            sent = {type(each.message) for each in steps}
            missing = sorted(kind.__name__ for kind in handlers.keys() - sent)
            assert not missing, f"contracts/evident/{name}.py has no {', '.join(missing)}"
            return [await trace(tx, name, handlers[type(each.message)], each) for each in steps]
    finally:
        await engine.dispose()


@pytest.mark.parametrize("name", SERVICES)
async def test_every_change_of_an_aggregate_leaves_an_entry(
    databases: Databases, name: str
) -> None:
    part, found = PARTS[name], await traces(databases, name)

    assert [each.message for each in found if not each.tables] == []
    assert [fault for each in found for fault in each.untold(part)] == []
    seen = frozenset[str]().union(*(each.tables for each in found))
    assert sorted(part.aggregates.keys() - seen) == [], "no message here changes these tables"
    kinds = frozenset[str]().union(*(each.kinds for each in found))
    assert kinds == set(part.aggregates.values())


@pytest.mark.parametrize("name", SERVICES)
def test_every_table_belongs_to_an_aggregate_or_says_why_not(name: str) -> None:
    part = PARTS[name]
    spoken_of = [*part.aggregates, *part.no_aggregate, *KERNEL]

    assert sorted(spoken_of) == sorted(service_of(name).metadata.tables)


class SlyStore:
    """Writes, and tells nobody."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def rename(self, grant: TenantGrant, sku: str, name: str) -> None:
        grant.must_carry_everywhere(Permission.SKU_REGISTER)
        await self._tx.conn.execute(update(skus).where(skus.c.sku == sku).values(name=name))


async def sly(command: RegisterSkus, tx: Transaction) -> None:
    grant = tx.caller.grant_tenant(Permission.SKU_REGISTER)
    for each in command.skus:
        await SlyStore(tx).rename(grant, each.sku, "another name")


async def test_a_store_that_tells_nobody_is_found(databases: Databases) -> None:
    engine = connect(await databases.shared("inventory"), pool_size=1)
    async with transaction(engine, administrator()) as tx:
        [step, *_] = await inventory.PART.prepare(tx)
        found = await trace(tx, "inventory", sly, step)
    await engine.dispose()

    assert found.untold(inventory.PART) == [("hedgerow.cmd.inventory.register_skus.v1", "skus")]
