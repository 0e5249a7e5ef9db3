"""Simulations of releases, and the orders that would change plant."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated

import strawberry
from hedgerow.auth import Permission
from hedgerow.contracts.releases import (
    ListChangedOrders,
    SimulationsByIds,
    SimulationState,
    SimulationView,
)
from hedgerow.errors import PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.enums import SimulationState as State
from hedgerow_gateway.schema.fields import derived, looked_up, query, shown
from hedgerow_gateway.schema.finding import to_plant
from hedgerow_gateway.schema.ids import global_id, uuid_of
from hedgerow_gateway.schema.orders import Order
from hedgerow_gateway.schema.paging import Connection, Slice, page_of
from hedgerow_gateway.schema.plants import Plant


@strawberry.type(description="How many of the orders a plant has.")
class PlantLoad:
    plant: Plant | None = to_plant("工厂", "Plant", "Of the orders.")
    orders: int = shown("订单数", "Orders", "How many.")


@strawberry.type(description="What the orders come to, with the release or without it.")
class Outlook:
    placed: int = shown(
        "有货订单", "Placed", "Orders with stock for every line, as inventory saw it at the time."
    )
    overflowed: int = shown(
        "溢出订单", "Overflowed", "Of those: a line is not served by the first location."
    )
    overflow_share: float | None = derived(
        lambda it: it.overflowed / it.placed if it.placed else None,
        "溢出占比",
        "Overflow share",
        "Overflowed of placed, 0 to 1; null when none is placed.",
    )
    split: int = shown("拆分订单", "Split", "Of those: served by more than one location.")
    split_share: float | None = derived(
        lambda it: it.split / it.placed if it.placed else None,
        "拆分占比",
        "Split share",
        "Split of placed, 0 to 1; null when none is placed.",
    )
    short: int = shown("缺货订单", "Short", "A line is nowhere in the chain.")
    unknown: int = shown(
        "未知订单", "Unknown", "The chain has a location at which nobody looked for them."
    )
    unroutable: int = shown("无法路由", "Unroutable", "Orders without a plant.")
    distance_p50_m: float | None = shown(
        "距离中位数（米）", "Distance p50 (m)", "From the plant, geodesic; null without any."
    )
    distance_p90_m: float | None = shown("距离 P90（米）", "Distance p90 (m)", "Nearest rank.")
    distance_p99_m: float | None = shown("距离 P99（米）", "Distance p99 (m)", "Nearest rank.")
    load: list[PlantLoad] = shown("各工厂订单", "Load", "Plants with any orders.", entries=5)


@strawberry.type(description="What becomes of a user's sight of open orders that change plant.")
class SightChange:
    user: str = derived(lambda it: it.subject, "用户", "User", "Their id at their issuer.")
    gained: int = shown("新增可见", "Gained", "Orders that they would come to see.")
    lost: int = shown("不再可见", "Lost", "Orders that they would see no more.")


@strawberry.type(description="What a simulation found. It is kept as it is.")
class SimulationResult:
    orders: int = shown("订单数", "Orders", "That were simulated.")
    changed: int = shown("变更订单", "Changed", "Of those: with another plant than without it.")
    changed_sha256: str = shown(
        "变更订单摘要", "Changed SHA-256", "Over the ids and both plants of all of them."
    )
    before: Outlook = shown("变更前", "Before", "With what is in force.")
    after: Outlook = shown("变更后", "After", "With the release.")
    sight: list[SightChange] = shown(
        "可见性变化",
        "Sight",
        "Users with roles at plants for whom something changes; empty for who may not read access.",
        entries=5,
    )


@strawberry.type(description="A release tried on the orders of the last days.")
class Simulation:
    id: strawberry.ID = derived(
        lambda it: global_id("Simulation", it.simulation_id), "标识", "Id", "Opaque."
    )
    release: Annotated[Release, strawberry.lazy("hedgerow_gateway.schema.releases")] | None = (  # type: ignore[name-defined]  # noqa: F821
        looked_up(
            lambda load: load.releases, lambda it: it.release_id, "发布版本", "Release", "Of which."
        )
    )
    state: State = shown("状态", "State", "Where it stands.")
    base: int = shown("基准版本", "Base", "Number of the release that it is compared with.")
    days: int = shown("天数", "Days", "How far it looks back.")
    since: datetime = shown("起始", "Since", "When the orders were decided; inclusive.")
    until: datetime = shown("截止", "Until", "Exclusive.")
    total: int = shown("总数", "Total", "Orders to be looked at.")
    done: int = shown("已完成", "Done", "Orders looked at so far.")
    started_by: str = shown("发起人", "Started by", "Who began it.")
    started_at: datetime = shown("发起时间", "Started at", "When.")
    finished_at: datetime | None = shown("结束时间", "Finished at", "Null while it runs.")
    result: SimulationResult | None = shown("结果", "Result", "Null until it is DONE.")
    result_sha256: str | None = shown("结果摘要", "Result SHA-256", "Over the result as kept.")


@strawberry.type(description="An order that would change plant.")
class ChangedOrder:
    order_number: str = shown("订单号", "Order number", "Of the order.")
    order: Order | None = looked_up(
        lambda load: load.orders, lambda it: it.order_id, "订单", "Order", "As it stands now."
    )
    from_plant: Plant | None = looked_up(
        lambda load: load.plants, lambda it: it.from_plant, "原工厂", "From", "Null: none."
    )
    to_plant: Plant | None = looked_up(
        lambda load: load.plants, lambda it: it.to_plant, "新工厂", "To", "Null: none."
    )
    open: bool = shown("未完结", "Open", "Neither delivered nor cancelled when it was simulated.")


async def simulation(info: Info, id: strawberry.ID) -> SimulationView | None:
    return await info.context.load.simulations.load(uuid_of("Simulation", id))


async def simulation_orders(
    info: Info,
    simulation_id: strawberry.ID,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Slice:
    page = await info.context.ask(
        ListChangedOrders(
            simulation_id=uuid_of("Simulation", simulation_id, field="simulationId"),
            page=page_of(info, first, last, after, before),
        )
    )
    return Slice(page.orders, page.cursors, page.has_next, page.has_previous, page.total)


async def simulation_progress(
    info: Info, id: strawberry.ID
) -> AsyncGenerator[SimulationView, None]:
    """Ends with the simulation, and with NotPermitted when the right to read it has gone."""
    context = info.context
    simulation_id = uuid_of("Simulation", id)
    with context.live.simulations.of(context.caller.tenant_id, simulation_id) as progress:
        while True:
            context.caller.grant_tenant(Permission.RELEASE_READ)
            (view,) = await context.ask(SimulationsByIds(ids=(simulation_id,)))
            if view is None:
                raise PlantForbidden(field="id", detail=f"no simulation {simulation_id}")
            yield view
            if view.state is not SimulationState.RUNNING:
                return
            await progress.next()
            await context.follow()  # rights come and go while this runs
            context.renew()


@strawberry.type
class SimulationQueries:
    simulation: Simulation | None = query(simulation, "A simulation by its id.")
    simulation_orders: Connection[ChangedOrder] | None = query(
        simulation_orders,
        "Orders that would change plant, in the order in which they were decided.",
        paged=True,
    )
