"""Which plant a point belongs to."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.routing import AssignmentView, LocatePoint
from hedgerow.errors import PlantForbidden
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.assignment import as_seen_by, assign
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.network import NetworkStore


async def locate_point(query: LocatePoint, tx: Transaction) -> AssignmentView:
    """What a new order to this point would be assigned to, and why.

    Those who do not see the whole tenant are answered where the point is one of their plants'.
    Raises PlantForbidden for another plant's point and for nobody's alike.
    """
    caller = tx.caller
    caller.grant_somewhere(Permission.PLANT_READ)
    point = to_wgs84(query.point, field="point")
    [areas] = await FenceStore(tx).covering([point])
    assignment = assign(point, areas, await NetworkStore(tx).load())
    if not caller.holds(Permission.PLANT_READ, assignment.plant_id):
        raise PlantForbidden(field="point", detail=f"{caller.subject} asks about {point}")
    return as_seen_by(assignment, lambda plant: caller.holds(Permission.PLANT_READ, plant))
