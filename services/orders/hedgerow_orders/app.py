"""The orders service: what it answers, what it listens to."""

from __future__ import annotations

from pathlib import Path

from hedgerow.access import on_access_changed, on_presence_policy_published
from hedgerow.contracts.access import AccessChanged
from hedgerow.contracts.inventory import (
    KitConfirmed,
    KitRefused,
    SkuRegistered,
    StockReserved,
    StockShort,
)
from hedgerow.contracts.orders import (
    AdvanceOrder,
    CancelOrder,
    HistoryByOrders,
    ListOrders,
    ListOrdersEvidence,
    OrderByNumber,
    OrdersByIds,
    SubmitOrder,
    VerifyOrdersEvidence,
)
from hedgerow.contracts.presence import PresencePolicyPublished
from hedgerow.contracts.routing import OrderUnroutable
from hedgerow.evidence.listing import evidence_lister
from hedgerow.evidence.verify import evidence_verifier
from hedgerow.service import Service

from hedgerow_orders.handlers.advance_order import advance_order
from hedgerow_orders.handlers.cancel_order import cancel_order
from hedgerow_orders.handlers.on_kit_confirmed import on_kits_confirmed
from hedgerow_orders.handlers.on_kit_refused import on_kits_refused
from hedgerow_orders.handlers.on_order_unroutable import on_orders_unroutable
from hedgerow_orders.handlers.on_sku_registered import on_skus_registered
from hedgerow_orders.handlers.on_stock_reserved import on_stock_reserved
from hedgerow_orders.handlers.on_stock_short import on_stock_short
from hedgerow_orders.handlers.submit_order import submit_orders
from hedgerow_orders.store.tables import evidence, messages, metadata
from hedgerow_orders.views.evidence import SOURCES
from hedgerow_orders.views.history import history_by_orders
from hedgerow_orders.views.listing import list_orders
from hedgerow_orders.views.orders import order_by_number, orders_by_ids

service = Service(
    name="orders",
    metadata=metadata,
    messages=messages,
    evidence=evidence,
    migrations=Path(__file__).parent / "migrations",
    commands={
        SubmitOrder: submit_orders,
        CancelOrder: cancel_order,
        AdvanceOrder: advance_order,
    },
    queries={
        OrdersByIds: orders_by_ids,
        OrderByNumber: order_by_number,
        ListOrders: list_orders,
        HistoryByOrders: history_by_orders,
        ListOrdersEvidence: evidence_lister("orders", evidence, SOURCES),
        VerifyOrdersEvidence: evidence_verifier("orders", evidence, SOURCES),
    },
    reactions={
        SkuRegistered: on_skus_registered,
        OrderUnroutable: on_orders_unroutable,
        StockReserved: on_stock_reserved,
        StockShort: on_stock_short,
        KitConfirmed: on_kits_confirmed,
        KitRefused: on_kits_refused,
        AccessChanged: on_access_changed,
        PresencePolicyPublished: on_presence_policy_published,
    },
)
