from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.fields import BadCount, BadQuantity, BadText
from hedgerow.contracts.inventory import (
    OverflowState,
    OverflowView,
    ReceiveStock,
    RecordSupply,
    StockLine,
    StockView,
)
from hedgerow.contracts.values import LocationId, SupplyId, new_id
from hedgerow.errors import PlantForbidden
from hedgerow_inventory.domain.sku import UnknownSku
from hedgerow_inventory.domain.supply import SupplyMismatch, SupplyReceived
from hedgerow_inventory.handlers.receive_stock import receive_stock
from hedgerow_inventory.handlers.record_supply import record_supply
from inventory.makers import (
    BOLT,
    HANGZHOU,
    HEFEI,
    NINGBO,
    NUT,
    SUZHOU,
    become,
    counters,
    receive,
    refused,
    register,
    rows,
    statements,
)
from worlds import NOON, administrator, caller, transaction


def received(*lines, location_id=HANGZHOU, plant_id=NINGBO, reference="DN-1", supply_id=None):
    return ReceiveStock(
        plant_id=plant_id,
        location_id=location_id,
        lines=tuple(StockLine(sku, Decimal(quantity)) for sku, quantity in lines),
        reference=reference,
        supply_id=supply_id,
    )


def supply(sku=BOLT, location_id=HANGZHOU, plant_id=NINGBO):
    return RecordSupply(
        supply_id=SupplyId(new_id()),
        plant_id=plant_id,
        location_id=location_id,
        sku=sku,
        quantity=Decimal(100),
        due_at=datetime(2026, 4, 1, tzinfo=UTC),
        reference="PO-9",
    )


async def test_goods_are_booked_in_the_ledger_and_on_hand(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT, NUT)
        tx.emitted.clear()

        answer = await receive_stock(received((BOLT, "100"), (NUT, "2.5")), tx)

        assert answer[0] == StockView(
            sku=BOLT,
            location_id=HANGZHOU,
            plant_id=NINGBO,
            unit="pcs",
            on_hand=Decimal(100),
            reserved=Decimal(0),
            allocated=Decimal(0),
            quality_hold=Decimal(0),
            damaged=Decimal(0),
            available=Decimal(100),
            safety_level=Decimal(0),
            atp=Decimal(100),
            updated_at=NOON,
            clear_percent=Decimal(0),
            overflow=OverflowView(
                state=OverflowState.CLEAR,
                clear_level=Decimal(0),
                tripped_at=None,
                kind=None,
                because=None,
            ),
        )
        assert answer[1].on_hand == Decimal("2.5")
        assert await counters(tx, HANGZHOU, BOLT) == (100, 0, 0, 0, 0)
        entries = await rows(tx, "stock_ledger")
        assert [(e["sku"], e["kind"], e["on_hand"], e["by"]) for e in entries] == [
            (BOLT, "RECEIPT", 100, "administrator"),
            (NUT, "RECEIPT", Decimal("2.5"), "administrator"),
        ]
        assert [e["reference"] for e in entries] == ["DN-1", "DN-1"]
        told = {emission.event.stock.sku: emission for emission in tx.emitted}
        assert told[BOLT].event.stock == answer[0]
        assert (told[BOLT].event.kind, told[BOLT].event.reference) == ("RECEIPT", "DN-1")
        assert told[BOLT].aggregate == f"stock:{HANGZHOU}:{BOLT}"
        assert (told[BOLT].version, told[BOLT].plant_id) == (1, NINGBO)


async def test_a_second_receipt_adds_up_with_the_next_version(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, 100))

        [view] = await receive_stock(received((BOLT, "20")), tx)

        assert view.on_hand == 120
        assert [e.version for e in tx.emitted if e.aggregate.startswith("stock:")] == [1, 2]


async def test_two_lines_of_one_sku_are_two_entries_and_one_event(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        tx.emitted.clear()

        answer = await receive_stock(received((BOLT, "10"), (BOLT, "5")), tx)

        assert [view.on_hand for view in answer] == [15, 15]
        assert [row["on_hand"] for row in await rows(tx, "stock_ledger")] == [10, 5]
        assert [emission.version for emission in tx.emitted] == [1]


async def test_the_number_of_statements_does_not_grow_with_the_lines(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        skus = [f"S{number:03}" for number in range(200)]
        await register(tx, *skus)
        with statements(inventory_db) as one:
            await receive(tx, HANGZHOU, (skus[0], 1))

        with statements(inventory_db) as many:
            await receive(tx, HANGZHOU, *((sku, 1) for sku in skus))

        assert len(many) == len(one) <= 8


async def test_a_receipt_closes_the_purchase_it_came_from(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        bought = supply()
        await record_supply(bought, tx)

        await receive_stock(received((BOLT, "60"), supply_id=bought.supply_id), tx)

        [row] = await rows(tx, "supplies")
        assert row["received_at"] == NOON
        async with refused(tx, SupplyReceived, "supply_id"):
            await receive_stock(received((BOLT, "40"), supply_id=bought.supply_id), tx)


async def test_a_purchase_of_something_else_is_not_closed(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT, NUT)
        of_nuts, for_hefei = supply(NUT), supply(BOLT, HEFEI, SUZHOU)
        await record_supply(of_nuts, tx)
        await record_supply(for_hefei, tx)

        for other in (of_nuts, for_hefei):
            async with refused(tx, SupplyMismatch, "supply_id"):
                await receive_stock(received((BOLT, "1"), supply_id=other.supply_id), tx)


async def test_a_hidden_purchase_answers_like_one_that_does_not_exist(inventory_db):
    boss = administrator()
    keeper = caller(boss.tenant_id, plants={NINGBO: Role.WAREHOUSE_LEAD})
    async with transaction(inventory_db, boss) as tx:
        await register(tx, BOLT)
        foreign = supply(BOLT, HEFEI, SUZHOU)
        await record_supply(foreign, tx)
        await become(tx, keeper)

        for supply_id in (foreign.supply_id, SupplyId(new_id())):
            async with refused(tx, PlantForbidden, "supply_id"):
                await receive_stock(received((BOLT, "1"), supply_id=supply_id), tx)


@pytest.mark.parametrize(
    ("command", "kind", "field"),
    [
        (received(), BadCount, "lines"),
        (received(*[(BOLT, "1")] * 201), BadCount, "lines"),
        (received((BOLT, "1"), (BOLT, "0")), BadQuantity, "lines.1.quantity"),
        (received((BOLT, "-5")), BadQuantity, "lines.0.quantity"),
        (received((BOLT, "NaN")), BadQuantity, "lines.0.quantity"),
        (received((BOLT, "1E+12")), BadQuantity, "lines.0.quantity"),
        (received((BOLT, "0.0000001")), BadQuantity, "lines.0.quantity"),
        (received((BOLT, "1"), ("GHOST", "1")), UnknownSku, "lines.1.sku"),
        (received(("A\0", "1")), BadText, "lines.0.sku"),
        (received((BOLT, "1"), reference="\ud800"), BadText, "reference"),
        (received((BOLT, "1"), reference=""), BadText, "reference"),
    ],
)
async def test_what_cannot_be_booked_is_refused(inventory_db, command, kind, field):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)
        async with refused(tx, kind, field):
            await receive_stock(command, tx)


@pytest.mark.parametrize(
    ("role", "plant", "kind"),
    [(Role.SALES, NINGBO, NotPermitted), (Role.PLANT_MANAGER, SUZHOU, PlantForbidden)],
)
async def test_it_takes_the_right_at_the_locations_plant(inventory_db, role, plant, kind):
    async with transaction(inventory_db, caller(plants={plant: role})) as tx:
        async with refused(tx, kind, "location_id" if kind is PlantForbidden else ""):
            await receive_stock(received((BOLT, "1")), tx)


async def test_a_location_stays_with_the_plant_that_stocked_it_first(inventory_db):
    boss = administrator()
    place = LocationId(new_id())
    both = caller(boss.tenant_id, plants={NINGBO: Role.PLANT_MANAGER, SUZHOU: Role.PLANT_MANAGER})
    stranger = caller(boss.tenant_id, plants={SUZHOU: Role.PLANT_MANAGER})
    async with transaction(inventory_db, boss) as tx:
        await register(tx, BOLT, NUT)
        await receive_stock(received((BOLT, "1"), location_id=place), tx)

        for who in (boss, both, stranger):
            await become(tx, who)
            async with refused(tx, PlantForbidden, "location_id"):
                await receive_stock(received((NUT, "1"), location_id=place, plant_id=SUZHOU), tx)


async def test_blanks_around_a_code_do_not_make_it_another(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register(tx, BOLT)

        answer = await receive_stock(
            received((f" {BOLT}", "1"), (BOLT, "2"), reference=" DN-1 "), tx
        )

        assert [view.on_hand for view in answer] == [3, 3]
        assert {row["reference"] for row in await rows(tx, "stock_ledger")} == {"DN-1"}
