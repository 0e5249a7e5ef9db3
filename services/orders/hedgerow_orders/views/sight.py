"""Whose orders a caller may read.

Row security already limits every statement to the caller's plants; this leaves out those where
they may not read orders, and gives the planner a plant to start from.
"""

from __future__ import annotations

from hedgerow.auth import Caller, Permission
from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal, true


def readable(caller: Caller, plant: ColumnElement[object]) -> ColumnElement[bool]:
    """A condition on `plant`, the column of an order's plant."""
    if caller.holds(Permission.ORDER_READ, None):
        return true()
    plants = sorted(
        each for each in caller.plant_grants if caller.holds(Permission.ORDER_READ, each)
    )
    if len(plants) == 1:
        return plant == plants[0]
    return plant == any_(literal(plants, ARRAY(Uuid)))
