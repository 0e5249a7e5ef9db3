import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.datum import from_wgs84
from hedgerow.contracts.presence import CheckPresence
from hedgerow.contracts.routing import AssignmentMethod, LocatePoint, UnroutableReason
from hedgerow.contracts.values import Datum, GeoPoint, PresenceVerdict
from hedgerow.errors import Refused
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.views.fences import check_presence
from hedgerow_routing.views.points import locate_point
from routing.makers import (
    NINGBO,
    SUZHOU,
    Statements,
    around,
    as_caller,
    found_plant,
    presence,
    wgs84,
)
from worlds import administrator, caller, transaction


@pytest.mark.parametrize("datum", list(Datum))
async def test_a_point_is_located_whatever_datum_it_comes_in(routing_db, datum: Datum):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO, 0.0001))

        view = await locate_point(LocatePoint(point=from_wgs84(NINGBO, datum)), tx)

        assert (view.plant_id, view.method) == (plant.plant_id, AssignmentMethod.SERVICE_AREA)
        assert (view.point.lon, view.point.lat) == pytest.approx((NINGBO.lon, NINGBO.lat), abs=1e-9)


async def test_those_who_see_the_whole_tenant_learn_why_a_point_is_nobodys(routing_db):
    async with transaction(routing_db, caller(tenant=Role.DISPATCHER)) as tx:
        view = await locate_point(LocatePoint(point=wgs84(NINGBO)), tx)

        assert (view.plant_id, view.unroutable) == (None, UnroutableReason.NO_PLANT)


async def test_staff_learn_that_a_point_is_their_own_plants(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        staff = caller(admin.tenant_id, plants={plant.plant_id: Role.SALES})
        theirs = await as_caller(tx, staff)

        view = await locate_point(LocatePoint(point=wgs84(NINGBO)), theirs)

        assert view.plant_id == plant.plant_id


async def test_those_without_any_plant_may_not_ask(routing_db):
    async with transaction(routing_db, caller()) as tx:
        with pytest.raises(NotPermitted):
            await locate_point(LocatePoint(point=wgs84(NINGBO)), tx)


async def test_locating_takes_two_statements(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        with Statements(tx) as statements:
            await locate_point(LocatePoint(point=wgs84(NINGBO)), tx)

        assert len(statements.sent) == 2


async def test_presence_is_checked_against_all_circles_in_force(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        plant_id = plant.plant_id

        async def present(point: GeoPoint) -> bool:
            asked = CheckPresence(plant_id=plant_id, point=point)
            return await check_presence(asked, tx) is PresenceVerdict.INSIDE

        assert not await present(wgs84(NINGBO))
        await publish_fence(presence(plant_id, wgs84(NINGBO), name="gate"), tx)
        assert await present(wgs84(NINGBO))
        assert await present(from_wgs84(NINGBO, Datum.GCJ02))
        assert not await present(GeoPoint(NINGBO.lon, NINGBO.lat, Datum.BD09))
        await publish_fence(presence(plant_id, wgs84(SUZHOU), name="yard"), tx)
        assert await present(wgs84(NINGBO)) and await present(wgs84(SUZHOU))
        await publish_fence(presence(plant_id, wgs84(SUZHOU), name="gate"), tx)
        assert not await present(wgs84(NINGBO))


@pytest.mark.parametrize("ask", ["locate", "presence"])
async def test_a_point_that_is_none_is_refused(routing_db, ask: str):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        point = GeoPoint(200.0, 30.0, Datum.GCJ02)

        with pytest.raises(Refused) as refused:
            if ask == "locate":
                await locate_point(LocatePoint(point=point), tx)
            else:
                await check_presence(CheckPresence(plant_id=plant.plant_id, point=point), tx)

        assert (refused.value.code, refused.value.field) == ("BAD_COORDINATE", "point.lon")
