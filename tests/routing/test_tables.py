import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hedgerow.transaction.database import connect_unpooled
from hedgerow.transaction.tenancy import lint
from hedgerow_routing.app import service
from routing.makers import NINGBO, around, found_plant
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from worlds import administrator, transaction


async def test_the_migrations_make_the_tables_that_are_declared(routing_db, databases):
    url = make_url(databases.admin_url).set(database=routing_db.url.database)
    admin = connect_unpooled(url.render_as_string(hide_password=False))

    def ours(_object, name, kind, _reflected, _compared):
        return not (kind == "table" and name == "spatial_ref_sys")  # PostGIS's own

    async with admin.connect() as conn:
        differences = await conn.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"include_object": ours}), service.metadata
            )
        )
        faults = await lint(conn, "hedgerow_routing")
    await admin.dispose()

    assert differences == []
    assert faults == []


@pytest.mark.parametrize(
    "statement",
    [
        "update fences set area = null",
        "update fences set version = 7",
        "delete from fences",
        "update plants set code = 'X'",
        "delete from plants",
        "update overflow_rules set chain = '{}'",
        "update routing_limits set max_distance_km = 1",
        "update decisions set chain = '[]'",
        "delete from decisions",
    ],
)
async def test_what_was_published_or_decided_cannot_be_edited_by_the_service(
    routing_db, statement: str
):
    async with transaction(routing_db, administrator()) as tx:
        await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))

        with pytest.raises(DBAPIError, match="permission denied"):
            await tx.conn.execute(text(statement))
