"""Who may do what at a plant, and who was refused there."""

from __future__ import annotations

from leaks.canaries import OTHER
from leaks.releasing import released
from leaks.sides import Side


async def govern(side: Side) -> None:
    """An area, roles given and taken, and presence that was asked for and shown."""
    plant = side.company.plants[side.code]
    async with side.company.user("tenant_admin", subject=side.word()) as admin:
        area = await admin.done("areaCreate", "area { id }", code=side.word(), name=side.word())
        await admin.done(
            "plantAreaSet", "plant { id }", plantId=plant, areaId=area["area"]["id"],
            basis=side.basis(),
        )  # fmt: skip
        for role, taken in (("SALES", False), ("QUALITY", True)):
            given = await admin.done(
                "roleGrant", "membership { id }", user=side.word(), role=role, scope="PLANT",
                plantId=plant, basis=side.basis(),
            )  # fmt: skip
            if taken:
                await admin.done(
                    "roleRevoke", "membership { id }", membershipId=given["membership"]["id"],
                    basis=side.basis(),
                )  # fmt: skip
        await admin.done(
            "presencePolicyPublish", "plant { id }", plantId=plant, acts=["STOCK_ADJUST"]
        )
        await released(side, admin)
    subject = side.keep("Membership.user", side.word())
    async with side.company.user(f"area_admin@{side.code}", subject=subject) as chief:
        await chief.done(
            "stockAdjust", "level { atp }", locationId=side.company.locations[side.near],
            sku=side.made["Sku.sku"][0], delta="-1", reason=side.word(), position=side.position(),
        )  # fmt: skip
        said = await chief.ask("{ evidence(first: 5) { nodes { action presence { number } } } }")
    shown = [each["presence"]["number"] for each in said["evidence"]["nodes"] if each["presence"]]
    side.keep("PresenceNote.number", shown[0])


async def refused(side: Side, asker: Side) -> None:
    """Somebody of the other plant asks for an order, and somebody of this one does what is not
    theirs to do: both cases are this plant's."""
    group = "sales" if side.owner == OTHER else f"sales@{asker.code}"
    async with asker.company.user(group, subject=f"somebody after {side.owner}") as stranger:
        said = await stranger.raw(
            "query($id: ID!) { order(id: $id) { number } }", id=side.made["Order.id"][0]
        )
    side.keep("AccessCase.number", said["errors"][0]["extensions"]["caseNumber"])
    async with side.company.user(f"finance@{side.code}", subject=side.word()) as finance:
        payload = await finance.raw(
            "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) "
            "{ userErrors { code caseNumber } } }",
            input={
                "locationId": side.company.locations[side.near],
                "sku": side.made["Sku.sku"][0],
                "delta": "-1",
                "reason": side.word(),
            },
        )
    (error,) = payload["data"]["stockAdjust"]["userErrors"]
    side.keep("AccessCase.number", error["caseNumber"])
