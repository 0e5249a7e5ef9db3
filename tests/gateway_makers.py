"""Views as the services answer them: one plant 宁波工厂, its warehouse, an order and its return."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from hedgerow.contracts import inventory, orders, rma, routing
from hedgerow.contracts.values import Datum, GeoPoint, LonLat, Money
from worlds import NOON

PLANT_ID = UUID("01958000-0000-7000-8000-0000000000a1")
OTHER_PLANT_ID = UUID("01958000-0000-7000-8000-0000000000a2")
LOCATION_ID = UUID("01958000-0000-7000-8000-0000000000b1")
ORDER_ID = UUID("01958000-0000-7000-8000-0000000000c1")
DECISION_ID = UUID("01958000-0000-7000-8000-0000000000d1")
RMA_ID = UUID("01958000-0000-7000-8000-0000000000e1")
SUPPLY_ID = UUID("01958000-0000-7000-8000-0000000000f1")

PLANT = routing.PlantView(
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    code="NB",
    name="宁波工厂",
    point=GeoPoint(121.55, 29.87, Datum.GCJ02),
    wgs84=LonLat(121.5455, 29.8725),
    created_at=NOON,
)
LOCATION = routing.LocationView(
    location_id=LOCATION_ID,  # type: ignore[arg-type]
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    code="HZ",
    name="杭州仓",
    kind=routing.LocationKind.WAREHOUSE,
    created_at=NOON,
)
LINE = orders.OrderLineView(
    line_no=1,
    sku="BOLT-M8",
    name="螺栓 M8",
    unit="件",
    quantity=Decimal("10.50"),
    unit_price=Money(Decimal("1.20"), "CNY"),
    custom=False,
)
ORDER = orders.OrderView(
    order_id=ORDER_ID,  # type: ignore[arg-type]
    number="HY20260329-1",
    type=orders.OrderType.MTO,
    state=orders.OrderState.PENDING_REVIEW,
    sourcing=orders.Sourcing.RESERVED,
    milestones=(orders.Milestone.CAPTURED,),
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    decision_id=DECISION_ID,  # type: ignore[arg-type]
    channel="WEB",
    customer=orders.Customer("C-1", "客户一"),
    ship_to=orders.ShipTo(region="浙江", city="杭州", point=GeoPoint(120.1, 30.2, Datum.WGS84)),
    ship_to_wgs84=LonLat(120.1, 30.2),
    lines=(LINE,),
    shortages=(),
    unroutable="",
    kit_lock_pending=False,
    placed_at=NOON,
    promised_at=None,
    updated_at=NOON,
    delivered_at=None,
    signer="",
    submitted_by="wang",
    cancellation=None,
    version=2,
)
STOCK = inventory.StockView(
    sku="BOLT-M8",
    location_id=LOCATION_ID,  # type: ignore[arg-type]
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    unit="件",
    on_hand=Decimal(100),
    reserved=Decimal(10),
    allocated=Decimal(0),
    quality_hold=Decimal(0),
    damaged=Decimal(0),
    available=Decimal(90),
    safety_level=Decimal(80),
    atp=Decimal(10),
    updated_at=NOON,
)
SKU = inventory.SkuView(
    sku="BOLT-M8",
    name="螺栓 M8",
    unit="件",
    item_class=inventory.ItemClass.REGULAR,
    custom=False,
)
SUPPLY = inventory.SupplyView(
    supply_id=SUPPLY_ID,  # type: ignore[arg-type]
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    location_id=LOCATION_ID,  # type: ignore[arg-type]
    sku="BOLT-M8",
    quantity=Decimal(100),
    due_at=NOON,
    reference="PO-1",
    received_at=None,
)
RMA = rma.RmaView(
    rma_id=RMA_ID,  # type: ignore[arg-type]
    number="RMA20260329-1",
    order_id=ORDER_ID,  # type: ignore[arg-type]
    order_number="HY20260329-1",
    plant_id=PLANT_ID,  # type: ignore[arg-type]
    state=rma.RmaState.APPROVED,
    reason="尺寸不符",
    reasons=(
        rma.EligibilityReason(
            code=rma.EligibilityCode.WITHIN_PERIOD,
            passed=True,
            line_no=None,
            en="Within 7 days.",
            zh="签收 7 天内",
        ),
    ),
    lines=(
        rma.RmaLineView(
            line_no=1, sku="BOLT-M8", name="螺栓 M8", unit="件", quantity=Decimal(1), custom=False
        ),
    ),
    inspected=(),
    location_id=None,
    decision_note="",
    requested_by="wang",
    requested_at=NOON,
    updated_at=NOON,
    version=1,
)


def seen(**changes: Any) -> inventory.SeenStock:
    return inventory.SeenStock(
        **{
            "line_no": 1,
            "sku": "BOLT-M8",
            "location_id": LOCATION_ID,
            "requested": Decimal(10),
            "available": Decimal(90),
            "safety_level": Decimal(80),
            "passed": True,
            "reason": "",
        }
        | changes
    )


DECISION = routing.DecisionView(
    decision_id=DECISION_ID,  # type: ignore[arg-type]
    order_id=ORDER_ID,  # type: ignore[arg-type]
    order_number="HY20260329-1",
    channel="WEB",
    region="浙江",
    lines=(),
    assignment=routing.AssignmentView(
        point=LonLat(120.1, 30.2),
        method=routing.AssignmentMethod.SERVICE_AREA,
        plant_id=PLANT_ID,  # type: ignore[arg-type]
        unroutable=None,
        areas=(),
        distances=(),
        max_distance_km=300.0,
    ),
    rules=(),
    chain=(
        routing.Candidate(rank=1, location_id=LOCATION_ID, location_code="HZ", plant_id=PLANT_ID),  # type: ignore[arg-type]
    ),
    safety_test=routing.SafetyTest.AFTER,
    result=routing.DecisionResult.ASSIGNED,
    seen=(seen(),),
    decided_at=NOON,
    settled_at=NOON,
)


def changed(view: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(view, **changes)


def page(kind: Any, name: str, entries: list[Any], total: int | None = None) -> Any:
    """A page that holds everything; cursors are c0, c1, …"""
    return kind(
        **{name: tuple(entries)},
        cursors=tuple(f"c{n}" for n in range(len(entries))),
        has_next=False,
        has_previous=False,
        total=total,
    )
