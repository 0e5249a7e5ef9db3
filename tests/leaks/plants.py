"""The two plants and the other company, made through the public API, with canaries everywhere."""

from __future__ import annotations

import asyncio
from typing import Any

from companies import found
from suite import Client, Suite

from leaks.canaries import OTHER, A, B, Canaries
from leaks.governing import govern, refused
from leaks.owners import learn_ids
from leaks.sides import Side, World


async def grown(suite: Suite) -> World:
    both, other = await asyncio.gather(found(suite), found(suite))
    sides = {
        A: Side(A, both, "NGB", "HGH", "HFE", "浙江", 120, 29),
        B: Side(B, both, "SZH", "HFE", "HGH", "安徽", 117, 32),
        OTHER: Side(OTHER, other, "NGB", "HGH", "HFE", "浙江", 120, 29),
    }
    canaries = Canaries()
    for owner, side in sides.items():
        canaries.numbers[side.digits] = owner
        await _furnish(side)
    canaries.plain(A, "NGB", "宁波工厂")
    canaries.plain(B, "SZH", "苏州工厂")
    for side in sides.values():
        await _trade(side)
        await govern(side)
    for asked, asker in ((A, B), (B, A), (OTHER, OTHER)):
        await refused(sides[asked], sides[asker])
    world = World(suite, sides, canaries)
    await learn_ids(world)
    return world


async def _furnish(side: Side) -> None:
    """Articles, a rule, a division, fences, a location and stock."""
    company, place = side.company, side.company.locations
    own, custom, scarce = (side.keep("Sku.sku", side.word()) for _ in range(3))
    borrowed = f"BORROWED-{side.owner}"  # stocked at the other plant's warehouse only
    await company.skus(own, scarce, borrowed)
    await company.skus(custom, item_class="CUSTOM")
    async with company.admin() as admin:
        await admin.done(
            "overflowRulePublish", "rule { version }", code=f"TO-{side.far}", name=side.region,
            regions=[side.region], chain=[place[side.near], place[side.far]], safetyTest="AFTER",
        )  # fmt: skip
        division = side.keep("Division.code", side.word())
        await admin.done(
            "divisionsImport", "divisions { code }", **_far_away(division, side.word())
        )
        await admin.done(
            "overflowRulePublish", "rule { version }", code=f"NEAR-{side.far}", name=side.region,
            regions=[side.region], chain=[place[side.near], place[side.far]], safetyTest="AFTER",
            condition='order.attributes.near == "yes"', maxDistanceKm=130.0, maxLocations=1,
            slaHours=24,
        )  # fmt: skip
        await admin.done(
            "stockReceive", "levels { onHand }", locationId=place[side.far],
            reference="PO-2", lines=[{"sku": borrowed, "quantity": "900"}],
        )  # fmt: skip
    async with company.user(f"area_admin@{side.code}", subject=side.word()) as chief:
        plant = company.plants[side.code]
        await chief.done(
            "fencePublish", "fence { id }", plantId=plant, kind="PRESENCE",
            name=side.keep("Fence.name", side.word()),
            circle={"center": side.point(), "radiusM": 500.0},
        )  # fmt: skip
        await chief.done(
            "fencePublish", "fence { id }", plantId=plant, kind="EXCLUSION", name=side.word(),
            divisions=[division], validTo="2150-01-01T00:00:00Z",
        )  # fmt: skip
        beside = side.point() | {"lon": float(side.some(side.lon - 1))}
        await chief.done(
            "fencePublish", "fence { id }", plantId=plant, kind="EXCLUSION", name=side.word(),
            circle={"center": beside, "radiusM": 500.0},
        )  # fmt: skip
        await chief.done(
            "locationCreate", "location { id }", plantId=plant, code=side.word(),
            name=side.word(), kind="WAREHOUSE",
        )  # fmt: skip
        near = {"locationId": place[side.near]}
        await chief.done(
            "stockReceive", "levels { onHand }", **near, reference=side.word(),
            lines=[
                {"sku": own, "quantity": side.much()},
                {"sku": custom, "quantity": side.much()},
                {"sku": scarce, "quantity": side.some(5)},
            ],
        )  # fmt: skip
        await chief.done("safetyLevelSet", "level { atp }", **near, sku=own, level=side.some(7))
        await chief.done(
            "safetyLevelSet", "level { overflow { state } }", **near, sku=scarce,
            level=side.some(60), clearPercent="12.5",
        )  # fmt: skip
        await chief.done(
            "stockAdjust",
            "level { atp }",
            **near,
            sku=own,
            delta="-1",
            reason=side.word(),
        )
        supply = await chief.done(
            "supplyRecord", "supply { id }", **near, sku=own, quantity=side.much(),
            dueAt="2031-01-01T00:00:00Z", reference=side.word(),
        )  # fmt: skip
        side.keep("Supply.id", supply["supply"]["id"])


def _far_away(code: str, name: str) -> dict[str, Any]:
    """A division where no order goes."""
    ring = [[90.0, 40.0], [91.0, 40.0], [91.0, 41.0], [90.0, 41.0], [90.0, 40.0]]
    feature = {
        "type": "Feature",
        "properties": {"code": code, "name": name, "nameEn": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return {"geojson": {"type": "FeatureCollection", "features": [feature]}, "datum": "WGS84"}


async def _trade(side: Side) -> None:
    """Orders in every state that tells something, and returns."""
    own, custom, scarce = side.made["Sku.sku"]
    async with side.company.user(f"area_admin@{side.code}", subject=side.word()) as chief:
        await submitted(chief, side, own, "3")
        await submitted(chief, side, f"BORROWED-{side.owner}", "4")
        await submitted(chief, side, scarce, side.some(50))
        await submitted(chief, side, own, "1", **side.beside_the_plant())
        cancelled = await submitted(chief, side, own, side.some(2))
        await chief.done(
            "orderCancel", "order { state }", orderId=cancelled,
            basis=side.basis(),
        )  # fmt: skip
        for sku in (own, custom):
            signed = await submitted(chief, side, sku, side.some(6))
            for step in ("LOCK_KIT", "DISPATCH", "RELEASE_QUALITY", "SIGN"):
                signer = {"signer": side.word()} if step == "SIGN" else {}
                await chief.done(
                    "orderTransition", "order { state }", orderId=signed, step=step, **signer
                )
            await _returned(chief, side, signed)


async def submitted(chief: Client, side: Side, sku: str, quantity: str, **more: Any) -> str:
    """Waits until an article that was just registered is known to orders."""
    for _ in range(100):
        asked = side.order(sku, quantity) | more
        payload = await chief.do("orderSubmit", "settled order { id }", **asked)
        if not payload["userErrors"]:
            assert payload["settled"], payload
            return side.keep("Order.id", str(payload["order"]["id"]))
        await asyncio.sleep(0.05)
    raise AssertionError(payload)


async def _returned(chief: Client, side: Side, order_id: str) -> None:
    """One that is asked for, and one that is decided, received and inspected."""
    lines = [{"lineNo": 1, "quantity": "1"}]
    for whole in (False, True):
        rma = await _requested(chief, side, order_id, lines)
        if not whole:
            continue
        if rma["state"] == "REVIEW":
            await chief.done(
                "returnDecide", "return { state }", returnId=rma["id"], approve=True,
                note=side.word(), basis=side.basis(),
            )  # fmt: skip
        await chief.done(
            "returnReceive", "return { state }", returnId=rma["id"],
            locationId=side.company.locations[side.near],
        )  # fmt: skip
        await chief.done(
            "returnInspect", "return { state }", returnId=rma["id"], accept=True,
            lines=[{"lineNo": 1, "quantity": "1", "disposition": "RESTOCKED"}],
        )  # fmt: skip


async def _requested(chief: Client, side: Side, order_id: str, lines: list[Any]) -> dict[str, str]:
    """The delivery reaches the returns service a moment later."""
    for _ in range(100):
        payload = await chief.do(
            "returnRequest", "return { id state }", orderId=order_id, lines=lines,
            reason=side.word(), basis=side.basis(),
        )  # fmt: skip
        if not payload["userErrors"]:
            made: dict[str, str] = payload["return"]
            return made
        await asyncio.sleep(0.05)
    raise AssertionError(payload)
