from __future__ import annotations

from collections import defaultdict

from hedgerow.auth import Grant, Permission
from hedgerow.contracts.access import BindPlant, MembershipView, PlantBinding
from hedgerow.contracts.fields import basis as checked_basis
from hedgerow.contracts.fields import counted, each_once
from hedgerow.contracts.values import PlantId
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.membership import MOST_MEMBERS, new_member
from hedgerow_routing.handlers.announce_access import announce_access
from hedgerow_routing.handlers.authority import authority
from hedgerow_routing.handlers.draw_fence import draw_fence
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.memberships import MembershipStore


async def bind_plant(command: BindPlant, tx: Transaction) -> PlantBinding:
    """Draw a fence of a plant and give people their roles there, all or nothing."""
    plant_id, place = command.fence.plant_id, "fence.plant_id"
    grant = tx.caller.grant(plant_id, Permission.ROLE_GRANT, field=place)
    tx.caller.grant(plant_id, Permission.FENCE_PUBLISH, field=place)
    basis = checked_basis(command.basis, "basis")
    counted(command.members, "members", most=MOST_MEMBERS)
    ids = [each.membership_id for each in command.members]
    each_once(ids, "members", of="membership_id")
    each_once(((each.subject, each.role) for each in command.members), "members", of="role")
    within = [f"members.{position}." for position in range(len(command.members))]
    given = [
        new_member(member, plant_id, basis, by=tx.caller.subject, at=tx.now, within=at)
        for member, at in zip(command.members, within, strict=True)
    ]
    grants: dict[PlantId | None, Grant] = {plant_id: grant}
    for each, at in zip(given, within, strict=True):
        authority(tx.caller, each, {}, place=place, role=f"{at}role")
    fence = await draw_fence(command.fence, tx, within="fence.", basis=basis)
    await AccessStore(tx).lock()  # late: a drawing takes a while
    await MembershipStore(tx).add(grants, given, within)
    changes: defaultdict[str, list[MembershipView | None]] = defaultdict(list)
    for each in given:
        changes[each.subject].append(each)
    await announce_access(tx, grants, changes)
    return PlantBinding(fence=fence, memberships=tuple(given))
