"""Returns. This table says which message goes where; start reading here."""

from __future__ import annotations

from pathlib import Path

from hedgerow.access import on_access_changed, on_presence_policy_published
from hedgerow.contracts.access import AccessChanged
from hedgerow.contracts.orders import OrderDelivered
from hedgerow.contracts.presence import PresencePolicyPublished
from hedgerow.contracts.rma import (
    CheckEligibility,
    DecideReturn,
    InspectReturn,
    ListRmaEvidence,
    ListRmas,
    ReceiveReturn,
    RequestReturn,
    RmasByIds,
    RmasByOrders,
    VerifyRmaEvidence,
)
from hedgerow.evidence.listing import evidence_lister
from hedgerow.evidence.verify import evidence_verifier
from hedgerow.service import Service

from hedgerow_rma.handlers.decide_return import decide_return
from hedgerow_rma.handlers.inspect_return import inspect_return
from hedgerow_rma.handlers.on_order_delivered import on_order_delivered
from hedgerow_rma.handlers.receive_return import receive_return
from hedgerow_rma.handlers.request_return import request_return
from hedgerow_rma.store.tables import evidence, messages, metadata
from hedgerow_rma.views.eligibility import check_eligibility
from hedgerow_rma.views.evidence import SOURCES
from hedgerow_rma.views.listing import list_rmas
from hedgerow_rma.views.rmas import rmas_by_ids, rmas_by_orders

service = Service(
    name="rma",
    metadata=metadata,
    messages=messages,
    evidence=evidence,
    migrations=Path(__file__).parent / "migrations",
    commands={
        RequestReturn: request_return,
        DecideReturn: decide_return,
        ReceiveReturn: receive_return,
        InspectReturn: inspect_return,
    },
    queries={
        RmasByIds: rmas_by_ids,
        RmasByOrders: rmas_by_orders,
        ListRmas: list_rmas,
        CheckEligibility: check_eligibility,
        ListRmaEvidence: evidence_lister("rma", evidence, SOURCES),
        VerifyRmaEvidence: evidence_verifier("rma", evidence, SOURCES),
    },
    reactions={
        OrderDelivered: on_order_delivered,
        AccessChanged: on_access_changed,
        PresencePolicyPublished: on_presence_policy_published,
    },
)
