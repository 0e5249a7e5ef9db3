"""What the migration makes of stock that was there before: it begins as the rules have it."""

import importlib.util
from pathlib import Path

import hedgerow_inventory
from hedgerow.transaction.database import async_url, connect_unpooled
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from inventory.makers import BOLT, HANGZHOU, HEFEI, NUT, protect, reactor, receive, register, routed
from sqlalchemy import text
from worlds import Databases, transaction

TRIPPED = """
    select sku, location_id, tripped_at is not null as tripped, tripped_kind, tripped_because
    from stock where tenant_id = :tenant order by sku, location_id = :hangzhou
"""


def _migration():
    file = "0005_overflow_with_hysteresis.py"
    path = Path(hedgerow_inventory.__file__).parent / "migrations/versions" / file
    spec = importlib.util.spec_from_file_location("overflow", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_what_is_below_its_level_begins_as_tripped(inventory_db, databases: Databases):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT, NUT)
        for place in (HANGZHOU, HEFEI):
            await receive(tx, place, (BOLT, 100), (NUT, 100))
            await protect(tx, place, BOLT, 80)
        await on_orders_routed([routed((BOLT, 20), chain=[HEFEI])], tx)  # 80, which is not below
        await on_orders_routed([routed((BOLT, 21), chain=[HANGZHOU])], tx)  # 79
        await tx.conn.commit()
    url = async_url(databases.admin_url).set(
        drivername="postgresql", database=inventory_db.url.database
    )
    admin = connect_unpooled(url.render_as_string(hide_password=False))
    mine = {"tenant": tx.tenant_id, "hangzhou": HANGZHOU}

    async with admin.connect() as conn:
        await conn.begin()
        kept = (await conn.execute(text(TRIPPED), mine)).all()
        await conn.execute(
            text("update stock set tripped_at = null, tripped_kind = null, tripped_because = null")
        )
        await conn.execute(text(_migration().BELOW))
        begun = (await conn.execute(text(TRIPPED), mine)).all()
        await conn.rollback()
    await admin.dispose()

    assert [row.tripped for row in begun] == [row.tripped for row in kept]
    assert [tuple(row) for row in begun] == [
        (BOLT, HEFEI, False, None, None),
        (BOLT, HANGZHOU, True, "SAFETY_LEVEL", ""),
        (NUT, HEFEI, False, None, None),
        (NUT, HANGZHOU, False, None, None),
    ]
