from __future__ import annotations

from copy import copy

from hedgerow.auth import Permission
from hedgerow.contracts.releases import PublishRelease, ReleaseView
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.release_refusals import inside, where
from hedgerow_routing.handlers.announce_release import announce_change, announce_number
from hedgerow_routing.handlers.check_rules import check_rules
from hedgerow_routing.handlers.put_change import prepared
from hedgerow_routing.store.releases import ReleaseStore


async def publish_release(command: PublishRelease, tx: Transaction) -> ReleaseView:
    """Put all changes of a release in force at this instant, or none."""
    grant = tx.caller.grant_tenant(Permission.RELEASE_PUBLISH)
    store = ReleaseStore(tx)
    release = await store.load(command.release_id)
    before = copy(release)
    release.check_publishable(command.expected_version, release.in_force)
    puts = [await prepared(change, n, tx) for n, change in enumerate(release.changes)]
    number = (await store.lock()).last + 1
    release.check_publishable(command.expected_version, number - 1)
    await check_rules(release.changes, tx)
    for position, (change, put) in enumerate(zip(release.changes, puts, strict=True)):
        with inside(where(change, position)):
            await put(tx, release=number)
    release.publish(number, by=tx.caller.subject, at=tx.now)
    await store.save(grant, before, release, "published")
    announce_change(release, tx)
    announce_number(release, number, tx)
    return release.view()
