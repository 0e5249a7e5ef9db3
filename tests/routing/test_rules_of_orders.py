"""Orders that rules with conditions and limits decide."""

from hedgerow.contracts.orders import OrderAttribute
from hedgerow.contracts.routing import DecisionResult, LeftOut, Mismatch, UnroutableReason
from hedgerow_routing.domain.distance import distance_m
from hedgerow_routing.handlers.create_plant import create_plant
from routing.makers import (
    HEFEI,
    NINGBO,
    around,
    found_location,
    found_plant,
    found_rule,
    new_plant,
    rule,
    submitted,
)
from routing.test_on_order_submitted import routed
from worlds import NOON, administrator, transaction


async def test_a_rule_with_a_condition_and_limits_decides_and_is_kept_with_the_decision(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        hefei = await found_plant(tx, "HEFEI", HEFEI)
        hangzhou = await found_location(tx, ningbo.plant_id, "HANGZHOU")
        cloud = await found_location(tx, hefei.plant_id, "CLOUD")
        chain = (cloud.location_id, hangzhou.location_id)
        await found_rule(tx, rule("JZH", *chain, regions=("江苏", "浙江", "上海")))
        await found_rule(
            tx,
            rule(
                "GIFTS",
                *chain,
                channels=("DOUYIN",),
                condition='order.attributes.gift == "yes"',
                max_locations=1,
                max_distance_km=300.0,
                sla_hours=24,
            ),
        )
        gift = (OrderAttribute("gift", "yes"),)
        orders = [
            submitted(NINGBO, channel="DOUYIN", attributes=gift),
            submitted(NINGBO, channel="DOUYIN"),
            submitted(NINGBO, channel="TMALL", attributes=gift),
        ]

        decided = await routed(tx, *orders)

        assert [[each.code for each in decision.rules if each.chosen] for decision in decided] == [
            ["GIFTS"],
            ["JZH"],
            ["JZH"],
        ]
        assert [
            [(each.code, each.mismatch) for each in decision.rules if not each.matched]
            for decision in decided
        ] == [[], [("GIFTS", Mismatch.CONDITION_ERROR)], [("GIFTS", Mismatch.CHANNEL)]]
        first, second, _ = decided
        assert [each.location_code for each in first.chain] == ["HANGZHOU"]
        assert first.left_out == (
            LeftOut(
                location_id=cloud.location_id,
                location_code="CLOUD",
                plant_id=hefei.plant_id,
                distance_m=distance_m(NINGBO, HEFEI),
                max_distance_km=300.0,
            ),
        )
        assert (first.max_locations, first.sla_hours) == (1, 24)
        assert [each.location_code for each in second.chain] == ["CLOUD", "HANGZHOU"]
        assert (second.left_out, second.max_locations, second.sla_hours) == ((), None, None)
        assert [each.event.max_locations for each in tx.emitted] == [1, None, None]


async def test_an_order_that_all_locations_of_its_rule_are_too_far_from_is_unroutable(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
        hefei = await found_plant(tx, "HEFEI", HEFEI)
        cloud = await found_location(tx, hefei.plant_id, "CLOUD")
        await found_rule(tx, rule("JZH", cloud.location_id, max_distance_km=300.0))

        [decision] = await routed(tx, submitted(NINGBO))

        assert decision.result is DecisionResult.UNROUTABLE
        assert decision.assignment.unroutable is UnroutableReason.OUT_OF_RANGE
        assert [each.location_code for each in decision.left_out] == ["CLOUD"]
        assert [each.event.reason for each in tx.emitted] == [UnroutableReason.OUT_OF_RANGE]


async def test_the_hour_of_a_condition_is_that_of_the_plants_own_clock(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await create_plant(new_plant("NINGBO", NINGBO, time_zone="Asia/Tokyo"), tx)
        store = await found_location(tx, plant.plant_id, "STORE")
        await found_rule(tx, rule("NIGHT", store.location_id, condition="plant.hour == 21"))

        [decision] = await routed(tx, submitted(NINGBO, placed_at=NOON))

        assert [(each.matched, each.mismatch) for each in decision.rules] == [(True, None)]
