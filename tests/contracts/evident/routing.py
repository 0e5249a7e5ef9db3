"""A plant with its fences, rules and people, an order that was decided on, a doubtful position."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from contracts.evident.step import Part, Step
from hedgerow.auth import Caller, Role
from hedgerow.contracts.access import ClaimedRole, ObserveClaims, RevokeRole
from hedgerow.contracts.inventory import StockReserved, StockShort
from hedgerow.contracts.orders import Customer, OrderCancelled, OrderDelivered
from hedgerow.contracts.presence import ConfirmPresence, PresenceAct, PublishPresencePolicy
from hedgerow.contracts.releases import Gate, RollBackRelease, SetReleaseGate
from hedgerow.contracts.routing import (
    DecisionsByOrders,
    RetireOverflowRule,
    SetPlantArea,
    SetRoutingLimits,
)
from hedgerow.contracts.values import Basis, ReleaseId, new_id
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.attest_presence import attest_presence
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.handlers.simulate_release import simulate_release
from hedgerow_routing.store.releases import ReleaseStore
from hedgerow_routing.views.decisions import decisions_by_orders
from routing.makers import (
    NINGBO,
    SUZHOU,
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
from routing.people import BASIS, found_area_of, found_grant, grant, new_area
from routing.release_makers import (
    draft,
    edit,
    fence_change,
    found_draft,
    limits_change,
    override,
    publish,
    second_person,
    simulate,
)
from routing.test_attest_presence import at_distance, attest, position
from routing.test_bind_plant import binding, member
from routing.test_denials import denial
from worlds import NOON, caller


async def prepare(tx: Transaction) -> Sequence[Step]:
    plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    await publish_fence(presence(plant.plant_id, wgs84(NINGBO), 500.0), tx)
    area = await found_area_of(tx, "EAST")
    membership = await found_grant(tx, "wang.fang", Role.PICKER, plant)
    gateway = Caller.service("gateway", tx.tenant_id)
    picker, lead = (
        caller(tx.tenant_id, plants={plant.plant_id: role}, subject=subject)
        for subject, role in (("li.wei", Role.PICKER), ("zhao.min", Role.WAREHOUSE_LEAD))
    )
    unsure = await attest_presence(
        attest(plant, position(at_distance(505.0))), Transaction(tx.conn, picker, NOON)
    )
    store = await found_location(tx, plant.plant_id, "NB-1")
    await found_rule(tx, rule("EAST", store.location_id))
    west = await found_rule(tx, rule("WEST", store.location_id, regions=("四川",)))
    order = submitted(NINGBO)
    await on_order_submitted(
        [order], Transaction(tx.conn, Caller.service("routing", tx.tenant_id), NOON)
    )
    [decision] = await decisions_by_orders(DecisionsByOrders(order_ids=(order.order_id,)), tx)
    about = {
        "order_id": order.order_id,
        "plant_id": plant.plant_id,
        "decision_id": decision.decision_id,
        "seen": (),
    }
    cancelled = OrderCancelled(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=None,
        basis=Basis("LETTER", "2026-17"),
    )
    delivered = OrderDelivered(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=plant.plant_id,
        customer=Customer(code="C-1", name="客户"),
        lines=(),
        delivered_at=NOON,
        signer="李伟",
    )
    for kilometres in (322.0, 323.0):
        await set_routing_limits(SetRoutingLimits(max_distance_km=kilometres), tx)
    last_but_one = await ReleaseStore(tx).in_force() - 1
    drafted = await found_draft(tx, fence_change(plant.plant_id, around(SUZHOU)))
    answered = await override_release(
        override(await found_draft(tx, limits_change(301.0))), second_person(tx)
    )
    earlier = NOON - timedelta(hours=1)
    service = Caller.service("routing", tx.tenant_id)
    await on_order_submitted([submitted(NINGBO)], Transaction(tx.conn, service, earlier))
    await simulate_release(simulate(drafted), tx)
    progress = tx.emitted[-1].event
    second = second_person(tx).caller
    return [
        Step(new_plant("SUZHOU")),
        Step(new_location(plant.plant_id, "NB-2")),
        Step(service_area(plant.plant_id, around(NINGBO, 0.4))),
        Step(divisions(division("330200", around(NINGBO)))),
        Step(rule("EAST", store.location_id, name="second")),
        Step(RetireOverflowRule(rule_id=west.rule_id)),
        Step(SetRoutingLimits(max_distance_km=321.0)),
        Step(new_area("WEST")),
        Step(SetPlantArea(plant_id=plant.plant_id, area_id=area.area_id, basis=BASIS)),
        Step(grant("li.wei", Role.PICKER, plant)),
        Step(RevokeRole(membership_id=membership.membership_id, basis=BASIS)),
        Step(binding(plant, member("chen.jie", Role.SALES))),
        Step(ObserveClaims(subject="li.wei", roles=(ClaimedRole("sales", None),)), gateway),
        Step(denial(plant.plant_id), gateway),
        Step(PublishPresencePolicy(plant_id=plant.plant_id, acts=(PresenceAct.ORDER_SIGN,))),
        Step(attest(plant), picker),
        Step(ConfirmPresence(number=unsure.number, basis=BASIS), lead),
        Step(submitted(NINGBO)),
        Step(cancelled),
        Step(delivered),
        Step(StockReserved(plan=(), **about)),
        Step(StockShort(missing=(), **about)),
        Step(draft(limits_change(302.0))),
        Step(edit(drafted, limits_change(303.0))),
        Step(override(drafted), second),
        Step(publish(answered)),
        Step(simulate(drafted)),
        Step(progress),
        Step(RollBackRelease(release_id=ReleaseId(new_id()), number=last_but_one)),
        Step(SetReleaseGate(gate=Gate.CLOSED)),
    ]


PART = Part(
    prepare,
    aggregates={
        "plants": "plant",
        "locations": "location",
        "fences": "fence",
        "fence_periods": "fence",
        "divisions": "divisions",
        "division_imports": "divisions",
        "overflow_rules": "rule",
        "routing_limits": "limits",
        "decisions": "decision",
        "areas": "area",
        "memberships": "access",
        "claimed_roles": "access",
        "access_cases": "case",
        "presence_policy_versions": "presence_policy",
        "presence_attestations": "attestation",
        "releases": "release",
        "release_series": "releases",
        "release_gates": "release_gate",
        "simulation_runs": "simulation",
        "simulation_steps": "simulation",
    },
    no_aggregate={
        "access_case_numbers": "a counter; the number is the name of the case",
        "fence_sets": "a count that triggers raise; the fences themselves are told",
        "attestation_numbers": "a counter; the number is the name of the attestation",
        "simulation_orders": "the hash of all of them is in the simulation's result",
    },
)
