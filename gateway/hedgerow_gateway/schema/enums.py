"""The closed sets of the contracts, published: import them from here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry
from hedgerow.auth import Role
from hedgerow.contracts.access import Scope
from hedgerow.contracts.evidence import FaultKind
from hedgerow.contracts.inventory import ItemClass, LedgerKind, OverflowState, ReservationState
from hedgerow.contracts.orders import (
    Milestone,
    OrderPriority,
    OrderState,
    OrderStep,
    OrderType,
    Sourcing,
)
from hedgerow.contracts.presence import PresenceAct
from hedgerow.contracts.releases import CoverageKind, Gate, ReleaseState, SimulationState
from hedgerow.contracts.rma import Disposition, EligibilityCode, RmaState
from hedgerow.contracts.routing import (
    AssignmentMethod,
    DecisionResult,
    FenceKind,
    LocationKind,
    Mismatch,
    SafetyTest,
    UnroutableReason,
)
from hedgerow.contracts.values import Datum, PresenceVerdict

__all__ = [
    "AssignmentMethod",
    "CoverageKind",
    "Datum",
    "DecisionResult",
    "Disposition",
    "EligibilityCode",
    "FaultKind",
    "FenceKind",
    "Gate",
    "ItemClass",
    "LedgerKind",
    "LocationKind",
    "Milestone",
    "Mismatch",
    "OrderPriority",
    "OrderState",
    "OrderStep",
    "OrderType",
    "OverflowState",
    "PresenceAct",
    "PresenceVerdict",
    "ReleaseState",
    "ReservationState",
    "RmaState",
    "Role",
    "SafetyTest",
    "Scope",
    "SimulationState",
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
strawberry.enum(Mismatch, description="Why a rule does not match an order.")
strawberry.enum(OrderPriority, description="How urgent an order is: A the most, NORMAL the least.")
strawberry.enum(OrderState, description="The business state of a make-to-order order.")
strawberry.enum(OrderStep, description="The steps of a make-to-order order; none can be skipped.")
strawberry.enum(OrderType, description="Which states an order passes.")
strawberry.enum(OverflowState, description="TRIPPED: orders pass the location over.")
strawberry.enum(ReservationState, description="What became of a promise of stock.")
strawberry.enum(RmaState, description="REVIEW: a person must decide. APPROVED: it may come back.")
strawberry.enum(
    SafetyTest,
    description="CURRENT: available >= safety level. AFTER: available - requested >= safety level.",
)
strawberry.enum(Sourcing, description="Where an order stands with its stock.")
strawberry.enum(UnroutableReason, description="Why no plant was found.")
strawberry.enum(Scope, description="How far a role reaches that was given.")
strawberry.enum(Role, description="What somebody is in the company; stands for permissions.")
strawberry.enum(PresenceAct, description="What a plant may demand to be done at the plant itself.")
strawberry.enum(PresenceVerdict, description="Whether somebody is at a plant.")
strawberry.enum(
    Gate, name="ReleaseGateState", description="Whether changes may be published alone."
)
strawberry.enum(CoverageKind, description="What is odd about a part of the map.")
strawberry.enum(ReleaseState, description="Where a release stands.")
strawberry.enum(SimulationState, description="Where a simulation stands.")
strawberry.enum(FaultKind, description="What is wrong with a chain of evidence, or an anchor.")


def _describe(kind: type[Enum], meanings: Mapping[str, str]) -> None:
    """meanings  by the name of the member"""
    for each in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        each.description = meanings[each.name]


_describe(
    Scope,
    {
        "TENANT": "The whole company; a role of plants at every plant, now and later.",
        "AREA": "Every plant of the area, now and later.",
        "PLANT": "One plant.",
    },
)
_describe(
    Role,
    {
        "TENANT_ADMIN": "Everything, in the whole company.",
        "AUDITOR": "Reads everything, evidence and access included, in the whole company.",
        "DISPATCHER": "Submits and cancels orders of the whole company, with a plant or without.",
        "AREA_ADMIN": "Runs plants: also fences, locations, roles, and who may be where.",
        "PLANT_MANAGER": "Everything that happens at a plant.",
        "SALES": "Submits and cancels orders, and requests returns.",
        "ENGINEER": "Moves orders on.",
        "PLANNER": "Moves orders on.",
        "PURCHASER": "Records purchases.",
        "WAREHOUSE_LEAD": "Books goods and returns in, and corrects stock.",
        "PICKER": "Reads orders and stock.",
        "QUALITY": "Moves orders on and inspects returns.",
        "FINANCE": "Reads, evidence included.",
        "SUPPORT": "Reads orders and returns, and requests returns.",
        "CUSTOMER": "Nobody's staff: sees nothing by this role.",
        "APP": "Another system: brings in orders, purchases and returns.",
    },
)
_describe(
    Mismatch,
    {
        "REGION": "It is for other regions.",
        "CHANNEL": "It is for other channels.",
        "CONDITION_FALSE": "Its condition does not hold.",
        "CONDITION_ERROR": "Its condition asks for what the order has not.",
    },
)
_describe(
    PresenceVerdict,
    {
        "INSIDE": "Wherever in the radius of accuracy they are.",
        "OUTSIDE": "Likewise; also where the plant has no presence fence.",
        "UNCERTAIN": "The radius of accuracy crosses the fence.",
        "CONFIRMED": "It was uncertain, and a second person vouched.",
    },
)
_describe(
    PresenceAct,
    {
        "STOCK_RECEIVE": "stockReceive.",
        "STOCK_ADJUST": "stockAdjust.",
        "ORDER_LOCK_KIT": "orderTransition with LOCK_KIT.",
        "ORDER_DISPATCH": "orderTransition with DISPATCH.",
        "ORDER_RELEASE_QUALITY": "orderTransition with RELEASE_QUALITY.",
        "ORDER_SIGN": "orderTransition with SIGN.",
        "RETURN_RECEIVE": "returnReceive.",
        "RETURN_INSPECT": "returnInspect.",
    },
)
_describe(
    FaultKind,
    {
        "ENTRY": "An entry is not what was written.",
        "GAP": "An entry is missing.",
        "HEAD": "The chain does not end where it should.",
        "ANCHOR": "What an anchor covers has changed since.",
        "SIGNATURE": "An anchor was not signed with the anchor key.",
        "ANCHOR_MISSING": "An anchor that was published is not there.",
    },
)
_describe(
    Gate,
    {
        "OPEN": "A fence, a rule or the limits may be published alone.",
        "CLOSED": "Only in a release.",
    },
)
_describe(
    ReleaseState,
    {
        "DRAFT": "It may be edited; nothing of it holds.",
        "SIMULATED": "A simulation of what it says is finished; an edit makes it a draft again.",
        "PUBLISHED": "It is what holds.",
        "RETIRED": "Another one was published after it.",
    },
)
_describe(
    SimulationState,
    {
        "RUNNING": "It goes on by itself.",
        "DONE": "It has a result.",
        "OUTDATED": "The release was edited, or another one published, before it had ended.",
    },
)
_describe(
    CoverageKind,
    {
        "OVERLAP": "Two service areas of equal priority cover it.",
        "GAP": "No service area covers it.",
        "SLIVER": "A part of a service area that is too narrow.",
    },
)
