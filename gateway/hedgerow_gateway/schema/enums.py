"""The closed sets of the contracts, published: import them from here."""

from __future__ import annotations

import strawberry
from hedgerow.contracts.inventory import ItemClass, LedgerKind, ReservationState
from hedgerow.contracts.orders import Milestone, OrderState, OrderStep, OrderType, Sourcing
from hedgerow.contracts.rma import Disposition, EligibilityCode, RmaState
from hedgerow.contracts.routing import (
    AssignmentMethod,
    DecisionResult,
    FenceKind,
    LocationKind,
    SafetyTest,
    UnroutableReason,
)
from hedgerow.contracts.values import Datum

__all__ = [
    "AssignmentMethod",
    "Datum",
    "DecisionResult",
    "Disposition",
    "EligibilityCode",
    "FenceKind",
    "ItemClass",
    "LedgerKind",
    "LocationKind",
    "Milestone",
    "OrderState",
    "OrderStep",
    "OrderType",
    "ReservationState",
    "RmaState",
    "SafetyTest",
    "Sourcing",
    "UnroutableReason",
]

strawberry.enum(AssignmentMethod, description="How the plant was found.")
strawberry.enum(Datum, description="The geodetic datum of a coordinate; there is no default.")
strawberry.enum(DecisionResult, description="What came of it.")
strawberry.enum(Disposition, description="The fate of a returned unit, and so its stock effect.")
strawberry.enum(EligibilityCode, description="What an eligibility test looks at.")
strawberry.enum(FenceKind, description="What a fence decides.")
strawberry.enum(ItemClass, description="REGULAR, or CUSTOM: made for one customer.")
strawberry.enum(LedgerKind, description="Why a counter of stock moved.")
strawberry.enum(LocationKind, description="What kind of place it is.")
strawberry.enum(Milestone, description="What has been reached; the same for every order type.")
strawberry.enum(OrderState, description="The business state of a make-to-order order.")
strawberry.enum(OrderStep, description="The steps of a make-to-order order; none can be skipped.")
strawberry.enum(OrderType, description="Which states an order passes.")
strawberry.enum(ReservationState, description="What became of a promise of stock.")
strawberry.enum(RmaState, description="REVIEW: a person must decide. APPROVED: it may come back.")
strawberry.enum(
    SafetyTest,
    description="CURRENT: available >= safety level. AFTER: available - requested >= safety level.",
)
strawberry.enum(Sourcing, description="Where an order stands with its stock.")
strawberry.enum(UnroutableReason, description="Why no plant was found.")
