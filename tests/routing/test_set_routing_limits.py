import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.routing import (
    GetRoutingLimits,
    RoutingLimitsSet,
    RoutingLimitsView,
    SetRoutingLimits,
)
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.store.tables import routing_limits
from hedgerow_routing.views.rules import get_routing_limits
from routing.makers import as_caller, count, of_itself
from worlds import administrator, caller, transaction


async def test_500_km_hold_until_someone_sets_another_limit(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        before = await get_routing_limits(GetRoutingLimits(), tx)

        view = await set_routing_limits(SetRoutingLimits(max_distance_km=120.5), tx)

        assert before == RoutingLimitsView(max_distance_km=500.0, version=0)
        assert view == RoutingLimitsView(max_distance_km=120.5, version=1)
        assert await get_routing_limits(GetRoutingLimits(), tx) == view
        [emitted] = of_itself(tx)
        assert emitted.event == RoutingLimitsSet(limits=view)
        assert emitted.aggregate == f"limits:{tx.tenant_id}"
        assert (emitted.version, emitted.plant_id) == (1, None)


async def test_setting_them_again_makes_the_next_version(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        await set_routing_limits(SetRoutingLimits(max_distance_km=100), tx)

        view = await set_routing_limits(SetRoutingLimits(max_distance_km=20_040), tx)

        assert view == RoutingLimitsView(max_distance_km=20_040, version=2)
        assert await get_routing_limits(GetRoutingLimits(), tx) == view
        assert await count(tx, routing_limits) == 2
        assert [each.version for each in of_itself(tx)] == [1, 2]


@pytest.mark.parametrize("wrong", [0.0, -1.0, 20_040.1, float("nan"), float("inf")])
async def test_a_distance_that_cannot_be_is_refused(routing_db, wrong: float):
    async with transaction(routing_db, administrator()) as tx:
        with pytest.raises(Refused) as refused:
            await set_routing_limits(SetRoutingLimits(max_distance_km=wrong), tx)

        assert (refused.value.code, refused.value.field) == ("LIMIT_INVALID", "max_distance_km")
        assert await count(tx, routing_limits) == 0
        assert tx.emitted == []


async def test_they_are_set_for_the_whole_tenant_only(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        staff = caller(admin.tenant_id, plants={PlantId(new_id()): Role.AREA_ADMIN})
        theirs = await as_caller(tx, staff)

        with pytest.raises(NotPermitted):
            await set_routing_limits(SetRoutingLimits(max_distance_km=1), theirs)

        assert (await get_routing_limits(GetRoutingLimits(), theirs)).version == 0
        assert theirs.emitted == []


async def test_limits_are_each_tenants_own(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        await set_routing_limits(SetRoutingLimits(max_distance_km=100), tx)
        other = await as_caller(tx, administrator())

        assert (await get_routing_limits(GetRoutingLimits(), other)).version == 0
