from __future__ import annotations

from copy import copy

from hedgerow.auth import Permission
from hedgerow.contracts.releases import EditRelease, ReleaseView
from hedgerow.transaction import Transaction

from hedgerow_routing.handlers.announce_release import announce_change
from hedgerow_routing.handlers.check_change import check_changes
from hedgerow_routing.store.releases import ReleaseStore


async def edit_release(command: EditRelease, tx: Transaction) -> ReleaseView:
    """Put changes into a draft and take others out; what was simulated is a draft again."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_DRAFT)
    store = ReleaseStore(tx)
    release = await store.load(command.release_id)
    before = copy(release)
    release.edit(
        command.expected_version, command.put, command.remove, by=tx.caller.subject, at=tx.now
    )
    await check_changes(command.put, tx, within="put")
    await store.save(grant, before, release, "edited")
    announce_change(release, tx)
    return release.view()
