"""Who may do what at a plant, and who was refused there."""

from __future__ import annotations

from leaks.canaries import OTHER
from leaks.sides import Side


async def govern(side: Side) -> None:
    """An area, roles given and taken, and what asks for presence from now on."""
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
            "presencePolicyPublish", "plant { id }", plantId=plant, acts=["RETURN_INSPECT"]
        )


async def refused(side: Side, asker: Side) -> None:
    """Somebody of the other plant asks for an order: the case is the plant's, which may read of
    it."""
    group = "sales" if side.owner == OTHER else f"sales@{asker.code}"
    async with asker.company.user(group, subject=f"somebody after {side.owner}") as stranger:
        said = await stranger.raw(
            "query($id: ID!) { order(id: $id) { number } }", id=side.made["Order.id"][0]
        )
    side.keep("AccessCase.number", said["errors"][0]["extensions"]["caseNumber"])
