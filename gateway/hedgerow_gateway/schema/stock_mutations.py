"""stockReceive, stockAdjust, safetyLevelSet, supplyRecord."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry
from hedgerow.contracts.inventory import (
    AdjustStock,
    ReceiveStock,
    RecordSupply,
    SetSafetyLevel,
    StockLine,
)
from hedgerow.contracts.routing import LocationView
from hedgerow.errors import PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.directives import REQUIRES_PRESENCE
from hedgerow_gateway.schema.enums import PresenceAct
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.presence import (
    PRESENCE_CODES,
    PositionInput,
    attested,
    position_entered,
)
from hedgerow_gateway.schema.stock import InventoryLevel, Supply
from hedgerow_gateway.schema.values import given

_CODES = {
    "COUNT_INVALID": "Too few or too many entries.",
    "QUANTITY_INVALID": "A quantity is out of range or too fine.",
    "UNKNOWN_SKU": "There is no such SKU.",
}
_AT = {"plant_id": "locationId"}


async def plant_and_location(info: Info, given: strawberry.ID) -> LocationView:
    """The location of this id, which knows its plant. Raises PlantForbidden when there is none."""
    location_id = uuid_of("Location", given, field="location_id")
    found = await info.context.load.locations.load(location_id)
    if found is None:
        raise PlantForbidden(field="location_id")
    return found


@strawberry.input(description="A quantity of an article.")
class StockLineInput:
    sku: str = entered("SKU", "SKU", "Code of the article.")
    quantity: Decimal = entered("数量", "Quantity", "In the SKU's unit; above 0.")


@strawberry.input(description="Goods that have arrived.")
class StockReceiveInput:
    location_id: strawberry.ID = entered("库位", "Location", "Where they are now.")
    lines: list[StockLineInput] = entered("明细", "Lines", "1 to 200.")
    reference: str = entered("单据", "Reference", "Number of the delivery.")
    supply_id: strawberry.ID | None = entered(
        "采购", "Supply", "The purchase that they close.", optional=True
    )
    position: PositionInput | None = position_entered()


@strawberry.type(description="What became of stockReceive.")
class StockReceivePayload:
    levels: list[InventoryLevel] | None = member("库存", "Levels", "As they are now.")
    user_errors: list[UserError] = user_errors(
        "StockReceive",
        {
            **_CODES,
            **PRESENCE_CODES,
            "SUPPLY_MISMATCH": "The goods are not those of the purchase.",
            "SUPPLY_RECEIVED": "The purchase is closed already.",
        },
        _AT,
    )


async def stock_receive(info: Info, input: StockReceiveInput) -> StockReceivePayload:
    location = await plant_and_location(info, input.location_id)
    supply = input.supply_id or None
    command = ReceiveStock(
        plant_id=location.plant_id,
        location_id=location.location_id,
        lines=tuple(StockLine(line.sku, line.quantity) for line in input.lines),
        reference=input.reference,
        supply_id=uuid_of("Supply", supply, field="supply_id") if supply else None,
    )
    act = Act.of(info)
    presence = await attested(
        act, location.plant_id, PresenceAct.STOCK_RECEIVE, input.position, named="location_id"
    )
    return StockReceivePayload(levels=same(await act.send(command, presence=presence)))


@strawberry.input(description="A correction of what is on hand.")
class StockAdjustInput:
    location_id: strawberry.ID = entered("库位", "Location", "Where.")
    sku: str = entered("SKU", "SKU", "Code of the article.")
    delta: Decimal = entered("调整数量", "Delta", "Added; negative takes away.")
    reason: str = entered("原因", "Reason", "Why.")
    position: PositionInput | None = position_entered()


@strawberry.type(description="What became of stockAdjust.")
class StockAdjustPayload:
    level: InventoryLevel | None = member("库存", "Level", "As it is now.")
    user_errors: list[UserError] = user_errors(
        "StockAdjust",
        {
            **_CODES,
            **PRESENCE_CODES,
            "STOCK_PROMISED": "What is promised or held cannot be taken away.",
        },
        _AT,
    )


async def stock_adjust(info: Info, input: StockAdjustInput) -> StockAdjustPayload:
    location = await plant_and_location(info, input.location_id)
    command = AdjustStock(
        plant_id=location.plant_id,
        location_id=location.location_id,
        sku=input.sku,
        delta=input.delta,
        reason=input.reason,
    )
    act = Act.of(info)
    presence = await attested(
        act, location.plant_id, PresenceAct.STOCK_ADJUST, input.position, named="location_id"
    )
    return StockAdjustPayload(level=same(await act.send(command, presence=presence)))


@strawberry.input(description="What promising must leave untouched.")
class SafetyLevelSetInput:
    location_id: strawberry.ID = entered("库位", "Location", "Where.")
    sku: str = entered("SKU", "SKU", "Code of the article.")
    level: Decimal = entered("安全库存", "Level", "In the SKU's unit; 0 or more.")
    clear_percent: Decimal | None = entered(
        "恢复百分比",
        "Clear percent",
        "How far above the level overflow clears, 0 to 1000; left out, it stays as it is.",
        optional=True,
    )


@strawberry.type(description="What became of safetyLevelSet.")
class SafetyLevelSetPayload:
    level: InventoryLevel | None = member("库存", "Level", "As it is now.")
    user_errors: list[UserError] = user_errors(
        "SafetyLevelSet",
        {**_CODES, "PERCENT_INVALID": "The percentage is out of range or too fine."},
        _AT,
    )


async def safety_level_set(info: Info, input: SafetyLevelSetInput) -> SafetyLevelSetPayload:
    location = await plant_and_location(info, input.location_id)
    command = SetSafetyLevel(
        plant_id=location.plant_id,
        location_id=location.location_id,
        sku=input.sku,
        level=input.level,
        clear_percent=given(input.clear_percent),
    )
    return SafetyLevelSetPayload(level=same(await Act.of(info).send(command)))


@strawberry.input(description="A purchase that is on its way.")
class SupplyRecordInput:
    location_id: strawberry.ID = entered("库位", "Location", "Where it will arrive.")
    sku: str = entered("SKU", "SKU", "Code of the article.")
    quantity: Decimal = entered("数量", "Quantity", "In the SKU's unit; above 0.")
    due_at: datetime = entered("到货期限", "Due at", "In the past: overdue at once.")
    reference: str = entered("单据", "Reference", "Number of the purchase.")


@strawberry.type(description="What became of supplyRecord.")
class SupplyRecordPayload:
    supply: Supply | None = member("采购", "Supply", "As it is recorded.")
    user_errors: list[UserError] = user_errors(
        "SupplyRecord",
        {
            **_CODES,
            "SUPPLY_EXISTS": "The purchase is recorded already.",
            "TIME_INVALID": "The time is out of range.",
        },
        _AT,
    )


async def supply_record(info: Info, input: SupplyRecordInput) -> SupplyRecordPayload:
    location = await plant_and_location(info, input.location_id)
    act = Act.of(info)
    command = RecordSupply(
        supply_id=act.new_id(),
        plant_id=location.plant_id,
        location_id=location.location_id,
        sku=input.sku,
        quantity=input.quantity,
        due_at=input.due_at,
        reference=input.reference,
    )
    return SupplyRecordPayload(supply=same(await act.send(command)))


@strawberry.type
class StockMutations:
    stock_receive: StockReceivePayload | None = mutation(
        StockReceivePayload, stock_receive, "Book goods in.", directives=[REQUIRES_PRESENCE]
    )
    stock_adjust: StockAdjustPayload | None = mutation(
        StockAdjustPayload,
        stock_adjust,
        "Correct what is on hand.",
        directives=[REQUIRES_PRESENCE],
    )
    safety_level_set: SafetyLevelSetPayload | None = mutation(
        SafetyLevelSetPayload,
        safety_level_set,
        "Set what promising must leave untouched, and when overflow clears.",
    )
    supply_record: SupplyRecordPayload | None = mutation(
        SupplyRecordPayload,
        supply_record,
        "Record a purchase that is on its way.",
    )
