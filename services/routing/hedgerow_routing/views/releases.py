"""Releases: they hold what is of all plants, so reading them is a right over the whole tenant."""

from __future__ import annotations

from hedgerow.auth import Permission
from hedgerow.contracts.releases import (
    Change,
    GetReleaseGate,
    ListReleases,
    ReleaseChangesByIds,
    ReleaseGateView,
    ReleasePage,
    ReleasesByIds,
    ReleaseView,
)
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.windows import windowed
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from hedgerow_routing.domain.release import decoded
from hedgerow_routing.store.release_tables import releases
from hedgerow_routing.store.releases import ReleaseStore, view_of

_BY_IDS = releases.c.release_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
_ALL = select(*(each for each in releases.c if each is not releases.c.changes))
_RELEASES = _ALL.where(_BY_IDS)
_CHANGES = select(releases.c.release_id, releases.c.changes).where(_BY_IDS)


@answers_along("ids")
async def releases_by_ids(query: ReleasesByIds, tx: Transaction) -> tuple[ReleaseView | None, ...]:
    tx.caller.grant_tenant(Permission.RELEASE_READ)
    last = await ReleaseStore(tx).in_force()
    rows = await tx.conn.execute(_RELEASES, {"ids": list(query.ids)})
    found = {row.release_id: view_of(row, last) for row in rows}
    return tuple(found.get(release_id) for release_id in query.ids)


@answers_along("ids")
async def release_changes_by_ids(
    query: ReleaseChangesByIds, tx: Transaction
) -> tuple[tuple[Change, ...], ...]:
    tx.caller.grant_tenant(Permission.RELEASE_READ)
    rows = await tx.conn.execute(_CHANGES, {"ids": list(query.ids)})
    found = {release_id: decoded(changes) for release_id, changes in rows}
    return tuple(found.get(release_id, ()) for release_id in query.ids)


async def list_releases(query: ListReleases, tx: Transaction) -> ReleasePage:
    tx.caller.grant_tenant(Permission.RELEASE_READ)
    part = await windowed(
        tx.conn,
        _ALL,
        query.page,
        by=(releases.c.created_at, releases.c.release_id),
        descending=True,
    )
    last = await ReleaseStore(tx).in_force()
    return ReleasePage(
        releases=tuple(view_of(row, last) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )


async def get_release_gate(query: GetReleaseGate, tx: Transaction) -> ReleaseGateView:
    """Which number is in force is no secret inside a tenant: decisions name it."""
    tx.caller.grant_somewhere(Permission.PLANT_READ)
    series = await ReleaseStore(tx).series()
    return ReleaseGateView(gate=series.gate, in_force=series.last)
