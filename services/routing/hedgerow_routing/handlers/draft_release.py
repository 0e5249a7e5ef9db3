from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.releases import DraftRelease, ReleaseView
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.release import Release
from hedgerow_routing.handlers.announce_release import announce_change
from hedgerow_routing.handlers.check_change import check_changes
from hedgerow_routing.store.releases import ReleaseStore


async def draft_release(command: DraftRelease, tx: Transaction) -> ReleaseView:
    """Begin a release; nothing of it holds before it is published."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_DRAFT)
    store = ReleaseStore(tx)
    release = Release.draft(
        command.release_id,
        command.title,
        command.changes,
        base=await store.in_force(),
        by=tx.caller.subject,
        at=tx.now,
    )
    await check_changes(command.changes, tx, within="changes")
    await store.add(grant, release)
    announce_change(release, tx)
    return release.view()
