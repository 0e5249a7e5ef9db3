"""What the migration made of decisions that were there before is what the service writes now."""

import importlib.util
from datetime import timedelta
from pathlib import Path

import hedgerow_routing
from hedgerow.auth import Caller
from hedgerow.contracts.routing import SetRoutingLimits
from hedgerow.contracts.values import LonLat, new_id
from hedgerow.transaction.database import async_url, connect_unpooled
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from routing.makers import NINGBO, around, found_location, found_plant, rule, submitted
from sqlalchemy import text
from worlds import NOON, Databases, transaction

USED = "select order_id, rule_id, fence_id, limits_version from decisions order by order_id"


def _migration():
    path = Path(hedgerow_routing.__file__).parent / "migrations/versions/0004_presence.py"
    spec = importlib.util.spec_from_file_location("presence", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_old_decisions_name_what_they_used(routing_db, databases: Databases):
    async with transaction(routing_db, Caller.service("routing", new_id())) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        store = await found_location(tx, plant.plant_id, "STORE")
        await publish_overflow_rule(rule("HD-1", store.location_id, regions=("浙江",)), tx)
        far, near = LonLat(100.0, 30.0), LonLat(122.5, 29.0)
        await on_order_submitted([submitted(NINGBO), submitted(near), submitted(far)], tx)
        tx.now = NOON + timedelta(minutes=1)
        for kilometres in (300.0, 301.0):
            await set_routing_limits(SetRoutingLimits(max_distance_km=kilometres), tx)
        await on_order_submitted(
            [submitted(NINGBO, region="上海"), submitted(near), submitted(far)], tx
        )
        await tx.conn.commit()
    url = async_url(databases.admin_url).set(
        drivername="postgresql", database=routing_db.url.database
    )
    admin = connect_unpooled(url.render_as_string(hide_password=False))

    async with admin.connect() as conn:
        await conn.begin()
        mine = {"tenant": tx.tenant_id}
        await conn.execute(text("delete from decisions where tenant_id <> :tenant"), mine)
        written = (await conn.execute(text(USED))).all()
        await conn.execute(
            text("update decisions set rule_id = null, fence_id = null, limits_version = null")
        )
        await conn.execute(text(_migration().USED))
        filled = (await conn.execute(text(USED))).all()
        await conn.rollback()
    await admin.dispose()

    assert filled == written
    assert [row.limits_version for row in written].count(2) == 2
    assert [row.rule_id is None for row in written].count(False) == 3
    assert [row.fence_id is None for row in written].count(False) == 2
