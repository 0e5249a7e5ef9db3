from __future__ import annotations

from hedgerow.contracts.access import MembershipView, RevokeRole
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.membership import revoked
from hedgerow_routing.handlers.announce_access import announce_access
from hedgerow_routing.handlers.authority import authority
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.memberships import MembershipStore


async def revoke_role(command: RevokeRole, tx: Transaction) -> MembershipView:
    """Take a role back, wherever it was given. Who may: whoever could give it."""
    access, memberships = AccessStore(tx), MembershipStore(tx)
    await access.lock()
    membership = await memberships.require(command.membership_id)
    grants = authority(
        tx.caller,
        membership,
        await access.placed(),
        place="membership_id",
        role="membership_id",
    )
    ended = revoked(membership, command.basis, by=tx.caller.subject, at=tx.now)
    await memberships.revoke(grants, ended)
    await announce_access(tx, grants, {ended.subject: (ended,)})
    return ended
