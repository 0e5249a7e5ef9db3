"""What one order holds of the stock: one reservation a line, all in the same state.

    claimed ── HELD ── lock ──> LOCKED ── issue ──> ISSUED
       │         └─── cancel ──────┴──> RELEASED
       └───── SHORT ─ cancel ─────────> CANCELLED

SHORT holds nothing. CANCELLED is also left for an order that is cancelled before it was routed:
it then never reserves anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from hedgerow.contracts.inventory import Placement, ReservationState, StockKey
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.contracts.routing import OrderRouted
from hedgerow.contracts.values import DecisionId, LocationId, OrderId, PlantId

from .allocation import Outcome
from .stock import Movement, Stock, order_reference


class SetState(StrEnum):
    HELD = "HELD"
    SHORT = "SHORT"
    LOCKED = "LOCKED"
    ISSUED = "ISSUED"
    RELEASED = "RELEASED"
    CANCELLED = "CANCELLED"


HOLDING = frozenset({SetState.HELD, SetState.LOCKED})


@dataclass(slots=True, kw_only=True)
class Reservation:
    """location_plant_id  whose stock it is; the order may be of another plant"""

    line_no: int
    sku: str
    quantity: Decimal
    location_id: LocationId
    location_plant_id: PlantId
    state: ReservationState = ReservationState.HELD

    @property
    def key(self) -> StockKey:
        return StockKey(self.sku, self.location_id)


@dataclass(slots=True, kw_only=True)
class ReservationSet:
    """plant_id  the order's plant; it and decision_id are None when it never was routed
    version   how many events were announced about it
    changed   since it was loaded
    """

    order_id: OrderId
    plant_id: PlantId | None
    decision_id: DecisionId | None
    state: SetState
    version: int
    reservations: list[Reservation] = field(default_factory=list)
    changed: bool = False

    @classmethod
    def of(cls, routed: OrderRouted) -> ReservationSet:
        """The set that an order's routing opens; `settle` says what became of it."""
        return cls(
            order_id=routed.order_id,
            plant_id=routed.plant_id,
            decision_id=routed.decision_id,
            state=SetState.HELD,
            version=1,
        )

    @classmethod
    def tombstone(cls, cancelled: OrderCancelled) -> ReservationSet:
        """The set of an order that was cancelled before it was routed: nothing is announced."""
        return cls(
            order_id=cancelled.order_id,
            plant_id=cancelled.plant_id,
            decision_id=None,
            state=SetState.CANCELLED,
            version=0,
        )

    @property
    def aggregate(self) -> str:
        return f"reservation:{self.order_id}"

    @property
    def owner(self) -> PlantId:
        """The order's plant. Raises ValueError for one that never was routed: it has no events."""
        if self.plant_id is None:
            raise ValueError(f"order {self.order_id} was never routed")
        return self.plant_id

    @property
    def skus(self) -> set[str]:
        return {each.sku for each in self.reservations}

    @property
    def reference(self) -> str:
        return order_reference(self.order_id)

    @property
    def plan(self) -> tuple[Placement, ...]:
        return tuple(
            Placement(
                line_no=each.line_no,
                sku=each.sku,
                quantity=each.quantity,
                location_id=each.location_id,
            )
            for each in self.reservations
        )

    def settle(self, outcome: Outcome, stock: Mapping[StockKey, Stock]) -> None:
        """Hold what allocation found, or fall short."""
        if outcome.missing:
            self.state = SetState.SHORT
        self.reservations = [
            Reservation(
                line_no=each.line_no,
                sku=each.sku,
                quantity=each.quantity,
                location_id=each.location_id,
                location_plant_id=stock[StockKey(each.sku, each.location_id)].plant_id,
            )
            for each in outcome.placements
        ]

    def lock(self, stock: Mapping[StockKey, Stock]) -> list[Movement]:
        """Turn what is held into an allocation."""
        moved = [stock[r.key].allocate(r.quantity, self.reference) for r in self.reservations]
        self._become(SetState.LOCKED, ReservationState.ALLOCATED)
        return moved

    def refuse_kit(self) -> None:
        """Nothing moves, but it is announced."""
        self.version += 1
        self.changed = True

    def issue(self, stock: Mapping[StockKey, Stock]) -> list[Movement]:
        """The goods have left. Nothing happens when nothing is held."""
        if self.state not in HOLDING:
            return []
        moved = [stock[r.key].issue(r.quantity, r.state, self.reference) for r in self.reservations]
        self._become(SetState.ISSUED, ReservationState.ISSUED)
        return moved

    def cancel(self, stock: Mapping[StockKey, Stock]) -> list[Movement]:
        """Give back what is held. A set that is short ends without moving anything; one that has
        ended, or whose goods have left, stays as it is."""
        if self.state is SetState.SHORT:
            self.state = SetState.CANCELLED
            self.changed = True
        if self.state not in HOLDING:
            return []
        moved = [
            stock[r.key].release(r.quantity, r.state, self.reference) for r in self.reservations
        ]
        self._become(SetState.RELEASED, ReservationState.RELEASED)
        return moved

    def _become(self, state: SetState, each: ReservationState) -> None:
        self.state = state
        self.version += 1
        self.changed = True
        for reservation in self.reservations:
            reservation.state = each


def keys_held(sets: Iterable[ReservationSet]) -> set[StockKey]:
    """The stock items that a change of these sets can touch."""
    return {
        reservation.key
        for each in sets
        if each.state in HOLDING
        for reservation in each.reservations
    }
