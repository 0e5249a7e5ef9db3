"""What was known of fences before there were two times, and what the version before still writes."""

import importlib.util
from datetime import timedelta
from pathlib import Path

import hedgerow_routing
import pytest
from hedgerow.contracts.fences import ListFences
from hedgerow.contracts.values import FenceId, Page, new_id
from hedgerow.transaction.database import async_url, connect_unpooled
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.views.fences import list_fences
from routing.makers import NINGBO, SUZHOU, around, exclusion, found_plant, presence, service_area
from routing.makers import wgs84 as in_wgs84
from sqlalchemy import text
from worlds import NOON, Databases, administrator, transaction

HOUR = timedelta(hours=1)
PERIODS = """
select p.kind, f.version, p.valid_from, p.valid_to, p.recorded_from, p.recorded_to,
       st_astext(st_envelope(p.bounds)) as bounds
from fence_periods p join fences f using (tenant_id, fence_id)
where p.tenant_id = :tenant and not isempty(p.recorded)
order by p.kind, p.recorded_from, p.valid_from, f.version
"""
# As the version before publishes.
CLOSE = """update fences set active_to = :at
where plant_id = :plant and kind = 'SERVICE_AREA' and name = 'home' and active_to is null"""
OPEN = """insert into fences (tenant_id, fence_id, plant_id, kind, name, version, priority, area_m2,
  datum, area, active_from)
select tenant_id, :fence, plant_id, kind, name, version + 1, priority, area_m2, datum, area, :at
from fences where plant_id = :plant and kind = 'SERVICE_AREA' and name = 'home'
order by version desc limit 1"""
COVERING = """select fence_id
from routing.covering(cast(array[:lon] as float8[]), cast(array[:lat] as float8[]))"""


def _migration():
    name = "0006_fences_in_two_times"
    path = Path(hedgerow_routing.__file__).parent / f"migrations/versions/{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_old_versions_are_known_as_they_were_and_as_they_ended(
    routing_db, databases: Databases
):
    """What the migration makes of rows is what publishing them would have left."""
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await publish_fence(presence(plant.plant_id, in_wgs84(NINGBO)), tx)
        for hours, middle in ((0, NINGBO), (1, SUZHOU), (1, NINGBO), (5, SUZHOU)):
            tx.now = NOON + hours * HOUR
            await publish_fence(service_area(plant.plant_id, around(middle)), tx)
        await tx.conn.commit()
    url = async_url(databases.admin_url).set(
        drivername="postgresql", database=routing_db.url.database
    )
    admin = connect_unpooled(url.render_as_string(hide_password=False))

    async with admin.connect() as conn:
        await conn.begin()
        mine = {"tenant": tx.tenant_id}
        written = (await conn.execute(text(PERIODS), mine)).all()
        await conn.execute(text("delete from fence_periods"))
        await conn.execute(text(_migration().KNOWN_BEFORE))
        filled = (await conn.execute(text(PERIODS), mine)).all()
        await conn.rollback()
    await admin.dispose()

    assert filled == written
    assert [tuple(row)[:6] for row in written if row.kind == "SERVICE_AREA"] == [
        ("SERVICE_AREA", 1, NOON, None, NOON, NOON + HOUR),
        ("SERVICE_AREA", 1, NOON, NOON + HOUR, NOON + HOUR, None),
        ("SERVICE_AREA", 3, NOON + HOUR, None, NOON + HOUR, NOON + 5 * HOUR),
        ("SERVICE_AREA", 3, NOON + HOUR, NOON + 5 * HOUR, NOON + 5 * HOUR, None),
        ("SERVICE_AREA", 4, NOON + 5 * HOUR, None, NOON + 5 * HOUR, None),
    ]


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


async def versions(tx, as_of, known_at):
    asked = ListFences(as_of=as_of, known_at=known_at, page=Page(first=100))
    return [(each.kind.value, each.version) for each in (await list_fences(asked, tx)).fences]


async def old_process_publishes(tx, plant_id, at) -> FenceId:
    fence_id = FenceId(new_id())
    await tx.conn.execute(text(CLOSE), {"at": at, "plant": plant_id})
    await tx.conn.execute(text(OPEN), {"at": at, "plant": plant_id, "fence": fence_id})
    return fence_id


async def test_what_a_process_of_the_version_before_publishes_is_known_too(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    home = [("SERVICE_AREA", 1)]

    for version, hours in ((2, 1), (3, 1), (4, 2)):
        await old_process_publishes(tx, plant.plant_id, NOON + hours * HOUR)
        home = [("SERVICE_AREA", version)]
        assert await versions(tx, NOON + hours * HOUR, NOON + hours * HOUR) == home

    assert await versions(tx, NOON, NOON + 9 * HOUR) == [("SERVICE_AREA", 1)]
    assert await versions(tx, NOON + HOUR, NOON + 9 * HOUR) == [("SERVICE_AREA", 3)]
    assert await versions(tx, NOON + 9 * HOUR, NOON + HOUR) == [("SERVICE_AREA", 3)]
    tx.now = NOON + 3 * HOUR
    view = await publish_fence(service_area(plant.plant_id, around(SUZHOU)), tx)
    assert view.version == 5
    assert await versions(tx, NOON + 2 * HOUR, NOON + 9 * HOUR) == [("SERVICE_AREA", 4)]


async def test_a_process_of_the_version_before_asks_for_areas_and_gets_none_excluded(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    here = {"lon": NINGBO.lon, "lat": NINGBO.lat}
    assert len((await tx.conn.execute(text(COVERING), here)).all()) == 1

    await publish_fence(exclusion(plant.plant_id, geojson=around(NINGBO, 0.1)), tx)

    assert (await tx.conn.execute(text(COVERING), here)).all() == []
    beside = here | {"lon": NINGBO.lon + 0.3}
    assert len((await tx.conn.execute(text(COVERING), beside)).all()) == 1
