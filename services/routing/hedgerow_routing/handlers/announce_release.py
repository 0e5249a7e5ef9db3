"""A release that is in force now, be it one change that was published alone."""

from __future__ import annotations

from hedgerow.auth import Grant
from hedgerow.contracts.releases import Change, ReleaseChanged, ReleasePublished, SafetyChange
from hedgerow.contracts.values import PlantId, ReleaseId, new_id
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.release import Release, check_gate
from hedgerow_routing.store.releases import ReleaseStore


async def next_number(tx: Transaction) -> int:
    """Of a release of one change; other publications wait from here on. Raises ReleaseRequired."""
    series = await ReleaseStore(tx).lock()
    check_gate(series.gate)
    return series.last + 1


async def publish_alone(
    grant: Grant, number: int, change: Change, tx: Transaction, *, plant_id: PlantId | None = None
) -> None:
    """What was put in force by itself becomes a release of one change. After `next_number`.

    plant_id  whose alone the change is
    """
    release = Release.of_one(
        ReleaseId(new_id()), number, change, plant_id, by=tx.caller.subject, at=tx.now
    )
    await ReleaseStore(tx).add_published(grant, release)
    announce_change(release, tx)
    announce_number(release, number, tx)


def announce_change(release: Release, tx: Transaction) -> None:
    tx.emit(
        ReleaseChanged(release_id=release.release_id, version=release.version, state=release.state),
        aggregate=release.aggregate,
        version=release.version,
        plant_id=release.plant_id,
    )


def announce_number(release: Release, number: int, tx: Transaction) -> None:
    tx.emit(
        ReleasePublished(
            release_id=release.release_id,
            number=number,
            keys=tuple(each.key for each in release.changes),
            published_at=tx.now,
            safety=tuple(e.safety for e in release.changes if isinstance(e, SafetyChange)),
        ),
        aggregate=f"releases:{tx.tenant_id}",
        version=number,
        plant_id=None,
    )
