from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.releases import ReleaseView, RollBackRelease
from hedgerow.contracts.values import new_id
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.release import Release
from hedgerow_routing.domain.rollback import UnknownNumber, rollback
from hedgerow_routing.handlers.announce_release import announce_change
from hedgerow_routing.store.releases import ReleaseStore
from hedgerow_routing.store.rollback import RollbackStore


async def roll_back_release(command: RollBackRelease, tx: Transaction) -> ReleaseView:
    """Draft what brings an older release back; it is published like any other."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_DRAFT)
    store, past = ReleaseStore(tx), RollbackStore(tx)
    in_force = await store.in_force()
    if command.number >= in_force or not await past.was_published(command.number):
        raise UnknownNumber
    release = Release.draft(
        command.release_id,
        f"{in_force} \N{RIGHTWARDS ARROW} {command.number}",
        rollback(
            *await past.last_changes(command.number),
            await past.unnumbered(command.number),
            new_id,
            at=tx.now,
        ),
        base=in_force,
        by=tx.caller.subject,
        at=tx.now,
    )
    await store.add(grant, release)
    announce_change(release, tx)
    return release.view()
