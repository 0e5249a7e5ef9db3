"""Publishing a release, and what is published alone."""

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.releases import (
    Gate,
    GetReleaseGate,
    ReleaseGateSet,
    ReleaseGateView,
    ReleasePublished,
    ReleasesByIds,
    ReleaseState,
    SetReleaseGate,
)
from hedgerow.contracts.routing import (
    FencesByPlants,
    SetRoutingLimits,
)
from hedgerow.errors import Refused
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.set_release_gate import set_release_gate
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.store.release_tables import releases
from hedgerow_routing.store.tables import fences, overflow_rules, routing_limits
from hedgerow_routing.views.fences import fences_by_plants
from hedgerow_routing.views.releases import (
    get_release_gate,
    releases_by_ids,
)
from routing.makers import (
    NINGBO,
    SUZHOU,
    around,
    as_caller,
    count,
    found_location,
    found_plant,
    rule,
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
from routing.release_reading import in_force, read
from sqlalchemy import select
from worlds import NOON, administrator, caller, transaction


async def test_what_is_drafted_together_is_published_at_one_instant_by_one_number(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")
        drafted = await draft_release(
            draft(
                fence_change(plant.plant_id, around(NINGBO)),
                rule_change("EAST", store.location_id),
                limits_change(321.0),
            ),
            tx,
        )
        assert await in_force(tx) == (None, [], 500.0, 0)
        answered = await override_release(override(drafted), second_person(tx))
        tx.emitted.clear()

        published = await publish_release(publish(answered), tx)

        assert (published.number, published.state) == (1, ReleaseState.PUBLISHED)
        assert (published.published_by, published.published_at) == ("administrator", NOON)
        assert published.keys == (
            f"FENCE:{plant.plant_id}:SERVICE_AREA:home",
            "RULE:EAST",
            "LIMITS",
        )
        area_m2, rules, kilometres, number = await in_force(tx)
        assert (round(area_m2 / 1e6), rules, kilometres, number) == (10710, ["EAST"], 321.0, 1)
        for table in (fences, overflow_rules, routing_limits):
            rows = (await tx.conn.execute(select(table.c.release_from, table.c.release_to))).all()
            assert rows == [(1, None)], table
        assert [type(each.event).__name__ for each in tx.emitted] == [
            "FencePublished",
            "OverflowRulePublished",
            "RoutingLimitsSet",
            "ReleaseChanged",
            "ReleasePublished",
        ]
        assert tx.emitted[-1].event == ReleasePublished(
            release_id=published.release_id,
            number=1,
            keys=published.keys,
            published_at=NOON,
        )
        assert tx.emitted[-1].aggregate == f"releases:{tx.tenant_id}"
        assert (tx.emitted[-1].version, tx.emitted[-1].plant_id) == (1, None)


async def test_the_next_one_closes_what_it_replaces_and_retires_the_last(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        first = await found_published(
            tx, fence_change(plant.plant_id, around(NINGBO)), limits_change(300.0)
        )

        second = await found_published(tx, limits_change(200.0))

        assert (second.number, second.base) == (2, 1)
        assert (await read(tx, first.release_id)).state is ReleaseState.RETIRED
        assert (await read(tx, second.release_id)).state is ReleaseState.PUBLISHED
        limits = select(routing_limits.c.release_from, routing_limits.c.release_to)
        assert (await tx.conn.execute(limits.order_by(routing_limits.c.version))).all() == [
            (1, 2),
            (2, None),
        ]
        areas = select(fences.c.release_from, fences.c.release_to)
        assert (await tx.conn.execute(areas)).all() == [(1, None)]


async def test_a_change_published_alone_is_a_release_of_one(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")

        await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
        await publish_overflow_rule(rule("EAST", store.location_id), tx)
        await set_routing_limits(SetRoutingLimits(max_distance_km=321.0), tx)

        rows = await tx.conn.execute(
            select(
                releases.c.number, releases.c.change_keys, releases.c.plant_id, releases.c.state
            ).order_by(releases.c.number)
        )
        assert rows.all() == [
            (1, [f"FENCE:{plant.plant_id}:SERVICE_AREA:home"], plant.plant_id, "PUBLISHED"),
            (2, ["RULE:EAST"], None, "PUBLISHED"),
            (3, ["LIMITS"], None, "PUBLISHED"),
        ]
        numbers = [e.event.number for e in tx.emitted if isinstance(e.event, ReleasePublished)]
        assert numbers == [1, 2, 3]


async def test_who_looks_after_one_plant_publishes_its_fence_alone(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await found_published(tx, limits_change(300.0))
        theirs = await as_caller(
            tx, caller(admin.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN})
        )

        await publish_fence(service_area(plant.plant_id, around(NINGBO)), theirs)

        with pytest.raises(NotPermitted):
            await releases_by_ids(ReleasesByIds(ids=()), theirs)
        assert await get_release_gate(GetReleaseGate(), theirs) == ReleaseGateView(
            gate=Gate.OPEN, in_force=2
        )


async def test_publishing_without_simulation_or_override_is_refused(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        drafted = await found_draft(tx, fence_change(plant.plant_id, around(NINGBO)))

        with pytest.raises(Refused) as refused:
            await publish_release(publish(drafted), tx)

        assert refused.value.code == "RELEASE_NOT_SIMULATED"
        assert await read(tx, drafted.release_id) == drafted
        assert await in_force(tx) == (None, [], 500.0, 0)
        assert (await count(tx, fences), tx.emitted) == (0, [])


async def test_a_release_of_nothing_is_not_published(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        drafted = await found_draft(tx)
        answered = await override_release(override(drafted), second_person(tx))

        with pytest.raises(Refused) as refused:
            await publish_release(publish(answered), tx)

        assert refused.value.code == "RELEASE_EMPTY"
        assert await read(tx, drafted.release_id) == answered


async def test_publishing_needs_the_right_to_each_change_as_well(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        drafted = await found_draft(
            tx, limits_change(300.0), fence_change(plant.plant_id, around(NINGBO))
        )
        answered = await override_release(override(drafted), second_person(tx))
        rights = admin.tenant_grants - {"fence:publish"}
        lesser = await as_caller(tx, caller(admin.tenant_id, tenant=rights))

        with pytest.raises(NotPermitted):
            await publish_release(publish(answered), lesser)

        assert lesser.emitted == []
        assert await in_force(tx) == (None, [], 500.0, 0)


async def test_behind_a_closed_gate_nothing_is_published_alone(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")

        closed = await set_release_gate(SetReleaseGate(gate=Gate.CLOSED), tx)

        assert closed == ReleaseGateView(gate=Gate.CLOSED, in_force=0)
        [emitted] = tx.emitted
        assert emitted.event == ReleaseGateSet(gate=Gate.CLOSED)
        assert (emitted.aggregate, emitted.version) == (f"release_gate:{tx.tenant_id}", 1)
        tx.emitted.clear()
        for attempt in (
            publish_fence(service_area(plant.plant_id, around(NINGBO)), tx),
            publish_overflow_rule(rule("EAST", store.location_id), tx),
            set_routing_limits(SetRoutingLimits(max_distance_km=321.0), tx),
        ):
            with pytest.raises(Refused) as refused:
                await attempt
            assert refused.value.code == "RELEASE_REQUIRED"
        assert await in_force(tx) == (None, [], 500.0, 0)
        assert tx.emitted == []
        published = await found_published(tx, limits_change(321.0))
        assert published.number == 1

        again = await set_release_gate(SetReleaseGate(gate=Gate.CLOSED), tx)

        assert again == ReleaseGateView(gate=Gate.CLOSED, in_force=1)
        assert tx.emitted == []


async def test_a_fence_reaches_only_who_may_see_its_plant_by_the_views_of_fences(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        await found_published(
            tx,
            fence_change(ningbo.plant_id, around(NINGBO)),
            fence_change(suzhou.plant_id, around(SUZHOU)),
        )
        theirs = await as_caller(
            tx, caller(admin.tenant_id, plants={ningbo.plant_id: Role.AREA_ADMIN})
        )

        [own, foreign] = await fences_by_plants(
            FencesByPlants(plant_ids=(ningbo.plant_id, suzhou.plant_id)), theirs
        )

        assert ([each.version for each in own], foreign) == ([1], ())
        assert await count(theirs, releases) == 0
