"""Plants, locations, fences and rules of the demo company: what is there stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hedgerow_gateway.client.api import Api
from hedgerow_gateway.client.demo import documents
from hedgerow_gateway.client.demo.company import Plant, Point, areas, company

PRESENCE_NAME = "厂区"


@dataclass(slots=True)
class Network:
    """Ids by code. since is when the company's first plant was made, by the server's clock."""

    plants: dict[str, str]
    locations: dict[str, str]
    since: datetime


async def build_network(api: Api) -> Network:
    known = {each["code"]: each for each in (await api.execute(documents.PLANTS))["plants"]}
    for plant in company().plants:
        if plant.code not in known:
            known[plant.code] = await _create_plant(api, plant)
    network = Network(
        plants={code: each["id"] for code, each in known.items()},
        locations=await _locations(api, {code: each["id"] for code, each in known.items()}),
        since=datetime.fromisoformat(known[company().plants[0].code]["createdAt"]),
    )
    fences = {
        (code, fence["kind"], fence["name"])
        for code, each in known.items()
        for fence in each.get("fences") or ()
    }
    await _publish_fences(api, network, fences)
    await _publish_rules(api, network)
    return network


def point(given: Point) -> dict[str, Any]:
    return {"lon": given.lon, "lat": given.lat, "datum": given.datum}


async def _create_plant(api: Api, plant: Plant) -> dict[str, Any]:
    made = await api.execute(
        documents.CREATE_PLANT,
        {
            "key": f"demo-plant-{plant.code}",
            "input": {"code": plant.code, "name": plant.name, "point": point(plant.point)},
        },
    )
    created: dict[str, Any] = made["plantCreate"]["plant"]
    return created


async def _locations(api: Api, plants: dict[str, str]) -> dict[str, str]:
    listed = (await api.execute(documents.LOCATIONS))["locations"]
    known = {each["code"]: each["id"] for each in listed}
    for each in company().locations:
        if each.code not in known:
            given = {"code": each.code, "name": each.name, "kind": each.kind}
            made = await api.execute(
                documents.CREATE_LOCATION,
                {
                    "key": f"demo-location-{each.code}",
                    "input": {"plantId": plants[each.plant], **given},
                },
            )
            known[each.code] = made["locationCreate"]["location"]["id"]
    return known


async def _publish_fences(api: Api, network: Network, known: set[tuple[str, str, str]]) -> None:
    """The limits belong to the fences: they are set with the first of them."""
    wanted: list[tuple[str, dict[str, Any]]] = []
    for plant in company().plants:
        circle = {"center": point(plant.point), "radiusM": company().presence_radius_m}
        given = {"kind": "PRESENCE", "name": PRESENCE_NAME, "circle": circle}
        wanted.append((plant.code, given))
    for area in areas().areas:
        geojson = areas().polygon(area)
        given = {"kind": "SERVICE_AREA", "name": area.name, "geojson": geojson, "datum": "WGS84"}
        wanted.append((area.plant, given))
    if not known:
        limits = {"maxDistanceKm": company().max_distance_km}
        await api.execute(documents.SET_LIMITS, {"key": "demo-limits", "input": limits})
    for code, given in wanted:
        if (code, given["kind"], given["name"]) not in known:
            key = f"demo-fence-{code}-{given['name']}"
            given = {"plantId": network.plants[code], **given}
            await api.execute(documents.PUBLISH_FENCE, {"key": key, "input": given})


async def _publish_rules(api: Api, network: Network) -> None:
    known = {each["code"] for each in (await api.execute(documents.RULES))["overflowRules"]}
    for rule in company().rules:
        if rule.code not in known:
            given = {
                "code": rule.code,
                "name": rule.name,
                "priority": rule.priority,
                "regions": list(rule.regions),
                "chain": [network.locations[code] for code in rule.chain],
                "safetyTest": rule.safety_test,
            }
            key = f"demo-rule-{rule.code}"
            await api.execute(documents.PUBLISH_RULE, {"key": key, "input": given})
