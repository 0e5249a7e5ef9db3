"""Decisions <-> rows of `decisions`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.inventory import SeenStock, StockReserved, StockShort
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.contracts.routing import (
    AssignmentMethod,
    Candidate,
    DecisionResult,
    DecisionView,
)
from hedgerow.contracts.values import DecisionId, OrderId, PlantId
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, update

from hedgerow_routing.domain.facts import KeptFacts

from .decision_tables import decisions

_ADD = BulkInsert(
    decisions,
    *("tenant_id", "decision_id", "plant_id", "order_id", "order_number", "channel", "region"),
    *("lines", "assignment", "rules", "chain", "safety_test", "result", "seen"),
    *("decided_at", "settled_at", "rule_id", "fence_id", "limits_version"),
    *("left_out", "max_locations", "sla_hours", "release", "facts"),
    same=("tenant_id", "seen", "decided_at"),
    ignore_conflicts=True,
    returning=("decision_id",),
)
_PLACED = select(
    decisions.c.decision_id, decisions.c.plant_id, decisions.c.result, decisions.c.chain
).where(decisions.c.decision_id == any_(bindparam("ids", type_=ARRAY(Uuid))))
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
    .values(result=DecisionResult.CANCELLED, settled_at=bindparam("at"), closed_at=bindparam("at"))
    .returning(decisions.c.decision_id, decisions.c.plant_id, decisions.c.order_id)
)


@dataclass(frozen=True, slots=True)
class Placed:
    """What an answer needs to know of a decision. result  so far"""

    plant_id: PlantId | None
    result: DecisionResult
    chain: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an event from inventory makes of a decision."""

    event: StockReserved | StockShort
    result: DecisionResult


class DecisionMissing(Exception):
    """An event speaks of a decision that was never made here."""


class DecisionStore:
    """The grant of a write is that to submit or cancel orders: a decision is a part of them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def add(
        self,
        grant: TenantGrant,
        made: Sequence[DecisionView],
        facts: Sequence[KeptFacts],
        limits_version: int | None,
    ) -> set[DecisionId]:
        """Those that were stored. An order that has a decision keeps it.

        facts           of each one's order
        limits_version  of the limits in force
        """
        for each in made:
            grant.must_carry(Permission.ORDER_SUBMIT, at=each.assignment.plant_id)
        rows = [
            self._row(each, limits_version) | {"facts": told}
            for each, told in zip(made, facts, strict=True)
        ]
        stored = await _ADD(self._conn, rows)
        kept = set() if stored is None else {DecisionId(row.decision_id) for row in stored}
        for each in made:
            if each.decision_id in kept:
                self._tx.record(
                    f"decision:{each.decision_id}",
                    "decided",
                    {name: (None, value) for name, value in _told(each).items()},
                    plant_id=each.assignment.plant_id,
                )
        return kept

    async def placed(self, ids: Iterable[DecisionId]) -> dict[DecisionId, Placed]:
        """Raises DecisionMissing."""
        wanted = list(ids)
        rows = await self._conn.execute(_PLACED, {"ids": wanted})
        found = {
            DecisionId(row.decision_id): Placed(
                row.plant_id,
                DecisionResult(row.result),
                msgspec.convert(row.chain, tuple[Candidate, ...]),
            )
            for row in rows
        }
        _check_all(wanted, found)
        return found

    async def settle(
        self,
        grant: TenantGrant,
        settlements: Sequence[Settlement],
        placed: Mapping[DecisionId, Placed],
        *,
        at: datetime,
    ) -> None:
        """The result of each decision, and the numbers it rests on. Of two answers about one
        decision the later stands. placed  how they were before"""
        grant.must_carry_everywhere(Permission.ORDER_SUBMIT)
        last = {each.event.decision_id: each for each in settlements}
        await _SETTLE(
            self._conn,
            [
                {
                    "tenant_id": self._tenant_id,
                    "decision_id": decision_id,
                    "result": each.result,
                    "seen": each.event.seen,
                    "settled_at": at,
                }
                for decision_id, each in last.items()
            ],
        )
        for decision_id, each in last.items():
            before = placed[decision_id]
            self._tx.record(
                f"decision:{decision_id}",
                "settled",
                {
                    "result": (before.result, each.result),
                    "seen_sha256": (None, _hash_of(each.event.seen)),
                },
                plant_id=before.plant_id,
                because=each.event,
            )

    async def cancel(
        self, grant: TenantGrant, events: Sequence[OrderCancelled], *, at: datetime
    ) -> None:
        """End the decisions of these orders that are still pending."""
        grant.must_carry_everywhere(Permission.ORDER_CANCEL)
        because = {event.order_id: event for event in events}
        ended = await self._conn.execute(_CANCEL, {"orders": list(because), "at": at})
        for decision_id, plant_id, order_id in ended:
            self._tx.record(
                f"decision:{decision_id}",
                "cancelled",
                {"result": (DecisionResult.PENDING, DecisionResult.CANCELLED)},
                plant_id=plant_id,
                because=because[OrderId(order_id)],
            )

    def _row(self, decision: DecisionView, limits_version: int | None) -> dict[str, Any]:
        assignment = decision.assignment
        by_area = assignment.method is AssignmentMethod.SERVICE_AREA
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
            "rule_id": next((each.rule_id for each in decision.rules if each.chosen), None),
            "fence_id": next((each.fence_id for each in assignment.areas if each.chosen), None),
            "limits_version": None if by_area else limits_version,
            "left_out": decision.left_out,
            "max_locations": decision.max_locations,
            "sla_hours": decision.sla_hours,
            "release": decision.release or None,
        }


def _hash_of(seen: tuple[SeenStock, ...]) -> str:
    """The figures are also those of other plants, whose they stay: evidence has their hash."""
    return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()


def _told(decision: DecisionView) -> dict[str, Any]:
    assignment = decision.assignment
    return {
        "order_id": decision.order_id,
        "order_number": decision.order_number,
        "lines": decision.lines,
        "method": assignment.method,
        "plant_id": assignment.plant_id,
        "unroutable": assignment.unroutable,
        "rules": [each for each in decision.rules if each.chosen],
        "areas": [each for each in assignment.areas if each.chosen],
        "chain": [each.location_code for each in decision.chain],
        "left_out": [each.location_code for each in decision.left_out],
        "safety_test": decision.safety_test,
        "max_locations": decision.max_locations,
        "sla_hours": decision.sla_hours,
        "result": decision.result,
        "release": decision.release,
    }


def _check_all(wanted: Iterable[DecisionId], found: Collection[UUID]) -> None:
    missing = [decision_id for decision_id in wanted if decision_id not in found]
    if missing:
        raise DecisionMissing(", ".join(map(str, missing)))
