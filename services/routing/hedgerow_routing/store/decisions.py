"""Decisions <-> rows of `decisions`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.routing import Candidate, DecisionResult, DecisionView
from hedgerow.contracts.values import DecisionId, OrderId
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, update

from .tables import decisions

_ADD = BulkInsert(
    decisions,
    *("tenant_id", "decision_id", "plant_id", "order_id", "order_number", "channel", "region"),
    *("lines", "assignment", "rules", "chain", "safety_test", "result", "seen"),
    *("decided_at", "settled_at"),
    same=("tenant_id", "seen", "decided_at"),
    ignore_conflicts=True,
    returning=("decision_id",),
)
_CHAINS = select(decisions.c.decision_id, decisions.c.chain).where(
    decisions.c.decision_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)
_SETTLE = BulkUpdate(
    decisions,
    key=("tenant_id", "decision_id"),
    set=("result", "seen", "settled_at"),
    same=("tenant_id", "settled_at"),
    returning=("decision_id",),
)
_CANCEL = (
    update(decisions)
    .where(
        decisions.c.order_id == any_(bindparam("orders", type_=ARRAY(Uuid))),
        decisions.c.result == DecisionResult.PENDING,
    )
    .values(result=DecisionResult.CANCELLED, settled_at=bindparam("at"))
)


class DecisionMissing(Exception):
    """An event speaks of a decision that was never made here."""


class DecisionStore:
    """The grant of a write is that to submit or cancel orders: a decision is a part of them."""

    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def add(self, grant: TenantGrant, made: Sequence[DecisionView]) -> set[DecisionId]:
        """Those that were stored. An order that has a decision keeps it."""
        for each in made:
            grant.must_carry(Permission.ORDER_SUBMIT, at=each.assignment.plant_id)
        stored = await _ADD(self._conn, [self._row(each) for each in made])
        return set() if stored is None else {DecisionId(row.decision_id) for row in stored}

    async def chains(self, ids: Iterable[DecisionId]) -> dict[DecisionId, tuple[Candidate, ...]]:
        """Raises DecisionMissing."""
        wanted = list(ids)
        rows = await self._conn.execute(_CHAINS, {"ids": wanted})
        found = {
            DecisionId(row.decision_id): msgspec.convert(row.chain, tuple[Candidate, ...])
            for row in rows
        }
        _check_all(wanted, found)
        return found

    async def settle(
        self,
        grant: TenantGrant,
        results: Mapping[DecisionId, tuple[DecisionResult, tuple[SeenStock, ...]]],
        *,
        at: datetime,
    ) -> None:
        """The result of each decision, and the numbers it rests on. Raises DecisionMissing."""
        grant.must_carry_everywhere(Permission.ORDER_SUBMIT)
        settled = await _SETTLE(
            self._conn,
            [
                {
                    "tenant_id": self._tenant_id,
                    "decision_id": decision_id,
                    "result": result,
                    "seen": seen,
                    "settled_at": at,
                }
                for decision_id, (result, seen) in results.items()
            ],
        )
        _check_all(results, set() if settled is None else set(settled.scalars()))

    async def cancel(self, grant: TenantGrant, orders: Sequence[OrderId], *, at: datetime) -> None:
        """End the decisions of these orders that are still pending."""
        grant.must_carry_everywhere(Permission.ORDER_CANCEL)
        await self._conn.execute(_CANCEL, {"orders": orders, "at": at})

    def _row(self, decision: DecisionView) -> dict[str, Any]:
        return {
            "tenant_id": self._tenant_id,
            "decision_id": decision.decision_id,
            "plant_id": decision.assignment.plant_id,
            "order_id": decision.order_id,
            "order_number": decision.order_number,
            "channel": decision.channel,
            "region": decision.region,
            "lines": decision.lines,
            "assignment": decision.assignment,
            "rules": decision.rules,
            "chain": decision.chain,
            "safety_test": decision.safety_test,
            "result": decision.result,
            "seen": decision.seen,
            "decided_at": decision.decided_at,
            "settled_at": decision.settled_at,
        }


def _check_all(wanted: Iterable[DecisionId], found: Collection[UUID]) -> None:
    missing = [decision_id for decision_id in wanted if decision_id not in found]
    if missing:
        raise DecisionMissing(", ".join(map(str, missing)))
