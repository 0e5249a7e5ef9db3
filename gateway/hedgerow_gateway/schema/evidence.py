"""Evidence: who changed what, when, where from and why; and whether anybody has tampered with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from hedgerow.contracts.evidence import (
    EvidencePlace,
    EvidenceWhere,
    EvidenceWindow,
    ListEvidence,
    StreamVerdict,
    VerifyEvidence,
)
from hedgerow.contracts.inventory import ListInventoryEvidence, VerifyInventoryEvidence
from hedgerow.contracts.orders import ListOrdersEvidence, VerifyOrdersEvidence
from hedgerow.contracts.rma import ListRmaEvidence, VerifyRmaEvidence
from hedgerow.contracts.routing import ListRoutingEvidence, VerifyRoutingEvidence

from hedgerow_gateway.context import Info
from hedgerow_gateway.evidence import cursor_of, merged, place_at
from hedgerow_gateway.schema.evidence_entry import ChainVerdict, EvidenceEntry
from hedgerow_gateway.schema.evidence_streams import Chains, chains_of
from hedgerow_gateway.schema.fields import entered, query
from hedgerow_gateway.schema.ids import uuids_of
from hedgerow_gateway.schema.paging import BadCursor, Connection, Slice, page_of
from hedgerow_gateway.schema.values import given

LISTS: Mapping[str, type[ListEvidence]] = {
    "orders": ListOrdersEvidence,
    "inventory": ListInventoryEvidence,
    "routing": ListRoutingEvidence,
    "rma": ListRmaEvidence,
}
VERIFIES: Mapping[str, type[VerifyEvidence]] = {
    "orders": VerifyOrdersEvidence,
    "inventory": VerifyInventoryEvidence,
    "routing": VerifyRoutingEvidence,
    "rma": VerifyRmaEvidence,
}


@strawberry.input(description="Which evidence; all that is given must hold.")
class EvidenceWhereInput:
    entity_id: strawberry.ID | None = entered(
        "对象",
        "Entity",
        "Of this thing; of an order also what stock, routing and returns keep of it.",
        optional=True,
    )
    customer: str | None = entered("客户代码", "Customer", "Code of a customer.", optional=True)
    sku: str | None = entered("SKU", "SKU", "Code of an article.", optional=True)
    plant_ids: list[strawberry.ID] | None = entered(
        "工厂", "Plants", "Of these plants.", optional=True
    )
    actors: list[str] | None = entered("操作人", "Actors", "Done by one of these.", optional=True)
    from_: datetime | None = entered("起", "From", "Inclusive.", optional=True, name="from")
    before: datetime | None = entered("止", "Before", "Exclusive.", optional=True)

    def contract(self, chains: Chains) -> EvidenceWhere:
        return EvidenceWhere(
            streams=chains.streams,
            order_id=chains.order_id,
            customer=self.customer or None,
            sku=self.sku or None,
            plant_ids=uuids_of("Plant", self.plant_ids or (), field="where.plantIds"),
            actors=tuple(self.actors or ()),
            since=given(self.from_),
            before=given(self.before),
        )


async def evidence(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
    where: EvidenceWhereInput | None = strawberry.UNSET,
) -> Slice:
    """A service that does not answer fails it all: evidence that lacks a part would mislead."""
    context = info.context
    page = page_of(info, first, last, after, before)
    chains, wanted = Chains(), EvidenceWhere()
    if where:
        if where.entity_id:
            tenant_id = context.caller.tenant_id
            chains = chains_of(where.entity_id, tenant_id, field="where.entityId")
        wanted = where.contract(chains)
    size = page.first or page.last or 0
    window = EvidenceWindow(
        size=size,
        after=_place(page.after, "after"),
        before=_place(page.before, "before"),
        backward=page.last is not None,
        total=page.total,
    )
    parts = await asyncio.gather(
        *(context.ask(LISTS[owner](where=wanted, window=window)) for owner in chains.owners)
    )
    entries, more = merged(parts, size, backward=window.backward)
    return Slice(
        nodes=entries,
        cursors=[cursor_of(entry) for entry in entries],
        has_next=window.before is not None if window.backward else more,
        has_previous=more if window.backward else window.after is not None,
        total=sum(part.total or 0 for part in parts) if page.total else None,
    )


def _place(cursor: str | None, field: str) -> EvidencePlace | None:
    if cursor is None:
        return None
    try:
        return place_at(cursor)
    except ValueError as wrong:
        raise BadCursor(field) from wrong


async def verify_evidence(info: Info, entity_id: strawberry.ID) -> list[StreamVerdict]:
    context = info.context
    chains = chains_of(entity_id, context.caller.tenant_id, field="entityId")
    asked: Any = {"streams": chains.streams, "order_id": chains.order_id}
    verdicts = await asyncio.gather(
        *(context.ask(VERIFIES[owner](**asked)) for owner in chains.owners)
    )
    return [each for of_owner in verdicts for each in of_owner]


@strawberry.type
class EvidenceQueries:
    evidence: Connection[EvidenceEntry] | None = query(
        evidence,
        "Evidence of all services, newest first; needs evidence:read. Its total stops at 10,000 of "
        "each service.",
        paged=True,
    )
    verify_evidence: list[ChainVerdict] | None = query(
        verify_evidence, "Recompute what is kept of a thing, and the signed anchors over it."
    )
