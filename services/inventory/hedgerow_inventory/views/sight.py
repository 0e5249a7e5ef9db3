"""Which plants' rows a query may answer with.

Row security hides the plants that a caller cannot see at all. Someone who sees a plant may still
lack the right to read its stock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.values import PlantId
from sqlalchemy import ARRAY, Boolean, Column, ColumnElement, Uuid, any_, bindparam, or_


@dataclass(frozen=True, slots=True)
class Sight:
    everywhere: bool
    plants: tuple[PlantId, ...]

    def parameters(self) -> dict[str, Any]:
        """For a statement that holds `in_sight`."""
        return {"everywhere": self.everywhere, "plants": list(self.plants)}


def sight(caller: Caller, *permissions: Permission) -> Sight:
    """Where the caller holds any of these."""
    wanted = set(permissions)
    return Sight(
        everywhere=bool(wanted & caller.tenant_grants),
        plants=tuple(sorted(p for p, held in caller.plant_grants.items() if wanted & held)),
    )


def in_sight(plant: Column[Any]) -> ColumnElement[bool]:
    return or_(
        bindparam("everywhere", type_=Boolean),
        plant == any_(bindparam("plants", type_=ARRAY(Uuid))),
    )
