"""Run <-> rows of `simulation_runs`, and what its steps leave in the two tables beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.releases import ChangedOrder, SimulationState
from hedgerow.contracts.values import OrderId, PlantId, ReleaseId, SimulationId
from hedgerow.transaction import BulkInsert, Transaction
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from hedgerow_routing.domain.run import Run
from hedgerow_routing.domain.simulation import Found, Tally

from .refusals import IdTaken
from .simulation_tables import simulation_orders as changed_orders
from .simulation_tables import simulation_runs as runs
from .simulation_tables import simulation_steps as steps

_ADD = insert(runs).on_conflict_do_nothing().returning(runs.c.simulation_id)
_LOAD = select(runs).where(runs.c.simulation_id == bindparam("of_run")).with_for_update()
_CHANGED = BulkInsert(
    changed_orders,
    *("tenant_id", "simulation_id", "place", "order_id", "order_number"),
    *("from_plant", "to_plant", "open"),
    same=("tenant_id", "simulation_id"),
)
_STEPS = (
    select(steps.c.before, steps.c.after, steps.c.before_m, steps.c.after_m)
    .where(steps.c.simulation_id == bindparam("of_run"))
    .order_by(steps.c.step)
)
_ORDERS = (
    select(changed_orders)
    .where(changed_orders.c.simulation_id == bindparam("of_run"))
    .order_by(changed_orders.c.place)
)
_TOLD = ("state", "total", "done", "changed", "base", "days", "result_sha256")


class SimulationStore:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._conn = tx.conn
        self._tenant_id = tx.tenant_id

    async def load(self, simulation_id: SimulationId) -> Run | None:
        """Nobody else goes on with it until the end of the transaction."""
        row = (await self._conn.execute(_LOAD, {"of_run": simulation_id})).one_or_none()
        return None if row is None else run_of(row)

    async def add(self, grant: TenantGrant, run: Run) -> None:
        """Raises IdTaken."""
        grant.must_carry_everywhere(Permission.RELEASE_DRAFT)
        row = {"tenant_id": self._tenant_id, "simulation_id": run.simulation_id, **_row(run)}
        if await self._conn.scalar(_ADD, row) is None:
            raise IdTaken("simulation_id")
        self._record(run, {}, "begun")

    async def save_step(self, grant: TenantGrant, before: Run, run: Run, found: Found) -> None:
        """What some orders came to. before  as it was loaded"""
        grant.must_carry_everywhere(Permission.RELEASE_DRAFT)
        mine = {"tenant_id": self._tenant_id, "simulation_id": run.simulation_id}
        step = mine | {
            "step": before.version,
            "before": msgspec.to_builtins(found.before.tally(), str_keys=True),
            "after": msgspec.to_builtins(found.after.tally(), str_keys=True),
            "before_m": found.before.distances_m,
            "after_m": found.after.distances_m,
        }
        await self._conn.execute(insert(steps), step)
        rows = [
            mine | {"place": place, **msgspec.structs.asdict(each)}
            for place, each in enumerate(found.changed, start=before.changed + 1)
        ]
        await _CHANGED(self._conn, rows)
        await self._update(run)
        self._record(run, _row(before), "progressed")

    async def end(self, grant: TenantGrant, before: Run, run: Run, result: str | None) -> None:
        """result  as it is kept for ever; before: as it was loaded"""
        grant.must_carry_everywhere(Permission.RELEASE_DRAFT)
        await self._update(run, result=result)
        self._record(run, _row(before), "ended")

    async def tallies(
        self, run: Run
    ) -> tuple[list[tuple[Tally, Tally]], tuple[list[float], list[float]]]:
        """Counts of all steps, and distances of all orders: without the draft, and with it."""
        tallies, before_m, after_m = [], [], []
        async for row in await self._conn.stream(_STEPS, {"of_run": run.simulation_id}):
            tallies.append((msgspec.convert(row[0], Tally), msgspec.convert(row[1], Tally)))
            before_m += row[2]
            after_m += row[3]
        return tallies, (before_m, after_m)

    async def changed(self, run: Run) -> Sequence[ChangedOrder]:
        rows = await self._conn.execute(_ORDERS, {"of_run": run.simulation_id})
        return [changed_order_of(row) for row in rows]

    async def _update(self, run: Run, **more: Any) -> None:
        same = runs.c.simulation_id == run.simulation_id
        await self._conn.execute(update(runs).where(same).values(_row(run) | more))

    def _record(self, run: Run, before: dict[str, Any], action: str) -> None:
        after = _row(run)
        self._tx.record(
            run.aggregate,
            action,
            {name: (before.get(name), after[name]) for name in _TOLD}
            | {"release_id": (run.release_id if before else None, run.release_id)},
            plant_id=None,
        )


def _row(run: Run) -> dict[str, Any]:
    place_at, place_id = run.place or (None, None)
    return {
        "release_id": run.release_id,
        "of_version": run.of_version,
        "base": run.base,
        "days": run.days,
        "since": run.since,
        "until": run.until,
        "state": str(run.state),
        "total": run.total,
        "done": run.done,
        "changed": run.changed,
        "place_at": place_at,
        "place_id": place_id,
        "started_by": run.started_by,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "result_sha256": run.result_sha256,
        "version": run.version,
    }


def run_of(row: Row[Any]) -> Run:
    return Run(
        simulation_id=SimulationId(row.simulation_id),
        release_id=ReleaseId(row.release_id),
        of_version=row.of_version,
        base=row.base,
        days=row.days,
        since=row.since,
        until=row.until,
        total=row.total,
        started_by=row.started_by,
        started_at=row.started_at,
        state=SimulationState(row.state),
        done=row.done,
        changed=row.changed,
        place=None if row.place_at is None else (row.place_at, row.place_id),
        finished_at=row.finished_at,
        result_sha256=row.result_sha256,
        version=row.version,
    )


def changed_order_of(row: Row[Any]) -> ChangedOrder:
    return ChangedOrder(
        order_id=OrderId(row.order_id),
        order_number=row.order_number,
        from_plant=None if row.from_plant is None else PlantId(row.from_plant),
        to_plant=None if row.to_plant is None else PlantId(row.to_plant),
        open=row.open,
    )
