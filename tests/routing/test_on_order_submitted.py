from hedgerow.auth import Caller
from hedgerow.contracts.routing import (
    AssignmentMethod,
    DecisionResult,
    DecisionsByIds,
    DecisionsByOrders,
    DecisionView,
    OrderRouted,
    OrderUnroutable,
    SafetyTest,
    SetRoutingLimits,
    UnroutableReason,
)
from hedgerow.contracts.values import LonLat
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.store.decision_tables import decisions
from hedgerow_routing.views.decisions import decisions_by_ids, decisions_by_orders
from routing.makers import (
    HEFEI,
    NINGBO,
    SUZHOU,
    Statements,
    around,
    as_caller,
    box,
    count,
    found_area,
    found_location,
    found_plant,
    found_rule,
    rule,
    submitted,
)
from worlds import NOON, administrator, transaction

FAR_WEST = LonLat(75.0, 39.0)


async def routed(tx, *orders) -> tuple[DecisionView | None, ...]:
    """What the reaction decided about each, read back."""
    service = await as_caller(tx, Caller.service("routing", tx.tenant_id))
    await on_order_submitted(orders, service)
    tx.emitted[:] = service.emitted
    await as_caller(tx, tx.caller)
    asked = DecisionsByOrders(order_ids=tuple(order.order_id for order in orders))
    return await decisions_by_orders(asked, tx)


async def test_an_order_in_a_service_area_goes_along_the_chain_of_the_rule(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        hefei = await found_plant(tx, "HEFEI", HEFEI)
        hangzhou = await found_location(tx, ningbo.plant_id, "HANGZHOU")
        cloud = await found_location(tx, hefei.plant_id, "CLOUD")
        chain = (hangzhou.location_id, cloud.location_id)
        east = await found_rule(tx, rule("EAST", *chain, regions=("浙江", "江苏")))
        order = submitted(NINGBO, lines=(("BOLT-M8", "10"), ("SIGN", "0.5")))

        [decision] = await routed(tx, order)

        assert decision.assignment.method is AssignmentMethod.SERVICE_AREA
        assert decision.assignment.plant_id == ningbo.plant_id
        assert [each.chosen for each in decision.assignment.areas] == [True]
        assert [(each.rule_id, each.chosen) for each in decision.rules] == [(east.rule_id, True)]
        assert [(each.rank, each.location_id, each.plant_id) for each in decision.chain] == [
            (1, hangzhou.location_id, ningbo.plant_id),
            (2, cloud.location_id, hefei.plant_id),
        ]
        assert (decision.order_number, decision.channel) == ("HY20260329-0001", "WEB")
        assert (decision.region, decision.lines) == ("浙江", order.lines)
        assert decision.safety_test is SafetyTest.CURRENT
        assert (decision.result, decision.seen) == (DecisionResult.PENDING, ())
        assert (decision.decided_at, decision.settled_at) == (NOON, None)
        [emitted] = tx.emitted
        assert emitted.event == OrderRouted(
            decision_id=decision.decision_id,
            order_id=order.order_id,
            plant_id=ningbo.plant_id,
            chain=decision.chain,
            safety_test=SafetyTest.CURRENT,
            lines=order.lines,
        )
        assert emitted.aggregate == f"decision:{decision.decision_id}"
        assert (emitted.version, emitted.plant_id) == (1, ningbo.plant_id)


async def test_without_a_rule_the_plants_own_locations_are_tried_by_code(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        b = await found_location(tx, ningbo.plant_id, "B")
        a = await found_location(tx, ningbo.plant_id, "A")
        await found_rule(tx, rule("EAST", b.location_id, regions=("浙江",)))

        [decision] = await routed(tx, submitted(NINGBO, region="安徽"))

        assert [each.location_code for each in decision.chain] == ["A", "B"]
        assert decision.chain[0].location_id == a.location_id
        assert decision.safety_test is SafetyTest.AFTER
        assert [(each.matched, each.chosen) for each in decision.rules] == [(False, False)]


async def test_a_border_belongs_to_both_areas_and_priority_then_size_then_code_decide(routing_db):
    west, east = box(120, 29, 121, 30), box(121, 29, 122.5, 30)
    on_border = LonLat(121.0, 29.5)
    async with transaction(routing_db, administrator()) as tx:
        a = await found_plant(tx, "A", NINGBO)
        b = await found_plant(tx, "B", SUZHOU)
        for plant in (a, b):
            await found_location(tx, plant.plant_id, f"{plant.code}-1")

        await found_area(tx, a.plant_id, east)
        await found_area(tx, b.plant_id, west)
        [by_size] = await routed(tx, submitted(on_border))
        await found_area(tx, a.plant_id, east, priority=1)
        [by_priority] = await routed(tx, submitted(on_border))
        await found_area(tx, a.plant_id, box(121, 29, 122, 30))
        [by_code] = await routed(tx, submitted(on_border))

        chosen = [each.assignment.plant_id for each in (by_size, by_priority, by_code)]
        assert chosen == [b.plant_id, a.plant_id, a.plant_id]
        assert [
            [trace.plant_code for trace in each.assignment.areas]
            for each in (by_size, by_priority, by_code)
        ] == [["B", "A"], ["A", "B"], ["A", "B"]]


async def test_outside_every_area_the_nearest_plant_within_the_limit_is_taken(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        await found_location(tx, suzhou.plant_id, "S-1")

        [decision] = await routed(tx, submitted(LonLat(119.0, 32.0)))

        assert decision.assignment.method is AssignmentMethod.NEAREST
        assert decision.assignment.plant_id == suzhou.plant_id
        assert [each.plant_code for each in decision.assignment.distances] == ["SUZHOU", "NINGBO"]


async def test_what_cannot_be_routed_says_why_and_belongs_to_no_plant(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        [no_plant] = await routed(tx, submitted(NINGBO))
        await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        [no_location] = await routed(tx, submitted(NINGBO))
        far = submitted(FAR_WEST)
        [out_of_range] = await routed(tx, far)

        for decision, reason in (
            (no_plant, UnroutableReason.NO_PLANT),
            (no_location, UnroutableReason.NO_LOCATION),
            (out_of_range, UnroutableReason.OUT_OF_RANGE),
        ):
            assert decision.assignment.unroutable is reason
            assert decision.assignment.plant_id is None
            assert (decision.chain, decision.safety_test) == ((), None)
            assert decision.result is DecisionResult.UNROUTABLE
            assert decision.settled_at == NOON
        assert [each.plant_code for each in no_location.assignment.areas] == ["NINGBO"]
        [emitted] = tx.emitted
        assert emitted.event == OrderUnroutable(
            decision_id=out_of_range.decision_id,
            order_id=far.order_id,
            reason=UnroutableReason.OUT_OF_RANGE,
        )
        assert emitted.aggregate == f"decision:{out_of_range.decision_id}"
        assert (emitted.version, emitted.plant_id) == (1, None)


async def test_the_limit_in_force_is_the_one_that_counts(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await found_location(tx, plant.plant_id, "N-1")
        await set_routing_limits(SetRoutingLimits(max_distance_km=10), tx)
        [too_far] = await routed(tx, submitted(SUZHOU))
        await set_routing_limits(SetRoutingLimits(max_distance_km=5000), tx)

        [near_enough] = await routed(tx, submitted(FAR_WEST))

        assert too_far.assignment.unroutable is UnroutableReason.OUT_OF_RANGE
        assert too_far.assignment.max_distance_km == 10
        assert near_enough.assignment.plant_id == plant.plant_id


async def test_a_second_submission_of_an_order_changes_nothing(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        await found_location(tx, plant.plant_id, "N-1")
        order, other = submitted(NINGBO), submitted(NINGBO)
        [first] = await routed(tx, order)

        again, _ = await routed(tx, submitted(SUZHOU, order_id=order.order_id), other)

        assert again == first
        assert await count(tx, decisions) == 2
        assert [each.event.order_id for each in tx.emitted] == [other.order_id]


async def test_a_batch_decides_each_order_by_itself(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        for code, point in (("NINGBO", NINGBO), ("SUZHOU", SUZHOU)):
            plant = await found_plant(tx, code, point, around(point))
            await found_location(tx, plant.plant_id, f"{code}-1")
        orders = [submitted(point) for point in (SUZHOU, FAR_WEST, NINGBO, HEFEI, SUZHOU)]

        made = await routed(tx, *orders)

        assert [each.order_id for each in made] == [order.order_id for order in orders]
        assert [each.chain[0].location_code if each.chain else None for each in made] == [
            "SUZHOU-1",
            None,
            "NINGBO-1",
            "SUZHOU-1",
            "SUZHOU-1",
        ]
        by_id = await decisions_by_ids(
            DecisionsByIds(ids=tuple(each.decision_id for each in made)), tx
        )
        assert by_id == made


async def test_a_batch_takes_four_statements_however_large_it_is(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        await found_location(tx, plant.plant_id, "N-1")
        sent = []
        for size in (1, 7, 64):
            with Statements(tx) as statements:
                await on_order_submitted([submitted(NINGBO) for _ in range(size)], tx)
            sent.append(statements.sent)

        assert [len(each) for each in sent] == [4, 4, 4]
        assert sent[0] == sent[1] == sent[2]
