"""Plants, the areas they are looked after in, and the locations that hold their stock."""

from __future__ import annotations

from datetime import datetime

from hedgerow.contracts.datum import to_wgs84
from hedgerow.contracts.fields import code
from hedgerow.contracts.routing import (
    AreaView,
    CreateArea,
    CreateLocation,
    CreatePlant,
    LocationView,
    PlantView,
)

from .fields import name, time_zone


def new_plant(command: CreatePlant, *, at: datetime) -> PlantView:
    """Raises Invalid, naming the field."""
    return PlantView(
        plant_id=command.plant_id,
        code=code(command.code, "code", capitals=True),
        name=name(command.name, "name"),
        point=command.point,
        wgs84=to_wgs84(command.point, field="point"),
        created_at=at,
        time_zone=time_zone(command.time_zone, "time_zone"),
    )


def new_location(command: CreateLocation, *, at: datetime) -> LocationView:
    """Raises Invalid, naming the field."""
    return LocationView(
        location_id=command.location_id,
        plant_id=command.plant_id,
        code=code(command.code, "code", capitals=True),
        name=name(command.name, "name"),
        kind=command.kind,
        created_at=at,
    )


def new_area(command: CreateArea, *, at: datetime) -> AreaView:
    """Without plants. Raises Invalid, naming the field."""
    return AreaView(
        area_id=command.area_id,
        code=code(command.code, "code", capitals=True),
        name=name(command.name, "name"),
        plant_ids=(),
        created_at=at,
    )
