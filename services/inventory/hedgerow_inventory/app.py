"""The inventory service: what it answers, and what it listens to."""

from __future__ import annotations

from pathlib import Path

from hedgerow.access import on_access_changed, on_presence_policy_published
from hedgerow.contracts.access import AccessChanged
from hedgerow.contracts.inventory import (
    AdjustStock,
    ListInventoryEvidence,
    ListLedger,
    ListSkus,
    ListStock,
    ReceiveStock,
    RecordSupply,
    RegisterSkus,
    ReservationsByOrders,
    SetSafetyLevel,
    SkusByCodes,
    StockByKeys,
    VerifyInventoryEvidence,
)
from hedgerow.contracts.orders import KitLockRequested, OrderCancelled, OrderDelivered
from hedgerow.contracts.presence import PresencePolicyPublished
from hedgerow.contracts.releases import ReleasePublished
from hedgerow.contracts.rma import RmaInspected
from hedgerow.contracts.routing import OrderRouted
from hedgerow.evidence.listing import evidence_lister
from hedgerow.evidence.verify import evidence_verifier
from hedgerow.service import Service

from hedgerow_inventory.handlers.adjust_stock import adjust_stock
from hedgerow_inventory.handlers.on_kit_lock_requested import on_kit_locks_requested
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_delivered import on_orders_delivered
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.handlers.on_release_published import on_release_published
from hedgerow_inventory.handlers.on_rma_inspected import on_rma_inspected
from hedgerow_inventory.handlers.receive_stock import receive_stock
from hedgerow_inventory.handlers.record_supply import record_supply
from hedgerow_inventory.handlers.register_skus import register_skus
from hedgerow_inventory.handlers.set_safety_level import set_safety_level
from hedgerow_inventory.store.tables import evidence, messages, metadata
from hedgerow_inventory.views.evidence import SOURCES
from hedgerow_inventory.views.ledger import list_ledger
from hedgerow_inventory.views.reservations import reservations_by_orders
from hedgerow_inventory.views.skus import list_skus, skus_by_codes
from hedgerow_inventory.views.stock import list_stock, stock_by_keys

service = Service(
    name="inventory",
    metadata=metadata,
    messages=messages,
    evidence=evidence,
    migrations=Path(__file__).parent / "migrations",
    commands={
        RegisterSkus: register_skus,
        ReceiveStock: receive_stock,
        AdjustStock: adjust_stock,
        SetSafetyLevel: set_safety_level,
        RecordSupply: record_supply,
    },
    queries={
        StockByKeys: stock_by_keys,
        ListStock: list_stock,
        ListLedger: list_ledger,
        ListSkus: list_skus,
        SkusByCodes: skus_by_codes,
        ReservationsByOrders: reservations_by_orders,
        ListInventoryEvidence: evidence_lister("inventory", evidence, SOURCES),
        VerifyInventoryEvidence: evidence_verifier("inventory", evidence, SOURCES),
    },
    reactions={
        OrderRouted: on_orders_routed,
        OrderCancelled: on_orders_cancelled,
        KitLockRequested: on_kit_locks_requested,
        OrderDelivered: on_orders_delivered,
        RmaInspected: on_rma_inspected,
        ReleasePublished: on_release_published,
        AccessChanged: on_access_changed,
        PresencePolicyPublished: on_presence_policy_published,
    },
)
