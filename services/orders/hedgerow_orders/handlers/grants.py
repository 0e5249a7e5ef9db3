from __future__ import annotations

from hedgerow.auth import Caller, Grant, Permission
from hedgerow.errors import PlantForbidden

from hedgerow_orders.domain.order import Order


def grant_over(caller: Caller, order: Order, permission: Permission) -> Grant:
    """`permission` at the order's plant, or in the whole tenant while it has none.

    Raises PlantForbidden when the caller may not even read the order, else NotPermitted.
    """
    if not caller.holds(Permission.ORDER_READ, order.plant_id):
        raise PlantForbidden(field="order_id", detail=f"{caller.subject} may not read it")
    if order.plant_id is None:
        return caller.grant_tenant(permission)
    return caller.grant(order.plant_id, permission, field="order_id")
