from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hedgerow.transaction.database import connect_unpooled
from hedgerow.transaction.tenancy import lint
from hedgerow_inventory.app import service
from sqlalchemy import make_url


async def test_the_migrations_make_the_tables_that_are_declared(inventory_db, databases):
    url = make_url(databases.admin_url).set(database=inventory_db.url.database)
    admin = connect_unpooled(url.render_as_string(hide_password=False))
    async with admin.connect() as conn:
        differences = await conn.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), service.metadata)
        )
        faults = await lint(conn, "hedgerow_inventory")
    await admin.dispose()

    assert differences == []
    assert faults == []
