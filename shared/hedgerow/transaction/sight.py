"""Which plants' rows a query may answer with.

Row security hides the plants that a caller cannot see at all. Someone who sees a plant may still
lack the right to read its orders, stock or returns.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal, true

from hedgerow.auth import Caller, Permission


def readable(
    caller: Caller, plant: ColumnElement[Any], *permissions: Permission
) -> ColumnElement[bool]:
    """The condition that the caller holds any of `permissions` at `plant`, the column of a row's
    plant. It also gives the planner a plant to start from."""
    wanted = frozenset(permissions)
    if wanted & caller.tenant_grants:
        return true()
    plants = sorted(plant_id for plant_id, held in caller.plant_grants.items() if wanted & held)
    if len(plants) == 1:
        return plant == plants[0]
    return plant == any_(literal(plants, ARRAY(Uuid)))
