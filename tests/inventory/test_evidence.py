"""What inventory leaves as evidence: short entries, one for each aggregate that changed."""

from decimal import Decimal

import pytest
from chains import chain, keep, told
from hedgerow.auth import NotPermitted, Origin, Role
from hedgerow.contracts.inventory import (
    AdjustStock,
    ReceiveStock,
    RegisterSkus,
    SkuEntry,
    StockKey,
    StockLine,
)
from hedgerow.contracts.values import OrderId, SupplyId, new_id
from hedgerow.transaction import Source
from hedgerow_inventory.domain.stock import StockPromised
from hedgerow_inventory.handlers.adjust_stock import adjust_stock
from hedgerow_inventory.handlers.on_kit_lock_requested import on_kit_locks_requested
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_delivered import on_orders_delivered
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.handlers.on_rma_inspected import on_rma_inspected
from hedgerow_inventory.handlers.receive_stock import receive_stock
from hedgerow_inventory.handlers.record_supply import record_supply
from hedgerow_inventory.handlers.register_skus import register_skus
from hedgerow_inventory.store.stock import StockStore
from hedgerow_inventory.views.evidence import of_order, of_sku
from inventory.makers import (
    BOLT,
    HANGZHOU,
    NINGBO,
    NUT,
    cancelled,
    delivered,
    kit_lock_requested,
    protect,
    reactor,
    receive,
    register,
    routed,
)
from inventory.test_on_rma_inspected import Disposition, inspected
from inventory.test_record_supply import supply
from sqlalchemy import text
from worlds import NOON, administrator, caller, transaction

BOLTS = f"stock:{HANGZHOU}:{BOLT}"

# A set that ends without ever having held anything is not announced: there its version stands still.
UNTOLD = text("""
    select s.order_id, s.state, s.version, count(e.seq) as entries
    from reservation_sets s left join evidence e
      on e.tenant_id = s.tenant_id and e.stream = 'reservation:' || s.order_id
    group by s.tenant_id, s.order_id, s.state, s.version
    having s.version + (s.state = 'CANCELLED')::int <> count(e.seq)
""")


async def stocked(tx, quantity=100):
    await register(tx, BOLT, NUT)
    await receive(tx, HANGZHOU, (BOLT, quantity))
    await keep(tx)


async def test_two_movements_of_one_item_are_one_entry_with_their_orders(inventory_db):
    first, second = routed((BOLT, 10), (BOLT, 5)), routed((BOLT, "2.5"))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await on_orders_routed([first, second], tx)

        assert told(tx, "stock") == {
            BOLTS: (
                "reservation",
                {
                    "reserved": (Decimal(0), Decimal("17.5")),
                    "references": (None, (f"order:{first.order_id}", f"order:{second.order_id}")),
                },
            )
        }
        action, changes = told(tx, "reservation")[f"reservation:{second.order_id}"]
        assert (action, changes["state"]) == ("held", (None, "HELD"))
        assert [each.location_id for each in changes["plan"][1]] == [HANGZHOU]


async def test_what_is_new_begins_from_nothing_and_only_what_moved_is_told(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, 100), (BOLT, 20))
        assert told(tx, "stock") == {
            BOLTS: (
                "receipt",
                {"on_hand": (None, Decimal(120)), "references": (None, ("DN-1",))},
            )
        }
        assert told(tx, "location_plant") == {
            f"location_plant:{HANGZHOU}": ("claimed", {"plant_id": (None, NINGBO)})
        }
        assert told(tx, "sku") == {
            f"sku:{tx.tenant_id}:{BOLT}": (
                "registered",
                {
                    "name": (None, "BOLT-M8 零件"),
                    "unit": (None, "pcs"),
                    "item_class": (None, "REGULAR"),
                },
            )
        }
        tx.recorded.clear()

        await receive(tx, HANGZHOU, (BOLT, 1))
        await protect(tx, HANGZHOU, BOLT, 80)
        assert [(each.action, dict(each.changes)) for each in tx.recorded] == [
            ("receipt", {"on_hand": (Decimal(120), Decimal(121)), "references": (None, ("DN-1",))}),
            ("safety_level", {"safety_level": (Decimal(0), Decimal(80)), "reasons": (None, ("0 -> 80",))}),
        ]  # fmt: skip


async def test_registering_again_tells_what_differs_and_nothing_of_the_same(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT, NUT)
        tx.recorded.clear()
        entries = (
            SkuEntry(sku=NUT, name="NUT-M8 零件", unit="盒"),
            SkuEntry(sku=BOLT, name="BOLT-M8 零件", unit="pcs"),
        )
        await register_skus(RegisterSkus(skus=entries), tx)

        assert told(tx, "sku") == {
            f"sku:{tx.tenant_id}:{NUT}": ("changed", {"unit": ("pcs", "盒")})
        }


async def test_every_change_of_a_reservation_has_its_entry(inventory_db):
    issued, released, poor, early = (routed((BOLT, n)) for n in (10, 20, 500, 1))
    refused_kit = routed((BOLT, 69))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await on_orders_cancelled([cancelled(early.order_id, None)], tx)
        await keep(tx)
        for react, events in (
            (on_orders_routed, [issued, released, poor, early, refused_kit]),
            (on_kit_locks_requested, [kit_lock_requested(o) for o in (issued, refused_kit)]),
            (on_orders_delivered, [delivered(issued)]),
            (on_orders_cancelled, [cancelled(each.order_id) for each in (released, poor, early)]),
        ):
            await react(events, tx)
            await keep(tx)

        async def actions(order):
            return [each.action for each in await chain(tx, f"reservation:{order.order_id}")]

        assert await actions(issued) == ["held", "locked", "issued"]
        assert await actions(released) == ["held", "released"]
        assert await actions(poor) == ["short", "cancelled"]
        assert await actions(early) == ["cancelled"]
        assert await actions(refused_kit) == ["held", "kit_refused"]
        last = (await chain(tx, f"reservation:{issued.order_id}"))[-1]
        assert last.changes == {"state": ("LOCKED", "ISSUED")}
        assert (await tx.conn.execute(UNTOLD)).all() == []


async def test_each_entry_of_a_batch_names_the_event_that_caused_it(inventory_db):
    one, other = routed((NUT, 1)), routed((BOLT, 10))
    gone, poor = cancelled(OrderId(new_id())), routed((BOLT, 500))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await receive(tx, HANGZHOU, (NUT, 5))
        await on_orders_routed([poor], tx)
        await keep(tx)
        for react, events in (
            (on_orders_routed, [one, other]),
            (on_orders_cancelled, [cancelled(one.order_id), cancelled(poor.order_id), gone]),
        ):
            tx.sources = {
                id(each): Source("service:inventory", f"cause {each.order_id}", origin=Origin("r"))
                for each in events
            }
            await react(events, tx)
            await keep(tx)

        for stream, order_id in (
            (BOLTS, other.order_id),
            (f"reservation:{other.order_id}", other.order_id),
            (f"reservation:{poor.order_id}", poor.order_id),
            (f"reservation:{gone.order_id}", gone.order_id),
        ):
            assert (await chain(tx, stream))[-1].cause == f"cause {order_id}"


async def test_a_purchase_and_a_return_are_told_once(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        tx.recorded.clear()
        command = supply()
        await record_supply(command, tx)
        arrival = ReceiveStock(
            plant_id=NINGBO,
            location_id=HANGZHOU,
            lines=(StockLine(BOLT, Decimal(500)),),
            reference="DN-2",
            supply_id=command.supply_id,
        )
        await receive_stock(arrival, tx)
        event = inspected((1, BOLT, "4", Disposition.RESTOCKED), (1, BOLT, "2", Disposition.NOT_RESTOCKED))  # fmt: skip
        await on_rma_inspected(event, tx)
        entries = len(tx.recorded)
        await on_rma_inspected(event, tx)

        assert len(tx.recorded) == entries
        supplied = [each for each in tx.recorded if each.aggregate == f"supply:{command.supply_id}"]
        assert [each.action for each in supplied] == ["recorded", "received"]
        assert supplied[0].changes["quantity"] == (None, Decimal(500))
        assert supplied[1].changes == {"received_at": (None, NOON)}
        assert told(tx, "return")[f"return:{event.rma_id}"] == (
            "booked",
            {"order_id": (None, event.order_id), "location_id": (None, HANGZHOU)},
        )
        assert told(tx, "stock")[BOLTS] == (
            "return",
            {
                "on_hand": (Decimal(500), Decimal(506)),
                "damaged": (Decimal(0), Decimal(2)),
                "references": (None, (f"rma:{event.rma_id}",)),
                "reasons": (None, ("RESTOCKED", "NOT_RESTOCKED")),
            },
        )


async def test_refusals_leave_no_entry(inventory_db):
    boss = administrator()
    async with transaction(inventory_db, boss) as tx:
        await stocked(tx, 5)
        command = AdjustStock(
            plant_id=NINGBO, location_id=HANGZHOU, sku=BOLT, delta=Decimal(-6), reason="盘点"
        )
        with pytest.raises(StockPromised):
            await adjust_stock(command, tx)
        tx.caller = caller(boss.tenant_id, plants={NINGBO: Role.SALES})
        with pytest.raises(NotPermitted):
            await adjust_stock(command, tx)
        assert tx.recorded == []


async def test_looking_at_stock_leaves_no_entry(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await StockStore(tx).lock([StockKey(BOLT, HANGZHOU)])
        assert tx.recorded == []


async def test_the_chains_of_an_order_and_of_an_article(inventory_db):
    order = routed((BOLT, 10))
    async with transaction(inventory_db, reactor()) as tx:
        await stocked(tx)
        await on_orders_routed([order], tx)
        command = supply(supply_id=SupplyId(new_id()))
        await record_supply(command, tx)
        event = inspected((1, BOLT, "4", Disposition.RESTOCKED))
        await on_rma_inspected(event, tx)

        async def streams(select):
            return sorted(await tx.conn.scalars(select))

        assert await streams(of_order(order.order_id)) == [f"reservation:{order.order_id}"]
        assert await streams(of_order(event.order_id)) == [
            f"reservation:{event.order_id}",
            f"return:{event.rma_id}",
        ]
        assert await streams(of_sku(BOLT)) == sorted(
            [f"sku:{tx.tenant_id}:{BOLT}", BOLTS, f"supply:{command.supply_id}"]
        )
        assert await streams(of_sku(NUT)) == [f"sku:{tx.tenant_id}:{NUT}"]
