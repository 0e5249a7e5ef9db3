"""Permission as a value: no store method changes data without a grant that fits.

A store method that writes needs a grant, and names the permissions it takes; so a handler cannot
forget to ask. This is read from the code, and tried on the database: see `grants`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from contracts.everything import everything, written
from contracts.grants import (
    inventory,
    orders,
    reading,
    rma,
    routing,
    routing_access,
    routing_releases,
)
from contracts.grants.reading import Found
from contracts.grants.write import Prepare, Write, together
from hedgerow.auth import WrongGrant
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import connect
from routing.makers import Statements
from worlds import SERVICES, Databases, administrator, service_of, transaction

# Store methods that write and take no grant, with the reason. There is none.
EXCEPTIONS: Mapping[str, str] = {}

FOUND = [found for service in SERVICES for found in reading.writing(service)]
WRITES = together(
    orders.writes,
    inventory.writes,
    routing.writes,
    routing_access.writes,
    routing_releases.writes,
    rma.writes,
)
CALLS = WRITES | {"orders.OrderStore.save of a cancelled order": orders.cancellation}


def test_only_the_caller_makes_grants() -> None:
    assert reading.grant_makers() == {"hedgerow/auth/caller.py"}


@pytest.mark.parametrize("service", SERVICES)
def test_statements_that_write_stand_in_stores_only(service: str) -> None:
    assert reading.writers_outside_stores(service) == set()


@pytest.mark.parametrize("found", FOUND, ids=[found.name for found in FOUND])
def test_what_writes_takes_a_grant_and_names_the_permissions_it_needs(found: Found) -> None:
    if found.name in EXCEPTIONS:
        assert not found.takes, "no exception any more"
        return

    assert found.takes
    assert found.checks
    assert found.faults == []


def test_every_method_that_writes_is_tried() -> None:
    assert {found.name for found in FOUND} - set(EXCEPTIONS) == set(WRITES)


@pytest.mark.parametrize("name", CALLS)
async def test_a_wrong_grant_is_found_before_anything_is_sent(
    databases: Databases, name: str
) -> None:
    async with prepared(databases, name) as (tx, write):
        before = await look(tx, name)
        counted = await written(tx.conn)
        for grant in write.wrong_grants(tx.tenant_id):
            with Statements(tx) as statements, pytest.raises(WrongGrant):
                await write.call(grant)
            assert statements.sent == [], grant
        assert await written(tx.conn) == counted
        assert await look(tx, name) == before


@pytest.mark.parametrize("name", CALLS)
async def test_a_right_grant_is_taken_and_something_changes(
    databases: Databases, name: str
) -> None:
    async with prepared(databases, name) as (tx, write):
        before = await look(tx, name)
        for grant in write.right_grants(tx.tenant_id):
            taken_back = await tx.conn.begin_nested()
            await write.call(grant)
            assert await look(tx, name) != before, grant
            await taken_back.rollback()


@asynccontextmanager
async def prepared(databases: Databases, name: str) -> AsyncIterator[tuple[Transaction, Write]]:
    """An administrator's transaction with all that the method needs but its grant."""
    engine = connect(await databases.shared(name.partition(".")[0]), pool_size=1)
    async with transaction(engine, administrator()) as tx:
        prepare: Prepare = CALLS[name]
        yield tx, await prepare(tx)
    await engine.dispose()


async def look(tx: Transaction, name: str) -> dict[str, str]:
    metadata = service_of(name.partition(".")[0]).metadata
    return await everything(tx.conn, tx.tenant_id, metadata)
