"""overflowEvents: locations trip and clear, as it happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from decimal import Decimal

import strawberry
from hedgerow.auth import Permission

from hedgerow_gateway.context import Info
from hedgerow_gateway.live_overflow import Turned
from hedgerow_gateway.schema.enums import LedgerKind, OverflowState
from hedgerow_gateway.schema.fields import derived, looked_up, shown
from hedgerow_gateway.schema.finding import to_location, to_sku
from hedgerow_gateway.schema.ids import global_id, uuids_of
from hedgerow_gateway.schema.plants import Location
from hedgerow_gateway.schema.stock import InventoryLevel, Sku


@strawberry.type(
    description="A location begins to pass its orders for an article on, or serves again."
)
class OverflowEvent:
    state: OverflowState = shown("状态", "State", "What it has turned to.")
    sku_code: str = derived(lambda turned: turned.sku, "SKU", "SKU", "Code of the article.")
    sku: Sku | None = to_sku("物料", "Article", "The article.")
    location: Location | None = to_location("库位", "Location", "Which one.")
    plant_id: strawberry.ID = derived(
        lambda turned: global_id("Plant", turned.event.plant_id),
        "工厂标识",
        "Plant id",
        "Whose it is.",
    )
    available: Decimal = derived(
        lambda turned: turned.event.available, "可用", "Available", "After the movement behind it."
    )
    safety_level: Decimal = derived(
        lambda turned: turned.event.safety_level, "安全库存", "Safety level", "Below it trips."
    )
    clear_level: Decimal = derived(
        lambda turned: turned.event.clear_level, "恢复水位", "Clear level", "From it on it clears."
    )
    kind: LedgerKind = derived(
        lambda turned: turned.event.kind, "触发类型", "Kind", "Of the movement behind it."
    )
    because: str = derived(
        lambda turned: turned.event.because,
        "触发原因",
        "Because",
        "That movement's document, else its reason.",
    )
    occurred_at: datetime = derived(
        lambda turned: turned.event.occurred_at, "发生时间", "Occurred at", "When it happened."
    )
    version: int = shown("版本", "Version", "Of the stock item after it.")
    level: InventoryLevel | None = looked_up(
        lambda load: load.stock,
        lambda turned: turned.key,
        "库存",
        "Level",
        "The stock as it stands now; null when the caller may not see it.",
    )


async def overflow_events(
    info: Info, plants: list[strawberry.ID] | None = strawberry.UNSET
) -> AsyncGenerator[Turned, None]:
    """Events that the caller may see, each with loaders of its own. Ends with NotPermitted when
    they may read stock nowhere any more."""
    context = info.context
    tenant_id = context.caller.tenant_id
    context.caller.grant_somewhere(Permission.STOCK_READ)
    wanted_plants = frozenset(uuids_of("Plant", plants or (), field="plants"))

    def wanted(turned: Turned) -> bool:
        return turned.tenant_id == tenant_id and (
            not wanted_plants or turned.event.plant_id in wanted_plants
        )

    async for turned in context.live.overflow.feed(wanted):
        await context.follow()  # rights come and go while this runs
        context.caller.grant_somewhere(Permission.STOCK_READ)
        if turned.visible_to(context.caller):
            context.renew()
            yield turned
