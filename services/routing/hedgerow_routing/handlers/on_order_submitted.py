from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import Permission
from hedgerow.contracts.orders import OrderSubmitted
from hedgerow.contracts.values import DecisionId, LonLat, new_id
from hedgerow.service import batched
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.assignment import CoveringArea
from hedgerow_routing.domain.decision import announcement, decide
from hedgerow_routing.domain.facts import kept_facts
from hedgerow_routing.domain.network import Network
from hedgerow_routing.store.decisions import DecisionStore
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.network import NetworkStore
from hedgerow_routing.store.releases import ReleaseStore


@batched()
async def on_order_submitted(events: Sequence[OrderSubmitted], tx: Transaction) -> None:
    """Decide each order's plant and candidate locations. One decision an order: a second
    submission of the same order changes nothing."""
    grant = tx.caller.grant_tenant(Permission.ORDER_SUBMIT)
    areas, network = await _as_of_one_release([event.point for event in events], tx)
    made = [
        decide(event, covering, network, decision_id=DecisionId(new_id()), at=tx.now)
        for event, covering in zip(events, areas, strict=True)
    ]
    stored = await DecisionStore(tx).add(
        grant, made, [kept_facts(event) for event in events], network.limits_version
    )
    for event, decision in zip(events, made, strict=True):
        if decision.decision_id in stored:
            tx.emit(
                announcement(decision),
                aggregate=f"decision:{decision.decision_id}",
                version=1,
                plant_id=decision.assignment.plant_id,
                because=event,
            )


async def _as_of_one_release(
    points: Sequence[LonLat], tx: Transaction
) -> tuple[list[list[CoveringArea]], Network]:
    """Areas, rules and limits of the same release: each statement sees what was committed before
    it, so they are read again when one was published between them."""
    release = await ReleaseStore(tx).in_force()
    while True:
        areas = await FenceStore(tx).covering(points)
        network = await NetworkStore(tx).load()
        if network.release == release:
            return areas, network
        release = network.release
