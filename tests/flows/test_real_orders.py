"""6,000 real orders through the importer, each plant checked against shapely on the same polygons."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import shapely
from companies import Company
from geographiclib.geodesic import Geodesic
from looks import look
from shapely.geometry import shape
from suite import Suite

PLACE = Path(os.environ.get("HEDGEROW_REAL_ORDERS", "/nonexistent"))
LIMIT_KM = 500.0
NEAR_A_BORDER_DEG = 1e-6

pytestmark = pytest.mark.skipif(
    not (PLACE / "orders.csv.gz").is_file(),
    reason="name the folder with the real orders in HEDGEROW_REAL_ORDERS",
)


def _states() -> dict[str, dict[str, Any]]:
    with gzip.open(PLACE / "states.geojson.gz", "rt") as file:
        features = json.load(file)["features"]
    return {each["properties"]["uf"]: _mended(each["geometry"]) for each in features}


def _mended(geojson: dict[str, Any]) -> dict[str, Any]:
    """Some of the real boundaries touch themselves, which is refused: as an operator would, mend
    them first. Product and oracle get the same result."""
    area = shape(geojson)
    if area.is_valid:
        return geojson
    print(f"mended: {shapely.is_valid_reason(area)}")
    parts = [
        part
        for part in shapely.get_parts(shapely.make_valid(area))
        if part.geom_type != "LineString"
    ]
    mended: dict[str, Any] = json.loads(shapely.to_geojson(shapely.union_all(parts)))
    return mended


def _sellers() -> dict[str, tuple[float, float]]:
    """The busiest seller of each state: where its plant is."""
    best: dict[str, tuple[int, float, float]] = {}
    with (PLACE / "sellers.csv").open() as file:
        for row in csv.DictReader(file):
            sold = int(row["items_sold"])
            if sold > best.get(row["state"], (0, 0.0, 0.0))[0]:
                best[row["state"]] = (sold, float(row["lon"]), float(row["lat"]))
    return {state: (lon, lat) for state, (_, lon, lat) in best.items()}


async def _build(company: Company, states: dict[str, Any], sellers: dict[str, Any]) -> None:
    async with company.admin() as admin:
        await admin.done("routingLimitsSet", "limits { maxDistanceKm }", maxDistanceKm=LIMIT_KM)
        for state, (lon, lat) in sorted(sellers.items()):
            plant = await admin.done(
                "plantCreate", "plant { id }", code=state, name=state,
                point={"lon": lon, "lat": lat, "datum": "WGS84"},
            )  # fmt: skip
            company.plants[state] = plant["plant"]["id"]
            await admin.done(
                "locationCreate", "location { id }", plantId=company.plants[state],
                code=f"{state}-1", name=state, kind="WAREHOUSE",
            )  # fmt: skip
            await admin.done(
                "fencePublish", "fence { version }", plantId=company.plants[state],
                kind="SERVICE_AREA", name="state", priority=0, geojson=states[state],
                datum="WGS84",
            )  # fmt: skip


class Oracle:
    """The same question, answered apart from the product."""

    def __init__(self, states: dict[str, Any], sellers: dict[str, Any]) -> None:
        self._areas = {code: shape(states[code]) for code in sellers}
        for area in self._areas.values():
            shapely.prepare(area)
        self._ground = {code: _geodesic_area(area) for code, area in self._areas.items()}
        self._sellers = sellers

    def plant(self, lon: float, lat: float) -> str | None:
        point = shapely.Point(lon, lat)
        covering = [code for code, area in self._areas.items() if area.covers(point)]
        if covering:
            return min(covering, key=lambda code: (self._ground[code], code))
        distance_m, code = min(
            (Geodesic.WGS84.Inverse(lat, lon, there[1], there[0])["s12"], code)
            for code, there in self._sellers.items()
        )
        return code if distance_m <= LIMIT_KM * 1000 else None

    def on_a_border(self, lon: float, lat: float) -> bool:
        point = shapely.Point(lon, lat)
        return any(
            area.boundary.distance(point) < NEAR_A_BORDER_DEG for area in self._areas.values()
        )


def _geodesic_area(area: Any) -> float:
    total = 0.0
    for polygon in shapely.get_parts(area):
        for sign, ring in ((1, polygon.exterior), *((-1, hole) for hole in polygon.interiors)):
            path = Geodesic.WGS84.Polygon()
            for lon, lat in ring.coords[:-1]:
                path.AddPoint(lat, lon)
            total += sign * abs(path.Compute()[2])
    return total


async def _import(suite: Suite, company: Company, file: Path) -> str:
    token = suite.keys.token("importer", company.tenant, "tenant_admin")
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("hedgerow")),
        "import-orders", str(file), "--datum", "WGS84", "--currency", "BRL", "--channel", "OLIST",
        "--register-skus", "--concurrency", "48", "--wait-for", "CAPTURED",
        env={**os.environ, "HEDGEROW_URL": suite.url, "HEDGEROW_TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 600)
    assert process.returncode == 0, said.decode()[-3000:]
    return said.decode()


@pytest.mark.timeout(900)
async def test_every_real_order_goes_to_the_plant_an_oracle_names(
    suite: Suite, tmp_path: Path
) -> None:
    states, sellers = _states(), _sellers()
    company = Company(suite, tenant=str(uuid4()))
    await _build(company, states, sellers)
    file = tmp_path / "orders.csv.gz"
    file.write_bytes((PLACE / "orders.csv.gz").read_bytes())

    await _import(suite, company, file)

    oracle = Oracle(states, sellers)
    with gzip.open(file, "rt") as rows:
        points = {
            row["order_id"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(rows)
        }
    decided: list[tuple[Any, ...]] = []
    for _ in range(600):
        decided = await look(
            suite,
            "routing",
            "select (assignment->'point'->>'lon')::float8, (assignment->'point'->>'lat')::float8, "
            "p.code from decisions d left join plants p "
            "on p.tenant_id = d.tenant_id and p.plant_id = d.plant_id "
            "where d.tenant_id = :tenant",
            tenant=company.tenant,
        )
        if len(decided) == len(points):
            break
        await asyncio.sleep(0.1)
    assert len(decided) == 6000
    wrong = [
        (lon, lat, plant, oracle.plant(lon, lat))
        for lon, lat, plant in decided
        if plant != oracle.plant(lon, lat)
    ]
    on_borders = [each for each in points.values() if oracle.on_a_border(*each)]
    print(f"{len(decided)} orders, {len(wrong)} disagreements, {len(on_borders)} on borders:")
    print(on_borders)
    assert wrong == []

    again = await _import(suite, company, file)
    count = await look(
        suite, "orders", "select count(*) from orders where tenant_id = :t", t=company.tenant
    )
    assert count == [(6000,)], again
