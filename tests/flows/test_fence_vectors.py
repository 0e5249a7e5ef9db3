"""The vectors of fences in two times and of exclusions, through GraphQL."""

from __future__ import annotations

from typing import Any

from companies import IN_ZHEJIANG, Company, order, square, submit

FENCES = """query($plant: ID!, $asOf: DateTime!, $knownAt: DateTime!) {
  fences(first: 10, plantId: $plant, kind: EXCLUSION, asOf: $asOf, knownAt: $knownAt) {
    nodes { version validFrom validTo recordedTo } } }"""
LOCATE = """query($point: GeoPointInput!) { locatePoint(point: $point) {
  method plant { code } areas { plantCode excluded chosen } exclusions { plantCode version } } }"""


async def _exclude(company: Company, admin: Any, **given: Any) -> str:
    """Since when it is known."""
    made = await admin.done(
        "fencePublish",
        "fence { recordedFrom }",
        plantId=company.plants["NGB"],
        kind="EXCLUSION",
        name="island",
        **given,
    )
    recorded: str = made["fence"]["recordedFrom"]
    return recorded


async def test_what_was_valid_then_and_what_we_knew_then(company: Company) -> None:
    """An island was not served in 2020, as was agreed; it turned out that it was from June on not
    served within 5 km only."""
    drawn = {"geojson": square(100, 20, 101, 21), "datum": "WGS84"}
    circle = {"center": {"lon": 100.5, "lat": 20.5, "datum": "WGS84"}, "radiusM": 5000}
    async with company.admin() as admin:
        agreed = await _exclude(
            company, admin, **drawn,
            validFrom="2020-01-01T00:00:00Z", validTo="2021-01-01T00:00:00Z",
        )  # fmt: skip
        corrected = await _exclude(
            company, admin, circle=circle,
            validFrom="2020-06-01T00:00:00Z", validTo="2021-01-01T00:00:00Z",
        )  # fmt: skip

        async def told(as_of: str, known_at: str) -> list[tuple[int, str, str]]:
            data = await admin.ask(
                FENCES,
                plant=company.plants["NGB"],
                asOf=f"{as_of}T00:00:00Z",
                knownAt=known_at,
            )
            return [
                (each["version"], each["validFrom"][:10], each["validTo"][:10])
                for each in data["fences"]["nodes"]
            ]

        found = {
            (as_of, known): await told(as_of, at)
            for as_of in ("2019-12-31", "2020-03-01", "2020-06-01", "2020-12-31", "2021-01-01")
            for known, at in (("then", agreed), ("now", corrected))
        }

    agreed_on, before, after = (
        [(1, "2020-01-01", "2021-01-01")],
        [(1, "2020-01-01", "2020-06-01")],
        [(2, "2020-06-01", "2021-01-01")],
    )
    assert found == {
        ("2019-12-31", "then"): [],
        ("2019-12-31", "now"): [],
        ("2020-03-01", "then"): agreed_on,
        ("2020-03-01", "now"): before,
        ("2020-06-01", "then"): agreed_on,
        ("2020-06-01", "now"): after,
        ("2020-12-31", "then"): agreed_on,
        ("2020-12-31", "now"): after,
        ("2021-01-01", "then"): [],
        ("2021-01-01", "now"): [],
    }


async def test_an_order_into_an_exclusion_goes_to_the_other_plant_and_says_why(
    company: Company,
) -> None:
    await company.skus("BOLT")
    await company.rule()
    await company.stock("BOLT", "HGH", 100)
    async with company.admin() as admin:
        await _exclude(company, admin, circle={"center": IN_ZHEJIANG, "radiusM": 500})
        located = (await admin.ask(LOCATE, point=IN_ZHEJIANG))["locatePoint"]
        made = (await submit(admin, **order()))["order"]
        said = await admin.ask(
            "query($id: ID!) { order(id: $id) { decision { assignment { method plant { code } "
            "areas { plantCode excluded chosen } exclusions { plantCode version } } } } }",
            id=made["id"],
        )

    assert located == {
        "method": "NEAREST",
        "plant": {"code": "SZH"},
        "areas": [{"plantCode": "NGB", "excluded": True, "chosen": False}],
        "exclusions": [{"plantCode": "NGB", "version": 1}],
    }
    assert said["order"]["decision"]["assignment"] == located
    assert made["plant"]["code"] == "SZH"
