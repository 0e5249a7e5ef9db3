from __future__ import annotations

from hedgerow.contracts.access import GrantRole, MembershipView
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.membership import new_membership
from hedgerow_routing.handlers.announce_access import announce_access
from hedgerow_routing.handlers.authority import authority
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.areas import AreaStore
from hedgerow_routing.store.memberships import MembershipStore
from hedgerow_routing.store.plants import PlantStore


async def grant_role(command: GrantRole, tx: Transaction) -> MembershipView:
    """Give a user a role at a plant, in an area or in the whole tenant."""
    membership = new_membership(command, by=tx.caller.subject, at=tx.now)
    access = AccessStore(tx)
    await access.lock()
    placed = await access.placed()
    place = "area_id" if membership.area_id is not None else "plant_id"
    grants = authority(tx.caller, membership, placed, place=place, role="role")
    if membership.plant_id is not None:
        await PlantStore(tx).load(membership.plant_id)
    if membership.area_id is not None:
        await AreaStore(tx).require(membership.area_id)
    await MembershipStore(tx).add(grants, [membership])
    await announce_access(tx, grants, {membership.subject: (membership,)})
    return membership
