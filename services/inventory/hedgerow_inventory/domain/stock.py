"""The stock of one SKU at one location: counters that only move together with the ledger.

Every verb changes the counters in memory and returns the movement that the ledger writes down;
the counters in the database are moved by the sum of the same movements.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hedgerow.contracts.inventory import LedgerKind, OverflowState, ReservationState, StockKey
from hedgerow.contracts.rma import Disposition
from hedgerow.contracts.values import LocationId, OrderId, PlantId
from hedgerow.errors import Conflict

from .overflow import Trip, Turn, clear_level

ZERO = Decimal(0)


class StockPromised(Conflict):
    code = "STOCK_PROMISED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """By how much each counter of one stock item moved, and why."""

    sku: str
    location_id: LocationId
    plant_id: PlantId
    kind: LedgerKind
    reference: str = ""
    reason: str = ""
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    allocated: Decimal = ZERO
    quality_hold: Decimal = ZERO
    damaged: Decimal = ZERO

    @property
    def key(self) -> StockKey:
        return StockKey(self.sku, self.location_id)


@dataclass(slots=True, kw_only=True)
class Stock:
    """plant_id       the location's plant
    clear_percent  by how much more than the safety level must be there to clear
    version        how many events were announced about it, those of `turns` not counted
    trip           why it passes orders on; None while it serves
    turns          what became of that since it was loaded
    """

    sku: str
    location_id: LocationId
    plant_id: PlantId
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    allocated: Decimal = ZERO
    quality_hold: Decimal = ZERO
    damaged: Decimal = ZERO
    safety_level: Decimal = ZERO
    clear_percent: Decimal = ZERO
    version: int = 0
    trip: Trip | None = None
    turns: list[Turn] = field(default_factory=list)

    @property
    def key(self) -> StockKey:
        return StockKey(self.sku, self.location_id)

    @property
    def aggregate(self) -> str:
        return stock_aggregate(self.key)

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.quality_hold - self.damaged - self.reserved - self.allocated

    @property
    def atp(self) -> Decimal:
        return max(ZERO, self.available - self.safety_level)

    @property
    def clear_level(self) -> Decimal:
        return clear_level(self.safety_level, self.clear_percent)

    def receive(self, quantity: Decimal, reference: str) -> Movement:
        """Goods arrived."""
        return self._move(LedgerKind.RECEIPT, reference=reference, on_hand=quantity)

    def adjust(self, delta: Decimal, reason: str) -> Movement:
        """A count differed by `delta`. Raises StockPromised, naming what is free to go."""
        if delta + self.available < 0:
            free = max(ZERO, self.available)
            raise StockPromised(
                f"At most {free} can be taken away: the rest is promised, on hold or damaged.",
                f"最多只能减少 {free}，其余库存已被占用、待检或损坏",
                field="delta",
            )
        return self._move(LedgerKind.ADJUSTMENT, reason=reason, on_hand=delta)

    def set_safety_level(self, level: Decimal, clear_percent: Decimal | None = None) -> Movement:
        """No counter moves; the ledger keeps the old and the new level and who set it.

        clear_percent  None leaves it as it is
        """
        reason = f"{self.safety_level} -> {level}"
        if clear_percent is not None and clear_percent != self.clear_percent:
            reason += f", +{self.clear_percent} % -> +{clear_percent} %"
            self.clear_percent = clear_percent
        self.safety_level = level
        return self._move(LedgerKind.SAFETY_LEVEL, reason=reason)

    def take_back(self, quantity: Decimal, fate: Disposition, reference: str) -> Movement:
        """Goods came back from a customer; their fate says which of them may be sold."""
        return self._move(
            LedgerKind.RETURN,
            reference=reference,
            reason=fate,
            on_hand=quantity,
            quality_hold=quantity if fate is Disposition.PROCESSING_REQUIRED else ZERO,
            damaged=quantity if fate is Disposition.NOT_RESTOCKED else ZERO,
        )

    def reserve(self, quantity: Decimal, reference: str) -> Movement:
        return self._move(LedgerKind.RESERVATION, reference=reference, reserved=quantity)

    def allocate(self, quantity: Decimal, reference: str) -> Movement:
        """What was reserved is bound to the order's work."""
        return self._move(
            LedgerKind.ALLOCATION, reference=reference, reserved=-quantity, allocated=quantity
        )

    def release(self, quantity: Decimal, held: ReservationState, reference: str) -> Movement:
        """Give back what an order held as reserved or allocated."""
        reserved, allocated = _split(quantity, held)
        return self._move(
            LedgerKind.RELEASE, reference=reference, reserved=-reserved, allocated=-allocated
        )

    def issue(self, quantity: Decimal, held: ReservationState, reference: str) -> Movement:
        """What an order held has left the location."""
        reserved, allocated = _split(quantity, held)
        return self._move(
            LedgerKind.ISSUE,
            reference=reference,
            on_hand=-quantity,
            reserved=-reserved,
            allocated=-allocated,
        )

    def _move(
        self, kind: LedgerKind, *, reference: str = "", reason: str = "", **deltas: Decimal
    ) -> Movement:
        moved = Movement(
            sku=self.sku,
            location_id=self.location_id,
            plant_id=self.plant_id,
            kind=kind,
            reference=reference,
            reason=reason,
            **deltas,
        )
        self.on_hand += moved.on_hand
        self.reserved += moved.reserved
        self.allocated += moved.allocated
        self.quality_hold += moved.quality_hold
        self.damaged += moved.damaged
        self._weigh(moved)
        return moved

    def _weigh(self, moved: Movement) -> None:
        """Trip below the safety level, clear at the clear level; in between nothing changes."""
        available = self.available
        tripped = available < (self.clear_level if self.trip else self.safety_level)
        if tripped is (self.trip is not None):
            return
        because = moved.reference or moved.reason
        self.trip = Trip(moved.kind, because) if tripped else None
        state = OverflowState.TRIPPED if tripped else OverflowState.CLEAR
        self.turns.append(Turn(state, available, moved.kind, because))


def _split(quantity: Decimal, held: ReservationState) -> tuple[Decimal, Decimal]:
    """How much of it is reserved, and how much allocated."""
    return (ZERO, quantity) if held is ReservationState.ALLOCATED else (quantity, ZERO)


def stock_aggregate(key: StockKey) -> str:
    return f"stock:{key.location_id}:{key.sku}"


def order_reference(order_id: OrderId) -> str:
    """How the ledger names the order behind a movement."""
    return f"order:{order_id}"
