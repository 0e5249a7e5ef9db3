"""Articles, stock levels, the ledger, and what can be promised."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry
from hedgerow.contracts.inventory import SkuView, StockView

from hedgerow_gateway.schema.enums import ItemClass, LedgerKind, OverflowState
from hedgerow_gateway.schema.fields import derived, shown
from hedgerow_gateway.schema.finding import to_location, to_sku
from hedgerow_gateway.schema.ids import global_id
from hedgerow_gateway.schema.node import Node, published
from hedgerow_gateway.schema.plants import Location


@published(SkuView, "An article.")
class Sku(Node):
    sku: str = shown("SKU", "SKU", "Its code.")
    name: str = shown("品名", "Name", "What people call it.")
    unit: str = shown("单位", "Unit", "What its quantities count.")
    item_class: ItemClass = shown("类别", "Class", "Regular or custom.")
    custom: bool = shown("定制", "Custom", "Made for one customer: a return needs a review.")


@strawberry.type(description="Whether orders pass a location over for an article, and until when.")
class Overflow:
    state: OverflowState = shown(
        "状态", "State", "TRIPPED from below the safety level until the clear level is there again."
    )
    clear_level: Decimal = shown(
        "恢复水位", "Clear level", "How many must be available to serve again."
    )
    tripped_at: datetime | None = shown("触发时间", "Tripped at", "Null while it is clear.")
    kind: LedgerKind | None = shown("触发类型", "Kind", "Of the movement that tripped it.")
    because: str | None = shown("触发原因", "Because", "That movement's document, else its reason.")


@published(StockView, "The stock of one SKU at one location, in the SKU's unit.")
class InventoryLevel(Node):
    sku_code: str = derived(lambda level: level.sku, "SKU", "SKU", "Code of the article.")
    sku: Sku | None = to_sku("物料", "Article", "The article.")
    location: Location | None = to_location("库位", "Location", "Where it is.")
    unit: str = shown("单位", "Unit", "Of all the quantities.")
    on_hand: Decimal = shown("在库", "On hand", "Physically there.")
    reserved: Decimal = shown("已预留", "Reserved", "Promised to orders.")
    allocated: Decimal = shown("已分配", "Allocated", "Bound to orders whose kit is locked.")
    quality_hold: Decimal = shown("待检", "Quality hold", "Waits for a decision on its quality.")
    damaged: Decimal = shown("不良品", "Damaged", "Cannot be sold.")
    available: Decimal = shown("可用", "Available", "On hand less all of the above.")
    safety_level: Decimal = shown("安全库存", "Safety level", "What promising must leave.")
    atp: Decimal = shown("可承诺量", "ATP", "max(0, available - safety level).")
    updated_at: datetime = shown("更新时间", "Updated at", "Its last change.")
    clear_percent: Decimal = shown(
        "恢复百分比", "Clear percent", "How far above the safety level overflow clears."
    )
    overflow: Overflow | None = shown(
        "溢出", "Overflow", "Null from an inventory that does not keep it yet."
    )


@strawberry.type(description="An entry of the append-only ledger: how each counter moved, and why.")
class LedgerEntry:
    id: strawberry.ID = derived(
        lambda entry: global_id("LedgerEntry", entry.entry_id), "标识", "Id", "Opaque."
    )
    at: datetime = shown("时间", "At", "When it was written.")
    kind: LedgerKind = shown("类型", "Kind", "Why.")
    sku_code: str = derived(lambda entry: entry.sku, "SKU", "SKU", "Code of the article.")
    sku: Sku | None = to_sku("物料", "Article", "The article.")
    location: Location | None = to_location("库位", "Location", "Where.")
    on_hand: Decimal = shown("在库变动", "On hand", "By how much it moved.")
    reserved: Decimal = shown("预留变动", "Reserved", "By how much it moved.")
    allocated: Decimal = shown("分配变动", "Allocated", "By how much it moved.")
    quality_hold: Decimal = shown("待检变动", "Quality hold", "By how much it moved.")
    damaged: Decimal = shown("不良品变动", "Damaged", "By how much it moved.")
    reference: str = shown("单据", "Reference", "Of the document behind it.")
    reason: str = shown("原因", "Reason", "In words; may be empty.")
    by: str = shown("操作人", "By", "Who did it.")


@strawberry.type(description="An open purchase of a SKU for a location.")
class Supply:
    id: strawberry.ID = derived(
        lambda supply: global_id("Supply", supply.supply_id), "标识", "Id", "For stockReceive."
    )
    sku_code: str = derived(lambda supply: supply.sku, "SKU", "SKU", "Code of the article.")
    sku: Sku | None = to_sku("物料", "Article", "The article.")
    location: Location | None = to_location("库位", "Location", "Where it will arrive.")
    quantity: Decimal = shown("数量", "Quantity", "In the SKU's unit.")
    due_at: datetime = shown("到货期限", "Due at", "When it should arrive.")
    reference: str = shown("单据", "Reference", "Number of the purchase.")
    received_at: datetime | None = shown("到货时间", "Received at", "Null while it is in transit.")
