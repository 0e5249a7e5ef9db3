import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.releases import (
    FenceRemoval,
    ReleaseChangesByIds,
    ReleaseState,
    RollBackRelease,
)
from hedgerow.contracts.routing import (
    FenceKind,
    FenceRemoved,
    FencesByPlants,
    GetRoutingLimits,
    ListOverflowRules,
)
from hedgerow.contracts.values import ReleaseId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.roll_back_release import roll_back_release
from hedgerow_routing.store.release_tables import releases
from hedgerow_routing.views.fences import fences_by_plants
from hedgerow_routing.views.releases import release_changes_by_ids
from hedgerow_routing.views.rules import get_routing_limits, list_overflow_rules
from routing.makers import (
    NINGBO,
    around,
    as_caller,
    count,
    found_area,
    found_location,
    found_plant,
    of_itself,
    service_area,
)
from routing.release_makers import (
    draft,
    fence_change,
    found_draft,
    found_published,
    limits_change,
    override,
    publish,
    rule_change,
    second_person,
)
from sqlalchemy import text
from worlds import administrator, caller, transaction


def back_to(number):
    return RollBackRelease(release_id=ReleaseId(new_id()), number=number)


def removal(plant, name="home"):
    return FenceRemoval(plant_id=plant.plant_id, kind=FenceKind.SERVICE_AREA, name=name)


async def published(tx, drafted):
    answered = await override_release(override(drafted), second_person(tx))
    tx.emitted.clear()
    return await publish_release(publish(answered), tx)


async def held(tx, plant):
    """What holds, without ids, versions and times."""
    [areas] = await fences_by_plants(FencesByPlants(plant_ids=(plant.plant_id,)), tx)
    rules = await list_overflow_rules(ListOverflowRules(), tx)
    limits = await get_routing_limits(GetRoutingLimits(), tx)
    return (
        [(each.name, each.priority, each.geojson) for each in areas],
        [(each.code, each.chain, each.regions) for each in rules],
        limits.max_distance_km,
    )


async def test_an_older_release_is_brought_back_by_a_number_of_its_own(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")
        await found_published(
            tx,
            fence_change(plant.plant_id, around(NINGBO), priority=3),
            rule_change("EAST", store.location_id, regions=("浙江",)),
            limits_change(300.0),
        )
        before = await held(tx, plant)
        await found_published(
            tx,
            fence_change(plant.plant_id, around(NINGBO, 0.2)),
            rule_change("EAST", store.location_id),
        )
        await publish_fence(service_area(plant.plant_id, around(NINGBO), name="new"), tx)
        await found_published(tx, limits_change(200.0))
        assert await held(tx, plant) != before

        drafted = await roll_back_release(back_to(1), tx)

        assert (drafted.state, drafted.number, drafted.base) == (ReleaseState.DRAFT, None, 4)
        assert drafted.title == "4 → 1"
        assert await held(tx, plant) != before, "nothing holds before it is published"
        again = await published(tx, drafted)
        assert again.number == 5
        assert await held(tx, plant) == before


async def test_it_takes_a_simulation_or_an_override_like_any_other(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await found_published(tx, limits_change(300.0))
        await found_published(tx, limits_change(200.0))
        drafted = await roll_back_release(back_to(1), tx)
        tx.emitted.clear()

        with pytest.raises(Refused) as refused:
            await publish_release(publish(drafted), tx)

        assert refused.value.code == "RELEASE_NOT_SIMULATED"
        assert (await held(tx, plant))[2] == 200.0
        assert tx.emitted == []


async def test_what_came_and_went_since_is_left_alone(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await found_published(tx, limits_change(300.0))
        await found_area(tx, plant.plant_id, around(NINGBO))
        await found_published(tx, removal(plant), limits_change(200.0))
        await found_published(tx, limits_change(300.0))

        drafted = await roll_back_release(back_to(1), tx)

        assert drafted.keys == ()


async def test_a_removed_fence_holds_no_more_and_may_come_back(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        first = await found_area(tx, plant.plant_id, around(NINGBO))

        gone = await published(tx, await draft_release(draft(removal(plant)), tx))

        assert (await held(tx, plant))[0] == []
        [emitted] = of_itself(tx)
        assert emitted.event == FenceRemoved(
            plant_id=plant.plant_id,
            kind=FenceKind.SERVICE_AREA,
            name="home",
            version=2,
            active_to=gone.published_at,
        )
        assert emitted.aggregate == f"fence:{plant.plant_id}:SERVICE_AREA:home"
        assert (emitted.version, emitted.plant_id) == (2, plant.plant_id)
        row = await tx.conn.execute(
            text("select release_from, release_to, removed_version from fences")
        )
        assert row.all() == [(1, 2, 2)]
        again = await found_area(tx, plant.plant_id, around(NINGBO))
        assert (first.version, again.version) == (1, 3)


async def test_a_fence_that_is_not_there_cannot_be_removed(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        with pytest.raises(Refused) as refused:
            await draft_release(draft(removal(plant)), tx)
        assert (refused.value.code, refused.value.field) == (
            "NOTHING_TO_REMOVE",
            "changes.0.removal.name",
        )
        await found_area(tx, plant.plant_id, around(NINGBO))
        twice = [await found_draft(tx, removal(plant)) for _ in range(2)]
        await published(tx, twice[0])
        answered = await override_release(override(twice[1]), second_person(tx))
        tx.emitted.clear()

        with pytest.raises(Refused) as refused:
            await publish_release(publish(answered), tx)

        assert refused.value.code == "NOTHING_TO_REMOVE"
        assert tx.emitted == []


@pytest.mark.parametrize("number", [0, -1, 2, 3])
async def test_only_to_a_release_before_the_one_in_force(routing_db, number):
    async with transaction(routing_db, administrator()) as tx:
        await found_published(tx, limits_change(300.0))
        await found_published(tx, limits_change(200.0))

        with pytest.raises(Refused) as refused:
            await roll_back_release(back_to(number), tx)

        assert (refused.value.code, refused.value.field) == ("RELEASE_UNKNOWN", "number")
        assert (await count(tx, releases), tx.emitted) == (2, [])


async def test_what_no_release_knows_is_not_guessed(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")
        await found_published(tx, rule_change("EAST", store.location_id))
        await found_published(tx, limits_change(300.0))

        with pytest.raises(Refused) as refused:
            await roll_back_release(back_to(1), tx)

        assert refused.value.code == "ROLLBACK_INCOMPLETE"
        assert "LIMITS" in refused.value.en
        assert tx.emitted == []


async def test_a_rollback_of_a_fence_keeps_what_the_command_said(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        old = fence_change(plant.plant_id, around(NINGBO), priority=7)
        await found_published(tx, old)
        await found_published(tx, fence_change(plant.plant_id, around(NINGBO, 0.1)))

        drafted = await roll_back_release(back_to(1), tx)

        [[change]] = await release_changes_by_ids(
            ReleaseChangesByIds(ids=(drafted.release_id,)), tx
        )
        assert change.fence.fence_id != old.fence.fence_id
        assert (change.fence.geojson, change.fence.priority) == (old.fence.geojson, 7)


async def test_it_is_drafted_by_those_who_may_draft(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await found_published(tx, limits_change(300.0))
        await found_published(tx, limits_change(200.0))
        theirs = await as_caller(
            tx, caller(admin.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN})
        )

        with pytest.raises(NotPermitted):
            await roll_back_release(back_to(1), theirs)

        assert theirs.emitted == []
