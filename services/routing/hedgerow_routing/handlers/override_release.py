from __future__ import annotations

from copy import copy

from hedgerow.auth import Permission
from hedgerow.contracts.releases import OverrideRelease, ReleaseView
from hedgerow.transaction import Transaction

from hedgerow_routing.handlers.announce_release import announce_change
from hedgerow_routing.store.releases import ReleaseStore


async def override_release(command: OverrideRelease, tx: Transaction) -> ReleaseView:
    """A second person answers for publishing it without a simulation."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_PUBLISH)
    store = ReleaseStore(tx)
    release = await store.load(command.release_id)
    before = copy(release)
    release.answer_for(command.expected_version, command.reason, by=tx.caller.subject, at=tx.now)
    await store.save(grant, before, release, "overridden")
    announce_change(release, tx)
    return release.view()
