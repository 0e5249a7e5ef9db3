from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.access import ObserveClaims
from hedgerow.contracts.fields import counted, each_once
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.fields import subject
from hedgerow_routing.domain.membership import MOST_CLAIMED, role_named
from hedgerow_routing.store.claims import ClaimStore
from hedgerow_routing.store.refusals import grant_to_service


async def observe_claims(command: ObserveClaims, tx: Transaction) -> bool:
    """Keep what a user's token brought. True when it is not what their last one did."""
    grant = grant_to_service(tx.caller, Permission.ROLE_GRANT)
    about = subject(command.subject, "subject")
    counted(command.roles, "roles", least=0, most=MOST_CLAIMED)
    each_once(command.roles, "roles")
    for position, claim in enumerate(command.roles):
        role_named(claim.role, f"roles.{position}.role")
    roles = sorted(command.roles, key=lambda each: (each.role, str(each.plant_id or "")))
    return await ClaimStore(tx).keep(grant, about, roles)
