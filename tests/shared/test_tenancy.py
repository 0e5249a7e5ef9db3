"""Row security: nothing leaks, the context ends with its transaction, and the lint sees faults."""

from collections.abc import AsyncIterator

import pytest
import sample
from hedgerow.auth import Reach
from hedgerow.contracts.values import PlantId, TenantId, new_id
from hedgerow.transaction.catalogue import lint
from hedgerow.transaction.database import async_url, connect, connect_unpooled
from hedgerow.transaction.tenancy import enter
from sample import things
from sqlalchemy import ARRAY, Text, any_, bindparam, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from worlds import SERVICES, Databases

ACME, OTHER = TenantId(new_id()), TenantId(new_id())
NORTH, SOUTH = PlantId(new_id()), PlantId(new_id())


@pytest.fixture(scope="module")
async def engine(databases: Databases) -> AsyncIterator[AsyncEngine]:
    engine = connect(await databases.fresh("sample", sample.service), pool_size=1)
    for tenant, name, plant in (
        (ACME, "north", NORTH),
        (ACME, "south", SOUTH),
        (ACME, "nowhere", None),
        (OTHER, "theirs", NORTH),
    ):
        async with engine.begin() as conn:
            await enter(conn, Reach(tenant, True, ()), timeout_s=5)
            await conn.execute(
                insert(things).values(
                    tenant_id=tenant, name=name, plant_id=plant, quantity=1, version=1
                )
            )
    yield engine
    await engine.dispose()


async def names(conn: AsyncConnection) -> list[str]:
    return list(await conn.scalars(select(things.c.name).order_by(things.c.name)))


@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (Reach(ACME, False, (NORTH,)), ["north"]),
        (Reach(ACME, False, (NORTH, SOUTH)), ["north", "south"]),
        (Reach(ACME, True, ()), ["north", "nowhere", "south"]),
        (Reach(ACME, False, ()), []),
        (Reach(OTHER, False, (SOUTH,)), []),
        (Reach(TenantId(new_id()), True, ()), []),
    ],
)
async def test_a_transaction_sees_its_reach(
    engine: AsyncEngine, reach: Reach, seen: list[str]
) -> None:
    async with engine.begin() as conn:
        await enter(conn, reach, timeout_s=5)
        assert await names(conn) == seen


async def test_the_context_ends_with_its_transaction(engine: AsyncEngine) -> None:
    async with engine.connect() as conn:
        async with conn.begin():
            await enter(conn, Reach(ACME, True, ()), timeout_s=5)
            assert len(await names(conn)) == 3
        async with conn.begin():
            assert await names(conn) == []


async def test_a_row_can_neither_be_written_nor_moved_out_of_reach(engine: AsyncEngine) -> None:
    for statement in (
        insert(things).values(tenant_id=ACME, name="x", plant_id=SOUTH, quantity=1, version=1),
        insert(things).values(tenant_id=OTHER, name="x", plant_id=NORTH, quantity=1, version=1),
        update(things).values(plant_id=SOUTH),
        update(things).values(tenant_id=OTHER),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with engine.begin() as conn:
                await enter(conn, Reach(ACME, False, (NORTH,)), timeout_s=5)
                await conn.execute(statement)


async def test_no_policy_is_evaluated_for_each_row(engine: AsyncEngine) -> None:
    async with engine.begin() as conn:
        await enter(conn, Reach(ACME, False, (NORTH,)), timeout_s=5)
        plan = "\n".join(await conn.scalars(text("explain select * from things")))

    assert plan.count("InitPlan") == 3
    assert "app." not in plan.split("InitPlan")[0]


async def test_a_statement_is_planned_once_and_not_for_each_call(engine: AsyncEngine) -> None:
    named = select(things.c.version).where(
        things.c.name == any_(bindparam("names", type_=ARRAY(Text)))
    )
    plans = text(
        "select generic_plans, custom_plans from pg_prepared_statements"
        " where statement like 'SELECT things.version%ANY%'"
    )
    async with engine.begin() as conn:
        await enter(conn, Reach(ACME, True, ()), timeout_s=5)
        for _ in range(8):
            await conn.execute(named, {"names": ["north"]})

        assert [tuple(row) for row in await conn.execute(plans)] == [(8, 0)]


async def test_the_runtime_role_cannot_become_the_owner(engine: AsyncEngine) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with engine.begin() as conn:
            await conn.execute(text("set local role hedgerow_sample_owner"))


async def _admin(databases: Databases, service: str, database: str) -> AsyncEngine:
    return connect_unpooled(
        async_url(databases.admin_url)
        .set(drivername="postgresql", database=database)
        .render_as_string(hide_password=False)
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_of_every_service_is_secured(databases: Databases, service: str) -> None:
    url = async_url(await databases.fresh(service))
    admin = await _admin(databases, service, str(url.database))
    async with admin.connect() as conn:
        faults = await lint(conn, f"hedgerow_{service}")
        count = await conn.scalar(select(func.count()).select_from(text("pg_policies")))
    await admin.dispose()

    assert faults == []
    assert count is not None and count >= 6


PLANTED = {
    "L1": "create table t (tenant_id uuid, id uuid)",
    "L2": "create table t (tenant_id uuid, id uuid); alter table t enable row level security; "
    "alter table t force row level security",
    "L3": "create policy p on things using (tenant_id = app.tenant())",
    "L4": "alter table things owner to hedgerow_sample",
    "L5": "create view v as select * from things",
    "L6": "create materialized view m as select * from things; "
    "grant select on m to hedgerow_sample",
    "L7": "grant truncate on things to hedgerow_sample",
    "L8": "alter table heard add column other uuid; create table o (id uuid primary key); "
    "alter table heard add foreign key (other) references o",
    "L9": "create unique index u on things (name)",
    "L10": "create index i on things (quantity)",
    "L11": "create function f() returns int language sql security definer as 'select 1'",
    "L12": "create table t (id uuid)",
}


@pytest.mark.parametrize("rule", PLANTED)
async def test_the_lint_sees_each_planted_fault(databases: Databases, rule: str) -> None:
    url = async_url(await databases.fresh("sample", sample.service))
    admin = await _admin(databases, "sample", str(url.database))
    async with admin.connect() as conn:
        assert await lint(conn, "hedgerow_sample") == []
        for statement in PLANTED[rule].split("; "):
            await conn.execute(text(statement))

        found = {each.split()[0] for each, _ in await lint(conn, "hedgerow_sample")}
    await admin.dispose()

    assert rule in found
