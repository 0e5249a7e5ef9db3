"""Rma <-> rows of `rmas` and `rma_lines`; every change leaves a row in `rma_changes`, and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from hedgerow.auth import Permission, PlantGrant
from hedgerow.contracts.rma import EligibilityReason, InspectedLine, RmaLineView, RmaState
from hedgerow.contracts.values import LocationId, OrderId, PlantId, RmaId
from hedgerow.errors import Conflict, PlantForbidden
from hedgerow.evidence import Differences, beginnings, differences
from hedgerow.transaction import BulkInsert, BulkUpdate, Transaction
from sqlalchemy import Row, bindparam, func, select

from hedgerow_rma.domain.rma import Change, Rma, Step

from .tables import rma_changes, rma_lines, rmas

_FIXED = (
    "plant_id",
    "number",
    "order_id",
    "order_number",
    "reason",
    "reasons",
    "requested_by",
    "requested_at",
)
_CHANGING = (
    "state",
    "inspected",
    "location_id",
    "location_plant_id",
    "decision_note",
    "updated_at",
    "version",
)
# An entry of evidence has its own place for the others: its time, number and actor.
_EVIDENT = tuple(name for name in _CHANGING if name not in ("updated_at", "version"))
_EVIDENT_AT_FIRST = tuple(name for name in _FIXED if not name.startswith("requested_"))
_LINE = ("line_no", "sku", "name", "unit", "quantity", "custom")

_ADD = BulkInsert(
    rmas,
    "tenant_id",
    "rma_id",
    *_FIXED,
    *_CHANGING,
    ignore_conflicts=True,
    returning=("rma_id",),
)
_ADD_LINES = BulkInsert(
    rma_lines,
    *("tenant_id", "rma_id", "plant_id", *_LINE),
    same=("tenant_id", "rma_id", "plant_id"),
)
_ADD_CHANGE = BulkInsert(rma_changes, *(column.name for column in rma_changes.c))
_SAVE = BulkUpdate(rmas, key=("tenant_id", "rma_id"), set=_CHANGING)
_LOCK = select(rmas).where(rmas.c.rma_id == bindparam("rma_id")).with_for_update()
_LINES = (
    select(rma_lines).where(rma_lines.c.rma_id == bindparam("rma_id")).order_by(rma_lines.c.line_no)
)
_COMING_BACK = (
    select(rma_lines.c.line_no, func.sum(rma_lines.c.quantity).label("quantity"))
    .join(rmas, (rmas.c.tenant_id == rma_lines.c.tenant_id) & (rmas.c.rma_id == rma_lines.c.rma_id))
    .where(rmas.c.order_id == bindparam("order_id"))
    .where(rmas.c.state.not_in([RmaState.REJECTED, RmaState.REFUSED]))
    .group_by(rma_lines.c.line_no)
)
_NEEDED = {
    Step.REQUESTED: Permission.RMA_REQUEST,
    Step.DECIDED: Permission.RMA_DECIDE,
    Step.RECEIVED: Permission.RMA_RECEIVE,
    Step.INSPECTED: Permission.RMA_INSPECT,
}


class RmaExists(Conflict):
    code = "RMA_EXISTS"


class RmaStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._loaded: dict[RmaId, dict[str, Any]] = {}

    async def lock(self, rma_id: RmaId) -> Rma:
        """Nobody else changes it until the transaction ends. Raises PlantForbidden when it is
        absent or hidden."""
        row = (await self._tx.conn.execute(_LOCK, {"rma_id": rma_id})).one_or_none()
        if row is None or not self._tx.caller.holds(Permission.RMA_READ, row.plant_id):
            raise PlantForbidden(field="rma_id", detail=f"{self._tx.caller.subject}: {rma_id}")
        lines = await self._tx.conn.execute(_LINES, {"rma_id": rma_id})
        rma = rma_of(row, tuple(line_of(line) for line in lines))
        self._loaded[rma.id] = _fields(rma, _EVIDENT)
        return rma

    async def coming_back(self, order_id: OrderId) -> Mapping[int, Decimal]:
        """By line number, the quantity that returns of this order hold. What was rejected or
        refused holds nothing."""
        held = await self._tx.conn.execute(_COMING_BACK, {"order_id": order_id})
        return {row.line_no: row.quantity for row in held}

    async def add(self, grant: PlantGrant, rma: Rma, change: Change) -> None:
        """Raises RmaExists."""
        _check(grant, rma, change)
        added = await _ADD(self._tx.conn, [self._row(rma)])
        if added is None or added.one_or_none() is None:
            raise RmaExists("This return exists already.", "该退货单已存在", field="rma_id")
        await _ADD_LINES(self._tx.conn, [self._line(rma, line) for line in rma.lines])
        made = _fields(rma, (*_EVIDENT_AT_FIRST, "lines", *_EVIDENT))
        await self._record(rma, change, beginnings(made))

    async def save(self, grant: PlantGrant, rma: Rma, change: Change) -> None:
        """`rma` must have been locked in this transaction."""
        _check(grant, rma, change)
        await _SAVE(self._tx.conn, [self._row(rma)])
        told = differences(self._loaded[rma.id], _fields(rma, _EVIDENT))
        await self._record(rma, change, told)

    async def _record(self, rma: Rma, change: Change, told: Differences) -> None:
        row = {
            "tenant_id": self._tx.tenant_id,
            "rma_id": rma.id,
            "version": rma.version,
            "plant_id": rma.plant_id,
            "step": change.step,
            "from_state": change.from_state,
            "to_state": change.to_state,
            "by": self._tx.caller.subject,
            "note": change.note,
            "at": rma.updated_at,
            "basis": change.basis,
        }
        await _ADD_CHANGE(self._tx.conn, [row])
        self._tx.record(
            rma.aggregate, change.step.lower(), told, plant_id=rma.plant_id, basis=change.basis
        )

    def _row(self, rma: Rma) -> dict[str, Any]:
        own = _fields(rma, (*_FIXED, *_CHANGING))
        return {"tenant_id": self._tx.tenant_id, "rma_id": rma.id, **own}

    def _line(self, rma: Rma, line: RmaLineView) -> dict[str, Any]:
        own = {name: getattr(line, name) for name in _LINE}
        key = {"tenant_id": self._tx.tenant_id, "rma_id": rma.id, "plant_id": rma.plant_id}
        return {**key, **own}


def _fields(rma: Rma, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(rma, name) for name in names}


def line_of(row: Row[Any]) -> RmaLineView:
    return RmaLineView(**{name: getattr(row, name) for name in _LINE})


def _check(grant: PlantGrant, rma: Rma, change: Change) -> None:
    """Goods are received by right of the place where they lie, all else by that of the order."""
    place = rma.location_plant_id if change.step is Step.RECEIVED else rma.plant_id
    grant.must_carry(_NEEDED[change.step], at=place)


def rma_of(row: Row[Any], lines: tuple[RmaLineView, ...]) -> Rma:
    """A row of `rmas` and those of its lines."""
    return Rma(
        id=RmaId(row.rma_id),
        number=row.number,
        order_id=OrderId(row.order_id),
        order_number=row.order_number,
        plant_id=PlantId(row.plant_id),
        state=RmaState(row.state),
        reason=row.reason,
        reasons=msgspec.convert(row.reasons, type=tuple[EligibilityReason, ...]),
        lines=lines,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        updated_at=row.updated_at,
        inspected=msgspec.convert(row.inspected, type=tuple[InspectedLine, ...]),
        location_id=LocationId(row.location_id) if row.location_id else None,
        location_plant_id=PlantId(row.location_plant_id) if row.location_plant_id else None,
        decision_note=row.decision_note,
        version=row.version,
    )
