"""Simulations and the orders that they found to change plant."""

from __future__ import annotations

from typing import Any

import msgspec
from hedgerow.auth import Caller, Permission
from hedgerow.contracts.releases import (
    ChangedOrderPage,
    ListChangedOrders,
    SimulationResult,
    SimulationsByIds,
    SimulationView,
)
from hedgerow.service import answers_along
from hedgerow.transaction import Transaction
from hedgerow.transaction.windows import windowed
from msgspec.structs import replace
from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select

from hedgerow_routing.store.simulation_tables import simulation_orders, simulation_runs
from hedgerow_routing.store.simulations import changed_order_of, run_of

_BY_IDS = select(simulation_runs).where(
    simulation_runs.c.simulation_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)


@answers_along("ids")
async def simulations_by_ids(
    query: SimulationsByIds, tx: Transaction
) -> tuple[SimulationView | None, ...]:
    tx.caller.grant_tenant(Permission.RELEASE_READ)
    rows = await tx.conn.execute(_BY_IDS, {"ids": list(query.ids)})
    found = {row.simulation_id: _view(row, tx.caller) for row in rows}
    return tuple(found.get(simulation_id) for simulation_id in query.ids)


async def list_changed_orders(query: ListChangedOrders, tx: Transaction) -> ChangedOrderPage:
    """Of a simulation that is absent there are none."""
    tx.caller.grant_tenant(Permission.RELEASE_READ)
    part = await windowed(
        tx.conn,
        select(simulation_orders).where(simulation_orders.c.simulation_id == query.simulation_id),
        query.page,
        by=(simulation_orders.c.place,),
    )
    return ChangedOrderPage(
        orders=tuple(changed_order_of(row) for row in part.rows),
        cursors=part.cursors,
        has_next=part.has_next,
        has_previous=part.has_previous,
        total=part.total,
    )


def _view(row: Row[Any], caller: Caller) -> SimulationView:
    result = None if row.result is None else msgspec.json.decode(row.result, type=SimulationResult)
    if result is not None and not caller.holds(Permission.ACCESS_READ, None):
        result = replace(result, sight=())
    return run_of(row).view(result)
