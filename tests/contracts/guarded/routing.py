"""Messages of routing."""

from __future__ import annotations

from contracts.guarded.asked import Stage, at_plant, somewhere, tenant_wide
from contracts.guarded.people import prepare_people
from contracts.guarded.releases import prepare_releases
from hedgerow.auth import Caller
from hedgerow.contracts.evidence import EvidenceWindow
from hedgerow.contracts.fences import ListDivisions, ListFences
from hedgerow.contracts.presence import CheckPresence
from hedgerow.contracts.routing import (
    DecisionsByIds,
    DecisionsByOrders,
    FencesByPlants,
    GetRoutingLimits,
    ListLocations,
    ListOverflowRules,
    ListPlants,
    ListRoutingEvidence,
    LocatePoint,
    LocationsByIds,
    PlantsByIds,
    RetireOverflowRule,
    SetRoutingLimits,
    TraceRules,
    VerifyRoutingEvidence,
)
from hedgerow.contracts.values import Page
from hedgerow.evidence import EvidenceWriter
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.import_divisions import import_divisions
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.store.decision_tables import decisions
from routing.makers import (
    NINGBO,
    around,
    division,
    divisions,
    found_location,
    found_plant,
    found_rule,
    new_location,
    new_plant,
    presence,
    rule,
    service_area,
    submitted,
    wgs84,
)
from sqlalchemy import select
from worlds import NOON

HERE = wgs84(NINGBO)
EVIDENCE = EvidenceWindow(size=10, total=True)


async def prepare(tx: Transaction) -> Stage:
    """A plant with a store and both kinds of fence, a rule, limits, and a decided order."""
    plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    plant_id = plant.plant_id
    store = await found_location(tx, plant_id, "NB-1")
    await publish_fence(presence(plant_id, HERE), tx)
    east = await found_rule(tx, rule("EAST", store.location_id))
    await set_routing_limits(SetRoutingLimits(max_distance_km=321.0), tx)
    await import_divisions(divisions(division("330200", around(NINGBO))), tx)
    order = submitted(NINGBO)
    service = Caller.service("routing", tx.tenant_id)
    deciding = Transaction(tx.conn, service, NOON)
    await on_order_submitted([order], deciding)
    tx.recorded += deciding.recorded
    decision_id = (await tx.conn.scalars(select(decisions.c.decision_id))).one()
    await EvidenceWriter().write(tx)
    people = await prepare_people(tx, plant)
    released = await prepare_releases(tx, plant)
    return Stage(
        plant_id,
        [
            *people,
            *released,
            at_plant(ListRoutingEvidence(window=EVIDENCE)),
            at_plant(VerifyRoutingEvidence(order_id=order.order_id)),
            at_plant(TraceRules(order_ids=(order.order_id,))),
            tenant_wide(new_plant("SUZHOU")),
            at_plant(new_location(plant_id, "NB-2")),
            at_plant(service_area(plant_id, around(NINGBO, 0.4))),
            tenant_wide(divisions(division("330200", around(NINGBO)))),
            tenant_wide(rule("WEST", store.location_id, regions=("四川",))),
            tenant_wide(RetireOverflowRule(rule_id=east.rule_id)),
            tenant_wide(SetRoutingLimits(max_distance_km=123.0)),
            at_plant(PlantsByIds(ids=(plant_id,))),
            at_plant(ListPlants()),
            somewhere(LocationsByIds(ids=(store.location_id,))),
            at_plant(ListLocations()),
            at_plant(FencesByPlants(plant_ids=(plant_id,))),
            at_plant(ListFences(page=Page(first=10, total=True))),
            somewhere(ListDivisions(page=Page(first=10))),
            somewhere(ListOverflowRules()),
            somewhere(GetRoutingLimits()),
            at_plant(LocatePoint(point=HERE), own_answer=True),
            at_plant(CheckPresence(plant_id=plant_id, point=HERE), own_answer=True),
            at_plant(DecisionsByIds(ids=(decision_id,))),
            at_plant(DecisionsByOrders(order_ids=(order.order_id,))),
        ],
    )
