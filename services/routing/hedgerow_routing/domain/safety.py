"""A safety level in a release: inventory's to keep, routing's to look at before it is promised."""

from __future__ import annotations

from hedgerow.contracts.fields import not_negative, one_line, surplus_percent
from hedgerow.contracts.inventory import SetSafetyLevel
from hedgerow.contracts.values import PlantId
from hedgerow.errors import PlantForbidden

SKU_LENGTH = 64


def check_safety(change: SetSafetyLevel, plant_id: PlantId | None) -> None:
    """plant_id  the location's; None where there is no such location

    Raises PlantForbidden, Invalid.
    """
    if plant_id is None or plant_id != change.plant_id:
        raise PlantForbidden(field="location_id", detail=f"{change.location_id} is of {plant_id}")
    one_line(change.sku, "sku", most=SKU_LENGTH)
    not_negative(change.level, "level")
    if change.clear_percent is not None:
        surplus_percent(change.clear_percent, "clear_percent")
