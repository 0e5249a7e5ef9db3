"""Calls of the stores of routing."""

from __future__ import annotations

from datetime import timedelta

from contracts.grants.write import Write, Writes
from hedgerow.auth import Caller, Permission
from hedgerow.contracts.inventory import StockShort
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.contracts.releases import FenceRemoval
from hedgerow.contracts.routing import DecisionResult, FenceKind, RoutingLimitsView
from hedgerow.contracts.values import Basis, DecisionId, LocationId, OrderId, new_id
from hedgerow.transaction import Transaction
from hedgerow_routing.domain.decision import decide
from hedgerow_routing.domain.division import parse_divisions
from hedgerow_routing.domain.facts import kept_facts
from hedgerow_routing.domain.fence import Fence
from hedgerow_routing.domain.overflow import new_rule
from hedgerow_routing.domain.plant import new_location, new_plant
from hedgerow_routing.domain.validity import revise, withdraw
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.store.decision_tables import decisions
from hedgerow_routing.store.decisions import DecisionStore, Settlement
from hedgerow_routing.store.divisions import DivisionStore
from hedgerow_routing.store.fence_periods import PeriodStore
from hedgerow_routing.store.fence_removals import FenceRemovalStore
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.network import NetworkStore
from hedgerow_routing.store.order_ends import OrderEndStore
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.rules import LimitsStore, RuleStore
from routing import makers
from routing.makers import (
    NINGBO,
    around,
    found_area,
    found_location,
    found_plant,
    found_rule,
    rule,
    submitted,
)
from sqlalchemy import select
from worlds import NOON

writes = Writes("routing")


@writes.of("DecisionStore.add")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    await found_location(tx, plant.plant_id, "NB-1")
    network = await NetworkStore(tx).load()
    order = submitted()
    made = decide(order, [], network, decision_id=DecisionId(new_id()), at=NOON)
    assert made.result is DecisionResult.PENDING
    return Write(
        lambda grant: DecisionStore(tx).add(grant, [made], [kept_facts(order)], None),
        (Permission.ORDER_SUBMIT,),
        at=plant.plant_id,
    )


async def _decided(tx: Transaction) -> tuple[DecisionId, OrderId]:
    """A decision that waits for inventory, and its order."""
    plant = await found_plant(tx, "NINGBO", NINGBO)
    await found_location(tx, plant.plant_id, "NB-1")
    event = submitted()
    service = Caller.service("routing", tx.tenant_id)
    await on_order_submitted([event], Transaction(tx.conn, service, NOON))
    return (await tx.conn.scalars(select(decisions.c.decision_id))).one(), event.order_id


@writes.of("DecisionStore.settle")
async def _(tx: Transaction) -> Write:
    decision_id, order_id = await _decided(tx)
    placed = await DecisionStore(tx).placed([decision_id])
    answer = StockShort(
        order_id=order_id,
        plant_id=placed[decision_id].plant_id,
        decision_id=decision_id,
        missing=(),
        seen=(),
    )
    settled = [Settlement(answer, DecisionResult.SHORT)]
    return Write(
        lambda grant: DecisionStore(tx).settle(grant, settled, placed, at=NOON),
        (Permission.ORDER_SUBMIT,),
        everywhere=True,
    )


@writes.of("DecisionStore.cancel")
async def _(tx: Transaction) -> Write:
    _decision, order_id = await _decided(tx)
    cancelled = OrderCancelled(
        order_id=order_id,
        number="HY20260329-0001",
        occurred_at=NOON,
        plant_id=None,
        basis=Basis("LETTER", "17"),
    )
    return Write(
        lambda grant: DecisionStore(tx).cancel(grant, [cancelled], at=NOON),
        (Permission.ORDER_CANCEL,),
        everywhere=True,
    )


@writes.of("OrderEndStore.close")
async def _(tx: Transaction) -> Write:
    _decision, order_id = await _decided(tx)
    cancelled = OrderCancelled(
        order_id=order_id,
        number="HY20260329-0001",
        occurred_at=NOON,
        plant_id=None,
        basis=Basis("LETTER", "17"),
    )
    return Write(
        lambda grant: OrderEndStore(tx).close(grant, [cancelled], at=NOON),
        (Permission.ORDER_ADVANCE, Permission.ORDER_CANCEL),
        everywhere=True,
    )


@writes.of("FenceStore.publish")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    fence = Fence.draw(makers.service_area(plant.plant_id, around(NINGBO)), at=NOON)
    return Write(
        lambda grant: FenceStore(tx).publish(grant, fence, revise((), fence.valid), release=1),
        (Permission.FENCE_PUBLISH,),
        at=plant.plant_id,
    )


@writes.of("PeriodStore.end")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    known = await PeriodStore(tx).known(plant.plant_id, FenceKind.SERVICE_AREA, "home")
    revision = withdraw(known, NOON)
    return Write(
        lambda grant: PeriodStore(tx).end(grant, plant.plant_id, revision, NOON),
        (Permission.FENCE_PUBLISH,),
        at=plant.plant_id,
    )


@writes.of("PeriodStore.begin")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    view = await found_area(tx, plant.plant_id, around(NINGBO), valid_to=NOON + timedelta(days=1))
    later = makers.service_area(
        plant.plant_id,
        around(NINGBO),
        fence_id=view.fence_id,
        valid_from=NOON + timedelta(days=2),
    )
    fence = Fence.draw(later, at=NOON)
    return Write(
        lambda grant: PeriodStore(tx).begin(grant, fence, NOON),
        (Permission.FENCE_PUBLISH,),
        at=plant.plant_id,
    )


@writes.of("FenceRemovalStore.remove")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    removal = FenceRemoval(plant_id=plant.plant_id, kind=FenceKind.SERVICE_AREA, name="home")
    return Write(
        lambda grant: FenceRemovalStore(tx).remove(grant, removal, at=NOON, release=2),
        (Permission.FENCE_PUBLISH,),
        at=plant.plant_id,
    )


@writes.of("DivisionStore.add")
async def _(tx: Transaction) -> Write:
    command = makers.divisions(makers.division("330200", around(NINGBO)))
    drawn = parse_divisions(command.geojson, command.datum)
    return Write(
        lambda grant: DivisionStore(tx).add(grant, drawn, 1),
        (Permission.FENCE_PUBLISH,),
        everywhere=True,
    )


@writes.of("PlantStore.add")
async def _(tx: Transaction) -> Write:
    plant = new_plant(makers.new_plant(), at=NOON)
    return Write(
        lambda grant: PlantStore(tx).add(grant, plant), (Permission.PLANT_CREATE,), everywhere=True
    )


@writes.of("PlantStore.add_location")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    location = new_location(makers.new_location(plant.plant_id), at=NOON)
    return Write(
        lambda grant: PlantStore(tx).add_location(grant, location),
        (Permission.LOCATION_CREATE,),
        at=plant.plant_id,
    )


@writes.of("RuleStore.publish")
async def _(tx: Transaction) -> Write:
    view = new_rule(rule("EAST", LocationId(new_id())), at=NOON)
    return Write(
        lambda grant: RuleStore(tx).publish(grant, view, release=1),
        (Permission.RULE_PUBLISH,),
        everywhere=True,
    )


@writes.of("RuleStore.retire")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    store = await found_location(tx, plant.plant_id, "NB-1")
    view = await found_rule(tx, rule("EAST", store.location_id))
    return Write(
        lambda grant: RuleStore(tx).retire(grant, view, NOON, release=2),
        (Permission.RULE_PUBLISH,),
        everywhere=True,
    )


@writes.of("LimitsStore.publish")
async def _(tx: Transaction) -> Write:
    limits = RoutingLimitsView(max_distance_km=300.0, version=1)
    return Write(
        lambda grant: LimitsStore(tx).publish(grant, limits, NOON, release=1),
        (Permission.LIMITS_SET,),
        everywhere=True,
    )
