"""A draft that changes everything of a plant, answered for and simulated."""

from __future__ import annotations

import asyncio
from typing import Any

from companies import square
from suite import Client

from leaks.sides import Side


async def released(side: Side, admin: Client) -> None:
    """Nothing of it is published. Its orders would have no plant any more."""
    drafted = await admin.done(
        "releaseDraft", "release { id version }", title=side.word(), changes=_changes(side)
    )
    release = side.keep("Release.id", drafted["release"]["id"])
    async with side.company.user("tenant_admin", subject=side.word()) as second:
        await second.done(
            "releaseOverride", "release { version }", releaseId=release,
            expectedVersion=drafted["release"]["version"], reason=side.word(),
        )  # fmt: skip
    begun = await admin.done("releaseSimulate", "simulation { id }", releaseId=release, days=90)
    simulation = side.keep("Simulation.id", begun["simulation"]["id"])
    for _ in range(100):
        said = await admin.ask("query($id: ID!) { simulation(id: $id) { state } }", id=simulation)
        if said["simulation"]["state"] == "DONE":
            return
        await asyncio.sleep(0.1)
    raise AssertionError(said)


def _changes(side: Side) -> list[dict[str, Any]]:
    plant = side.company.plants[side.code]
    area = {"plantId": plant, "kind": "SERVICE_AREA", "priority": 1, "datum": "WGS84"}
    near = side.company.locations[side.near]
    return [
        {"fence": area | {"name": "main", "geojson": square(116.0, 36.0, 117.0, 37.0)}},
        {"fence": area | {"name": side.word(), "geojson": square(116.5, 36.5, 118.0, 38.0)}},
        {
            "fence": {
                "plantId": plant,
                "kind": "EXCLUSION",
                "name": side.word(),
                "divisions": [side.made["Division.code"][0]],
                "validFrom": "2140-01-01T00:00:00Z",
                "validTo": "2150-01-01T00:00:00Z",
            }
        },
        {"removal": {"plantId": plant, "kind": "PRESENCE", "name": side.made["Fence.name"][0]}},
        {
            "rule": {
                "code": f"DRAFT-{side.owner}",
                "name": side.region,
                "regions": [side.region],
                "channels": [side.word()],
                "chain": [near],
                "safetyTest": "AFTER",
                "condition": "order.custom",
                "maxLocations": 2,
                "maxDistanceKm": 900.0,
                "slaHours": 36,
            }
        },
        {"ruleRemoval": {"code": f"TO-{side.far}"}},
        {"limits": {"maxDistanceKm": 1.0}},
        {
            "safety": {
                "locationId": near,
                "sku": side.made["Sku.sku"][0],
                "level": side.some(8),
                "clearPercent": "12.5",
            }
        },
        {"policy": {"plantId": plant, "acts": ["STOCK_ADJUST"]}},
    ]
