"""Owned by services/inventory: views, commands, queries, events.

Quantities are decimals in the SKU's own unit. Terms:

    on_hand       physically at the location, including what is held or damaged
    reserved      promised to an order, not yet bound to its work
    allocated     bound to an order whose kit is locked
    quality_hold  waiting for a decision on its quality
    damaged       cannot be sold
    available     on_hand - quality_hold - damaged - reserved - allocated
    safety_level  what promising must leave untouched
    atp           available to promise: max(0, available - safety_level)
    clear_level   safety_level + clear_percent %: a location that has tripped (fewer than the safety
                  level were available) passes orders on until so many are available again
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import msgspec

from .evidence import ListEvidence, VerifyEvidence
from .message import Command, Event, Query
from .values import DecisionId, Line, LocationId, OrderId, Page, PlantId, RmaId, SupplyId


class ItemClass(StrEnum):
    REGULAR = "REGULAR"
    CUSTOM = "CUSTOM"


class SkuView(msgspec.Struct, frozen=True, kw_only=True):
    """custom  made for one customer: cannot be returned without a review"""

    sku: str
    name: str
    unit: str
    item_class: ItemClass
    custom: bool


class LedgerKind(StrEnum):
    """SAFETY_LEVEL moves no counter: the entry's reason holds the old and the new level."""

    RECEIPT = "RECEIPT"
    ADJUSTMENT = "ADJUSTMENT"
    RESERVATION = "RESERVATION"
    RELEASE = "RELEASE"
    ALLOCATION = "ALLOCATION"
    ISSUE = "ISSUE"
    RETURN = "RETURN"
    SAFETY_LEVEL = "SAFETY_LEVEL"


class OverflowState(StrEnum):
    CLEAR = "CLEAR"
    TRIPPED = "TRIPPED"


class OverflowView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a location passes orders for a SKU on. While it is CLEAR the last three are None.

    kind     of the movement that tripped it
    because  that movement's document (`order:<id>`), else its reason
    """

    state: OverflowState
    clear_level: Decimal
    tripped_at: datetime | None
    kind: LedgerKind | None
    because: str | None


class StockView(msgspec.Struct, frozen=True, kw_only=True):
    sku: str
    location_id: LocationId
    plant_id: PlantId
    unit: str
    on_hand: Decimal
    reserved: Decimal
    allocated: Decimal
    quality_hold: Decimal
    damaged: Decimal
    available: Decimal
    safety_level: Decimal
    atp: Decimal
    updated_at: datetime
    clear_percent: Decimal = Decimal(0)
    overflow: OverflowView | None = None


class StockKey(msgspec.Struct, frozen=True):
    sku: str
    location_id: LocationId


class ReservationState(StrEnum):
    HELD = "HELD"
    ALLOCATED = "ALLOCATED"
    ISSUED = "ISSUED"
    RELEASED = "RELEASED"


class ReservationView(msgspec.Struct, frozen=True, kw_only=True):
    """plant_id  the order's plant; the location may be of another"""

    order_id: OrderId
    line_no: int
    sku: str
    quantity: Decimal
    location_id: LocationId
    plant_id: PlantId
    state: ReservationState
    updated_at: datetime


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the append-only ledger: by how much each counter moved, why and by whom."""

    entry_id: int
    at: datetime
    kind: LedgerKind
    sku: str
    location_id: LocationId
    plant_id: PlantId
    on_hand: Decimal
    reserved: Decimal
    allocated: Decimal
    quality_hold: Decimal
    damaged: Decimal
    reference: str
    reason: str
    by: str


class SupplyView(msgspec.Struct, frozen=True, kw_only=True):
    """An open purchase of a SKU for a location. received_at is None while it is in transit."""

    supply_id: SupplyId
    plant_id: PlantId
    location_id: LocationId
    sku: str
    quantity: Decimal
    due_at: datetime
    reference: str
    received_at: datetime | None


class StockPage(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[StockView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class LedgerPage(msgspec.Struct, frozen=True, kw_only=True):
    entries: tuple[LedgerView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class SkuPage(msgspec.Struct, frozen=True, kw_only=True):
    skus: tuple[SkuView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


# Commands. plant_id is the location's plant, as routing named it.


class SkuEntry(msgspec.Struct, frozen=True, kw_only=True):
    sku: str
    name: str
    unit: str
    item_class: ItemClass = ItemClass.REGULAR


class RegisterSkus(Command[tuple[SkuView, ...]], frozen=True, kw_only=True):
    """Registering a SKU again replaces its name, unit and class. 1 to 200 at a time."""

    SUBJECT: ClassVar = "hedgerow.cmd.inventory.register_skus.v1"
    skus: tuple[SkuEntry, ...]


class StockLine(msgspec.Struct, frozen=True):
    sku: str
    quantity: Decimal


class ReceiveStock(Command[tuple[StockView, ...]], frozen=True, kw_only=True):
    """Goods have arrived. 1 to 200 lines. supply_id closes the purchase they came from."""

    SUBJECT: ClassVar = "hedgerow.cmd.inventory.receive_stock.v1"
    plant_id: PlantId
    location_id: LocationId
    lines: tuple[StockLine, ...]
    reference: str
    supply_id: SupplyId | None = None


class AdjustStock(Command[StockView], frozen=True, kw_only=True):
    """delta  added to on_hand; negative takes away, never below what is promised or held"""

    SUBJECT: ClassVar = "hedgerow.cmd.inventory.adjust_stock.v1"
    plant_id: PlantId
    location_id: LocationId
    sku: str
    delta: Decimal
    reason: str


class SetSafetyLevel(Command[StockView], frozen=True, kw_only=True):
    """clear_percent  by how much more than `level` must be available before a location that has
    tripped serves again; 0 to 1000, and None leaves it as it is
    """

    SUBJECT: ClassVar = "hedgerow.cmd.inventory.set_safety_level.v1"
    plant_id: PlantId
    location_id: LocationId
    sku: str
    level: Decimal
    clear_percent: Decimal | None = None


class RecordSupply(Command[SupplyView], frozen=True, kw_only=True):
    """A purchase is on its way. due_at may lie in the past: then it is overdue at once."""

    SUBJECT: ClassVar = "hedgerow.cmd.inventory.record_supply.v1"
    supply_id: SupplyId
    plant_id: PlantId
    location_id: LocationId
    sku: str
    quantity: Decimal
    due_at: datetime
    reference: str


# Queries


class StockByKeys(Query[tuple[StockView | None, ...]], frozen=True, kw_only=True):
    """Answers in the order of `keys`; None for what is absent or hidden."""

    SUBJECT: ClassVar = "hedgerow.qry.inventory.stock_by_keys.v1"
    keys: tuple[StockKey, ...]


class StockWhere(msgspec.Struct, frozen=True, kw_only=True):
    """All that are given must hold; an empty tuple gives no condition."""

    skus: tuple[str, ...] = ()
    location_ids: tuple[LocationId, ...] = ()
    plant_ids: tuple[PlantId, ...] = ()
    below_safety: bool | None = None
    tripped: bool | None = None


class ListStock(Query[StockPage], frozen=True, kw_only=True):
    """By SKU, then location."""

    SUBJECT: ClassVar = "hedgerow.qry.inventory.list_stock.v1"
    where: StockWhere = StockWhere()
    page: Page


class ListLedger(Query[LedgerPage], frozen=True, kw_only=True):
    """Newest first."""

    SUBJECT: ClassVar = "hedgerow.qry.inventory.list_ledger.v1"
    sku: str | None = None
    location_id: LocationId | None = None
    reference: str | None = None
    page: Page


class ListSkus(Query[SkuPage], frozen=True, kw_only=True):
    """By SKU."""

    SUBJECT: ClassVar = "hedgerow.qry.inventory.list_skus.v1"
    page: Page


class SkusByCodes(Query[tuple[SkuView | None, ...]], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.inventory.skus_by_codes.v1"
    skus: tuple[str, ...]


class ReservationsByOrders(
    Query[tuple[tuple[ReservationView, ...], ...]], frozen=True, kw_only=True
):
    """By line; answers in the order of `order_ids`, empty for what is absent or hidden."""

    SUBJECT: ClassVar = "hedgerow.qry.inventory.reservations_by_orders.v1"
    order_ids: tuple[OrderId, ...]


class ListInventoryEvidence(ListEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.inventory.list_inventory_evidence.v1"


class VerifyInventoryEvidence(VerifyEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.inventory.verify_inventory_evidence.v1"


# Events


class SkuRegistered(Event, frozen=True, kw_only=True):
    """Aggregate `sku:<tenant>:<sku>`."""

    SUBJECT: ClassVar = "hedgerow.evt.inventory.sku_registered.v1"
    sku: SkuView


class StockChanged(Event, frozen=True, kw_only=True):
    """Goods came, went or were counted. Aggregate `stock:<location>:<sku>`."""

    SUBJECT: ClassVar = "hedgerow.evt.inventory.stock_changed.v1"
    stock: StockView
    kind: LedgerKind
    reference: str


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    line_no: int
    sku: str
    quantity: Decimal
    location_id: LocationId


class SeenStock(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate location as it was seen, with the stock row locked, when a line was decided.

    reason       "" when it passed, else INSUFFICIENT | BELOW_SAFETY | OVERFLOWING | NOT_STOCKED |
                 SPLIT_LIMIT. OVERFLOWING would have passed, had the location not tripped before;
                 SPLIT_LIMIT could serve the line, over too many locations for one order
    plant_id     the location's plant
    clear_level  how many must be available for it to serve again once it has tripped
    """

    line_no: int
    sku: str
    location_id: LocationId
    requested: Decimal
    available: Decimal
    safety_level: Decimal
    passed: bool
    reason: str
    plant_id: PlantId | None = None
    tripped: bool = False
    clear_level: Decimal | None = None


class ReservationEvent(Event, frozen=True, kw_only=True):
    """Aggregate `reservation:<order>`. plant_id is the order's plant."""

    order_id: OrderId
    plant_id: PlantId


class StockReserved(ReservationEvent, frozen=True, kw_only=True):
    """Every line has its location. seen  line by line, the chain as far as it was tried."""

    SUBJECT: ClassVar = "hedgerow.evt.inventory.stock_reserved.v1"
    decision_id: DecisionId
    plan: tuple[Placement, ...]
    seen: tuple[SeenStock, ...]


class StockShort(ReservationEvent, frozen=True, kw_only=True):
    """At least one line found no location; nothing was reserved."""

    SUBJECT: ClassVar = "hedgerow.evt.inventory.stock_short.v1"
    decision_id: DecisionId
    missing: tuple[Line, ...]
    seen: tuple[SeenStock, ...]


class StockReleased(ReservationEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.inventory.stock_released.v1"
    plan: tuple[Placement, ...]


class KitConfirmed(ReservationEvent, frozen=True, kw_only=True):
    """available >= quantity x factor on every line, no purchase over 7 days overdue: the
    reservation is now an allocation."""

    SUBJECT: ClassVar = "hedgerow.evt.inventory.kit_confirmed.v1"
    plan: tuple[Placement, ...]


class KitGap(msgspec.Struct, frozen=True, kw_only=True):
    """needed  quantity x factor; available counts the order's own reservation in

    reason    INSUFFICIENT | SUPPLY_OVERDUE
    plant_id  the location's plant
    """

    line_no: int
    sku: str
    location_id: LocationId
    needed: Decimal
    available: Decimal
    reason: str
    plant_id: PlantId | None = None


class KitRefused(ReservationEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.inventory.kit_refused.v1"
    gaps: tuple[KitGap, ...]


class StockIssued(ReservationEvent, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.inventory.stock_issued.v1"
    plan: tuple[Placement, ...]


class StockReturned(Event, frozen=True, kw_only=True):
    """The stock effect of an inspected return was booked. Aggregate `return:<rma>`.

    plant_id  whose stock took the goods in; the order may be of another plant
    lines     what came back, whatever its disposition
    """

    SUBJECT: ClassVar = "hedgerow.evt.inventory.stock_returned.v1"
    rma_id: RmaId
    order_id: OrderId
    plant_id: PlantId
    lines: tuple[Line, ...]
