"""Safety levels in releases: looked at here, told to inventory, and tried in simulations."""

from decimal import Decimal

import pytest
from hedgerow.auth import Caller, NotPermitted
from hedgerow.contracts.inventory import SetSafetyLevel, StockShort
from hedgerow.contracts.releases import SafetyChange
from hedgerow.contracts.routing import DecisionsByOrders
from hedgerow.contracts.values import LocationId, LonLat, new_id
from hedgerow.errors import Refused
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.on_stock_short import on_stock_short
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.store.release_tables import releases
from hedgerow_routing.views.decisions import decisions_by_orders
from routing.makers import NINGBO, SUZHOU, as_caller, count, found_location, found_plant
from routing.release_makers import (
    draft,
    found_draft,
    found_simulation,
    override,
    publish,
    second_person,
)
from routing.simulation_makers import decided, founded, seen
from worlds import NOON, administrator, caller, transaction


def safety(plant, location, level="80", sku="BOLT-M8", **more):
    return SafetyChange(
        safety=SetSafetyLevel(
            plant_id=plant.plant_id,
            location_id=location.location_id,
            sku=sku,
            level=Decimal(level),
            **more,
        )
    )


async def test_inventory_is_told_with_the_release(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")
        change = safety(plant, store)
        drafted = await found_draft(tx, change)
        answered = await override_release(override(drafted), second_person(tx))
        tx.emitted.clear()

        published = await publish_release(publish(answered), tx)

        assert published.keys == (f"SAFETY:{store.location_id}:BOLT-M8",)
        assert [type(each.event).__name__ for each in tx.emitted] == [
            "ReleaseChanged",
            "ReleasePublished",
        ]
        assert tx.emitted[-1].event.safety == (change.safety,)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"level": "-1"}, "QUANTITY_INVALID", "changes.0.safety.level"),
        ({"clear_percent": Decimal(1001)}, "PERCENT_INVALID", "changes.0.safety.clear_percent"),
        ({"sku": ""}, "TEXT_INVALID", "changes.0.safety.sku"),
    ],
)
async def test_a_level_is_checked_when_it_is_drafted(routing_db, changed, code, field):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")

        with pytest.raises(Refused) as refused:
            await draft_release(draft(safety(plant, store, **changed)), tx)

        assert (refused.value.code, refused.value.field) == (code, field)
        assert (await count(tx, releases), tx.emitted) == (0, [])


async def test_the_plant_is_the_locations_own(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        store = await found_location(tx, ningbo.plant_id, "NB-1")
        absent = safety(ningbo, store).safety
        for wrong in (
            safety(suzhou, store),
            SafetyChange(
                safety=SetSafetyLevel(
                    plant_id=absent.plant_id,
                    location_id=LocationId(new_id()),
                    sku="BOLT-M8",
                    level=absent.level,
                )
            ),
        ):
            with pytest.raises(Refused) as refused:
                await draft_release(draft(wrong), tx)
            assert (refused.value.code, refused.value.field) == (
                "PLANT_FORBIDDEN",
                "changes.0.safety.location_id",
            )
        assert (await count(tx, releases), tx.emitted) == (0, [])


async def test_publishing_it_takes_the_right_to_set_levels(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        store = await found_location(tx, plant.plant_id, "NB-1")
        drafted = await found_draft(tx, safety(plant, store))
        answered = await override_release(override(drafted), second_person(tx))
        rights = admin.tenant_grants - {"safety:set"}
        lesser = await as_caller(tx, caller(admin.tenant_id, tenant=rights))

        with pytest.raises(NotPermitted):
            await publish_release(publish(answered), lesser)

        assert lesser.emitted == []


async def test_a_simulation_tries_the_levels_of_the_draft(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        _west, east, (_w1, e1) = await founded(tx)
        [order] = await decided(tx, [LonLat(122.0, 30.0)])
        [decision] = await decisions_by_orders(DecisionsByOrders(order_ids=(order.order_id,)), tx)
        # 100 were there for 10, and 91 of them had to stay.
        await on_stock_short(
            [
                StockShort(
                    order_id=order.order_id,
                    plant_id=east.plant_id,
                    decision_id=decision.decision_id,
                    missing=order.lines,
                    seen=(seen(order, e1, "100", "91", plant=east),),
                )
            ],
            Transaction(tx.conn, Caller.service("routing", tx.tenant_id), NOON),
        )

        lower = (await found_simulation(tx, await found_draft(tx, safety(east, e1, "90")))).result
        same = (await found_simulation(tx, await found_draft(tx, safety(east, e1, "91")))).result

        assert (lower.before.short, lower.after.short, lower.after.placed) == (1, 0, 1)
        assert (same.before.short, same.after.short) == (1, 1)
