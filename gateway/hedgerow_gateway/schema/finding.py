"""Edges that many types have: to a plant, a location, an article."""

from __future__ import annotations

from typing import Any

from hedgerow_gateway.loaders import EVERYTHING
from hedgerow_gateway.schema.fields import looked_up


def to_plant(zh: str, en: str, description: str) -> Any:
    """By the object's `plant_id`; null when that is None, or the caller may not see the plant."""
    return looked_up(lambda load: load.plants, lambda it: it.plant_id, zh, en, description)


def to_location(zh: str, en: str, description: str) -> Any:
    """By the object's `location_id`."""
    return looked_up(lambda load: load.locations, lambda it: it.location_id, zh, en, description)


def to_sku(zh: str, en: str, description: str) -> Any:
    """By the object's `sku`, which is a code."""
    return looked_up(lambda load: load.skus, lambda it: it.sku, zh, en, description)


def to_area(zh: str, en: str, description: str) -> Any:
    """By the object's `area_id`."""
    return looked_up(
        lambda load: load.area_lists,
        lambda it: EVERYTHING if it.area_id else None,
        zh,
        en,
        description,
        pick=lambda it, found: next((a for a in found if a.area_id == it.area_id), None),
    )
