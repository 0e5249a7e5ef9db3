"""A make-to-order order: the states it passes, and where it stands with its stock.

    PENDING_REVIEW  -LOCK_KIT->         KIT_LOCKED
    KIT_LOCKED      -DISPATCH->         IN_PRODUCTION
    IN_PRODUCTION   -RELEASE_QUALITY->  QUALITY_RELEASED
    QUALITY_RELEASED  -SIGN->           SIGNED

No step can be skipped. The first two states can be cancelled. LOCK_KIT has two halves: it is
requested here, and inventory confirms or refuses it later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hedgerow.contracts.fields import basis as checked_basis
from hedgerow.contracts.fields import one_line
from hedgerow.contracts.orders import Milestone, OrderState, OrderStep, Shortage, Sourcing
from hedgerow.contracts.values import Basis, DecisionId, OrderId, PlantId

from .change import Change, ChangeKind
from .refusals import (
    KitLockPending,
    NotCancellable,
    NotReserved,
    SignerRequired,
    StaleVersion,
    StepOutOfOrder,
)

CANCELLABLE = (OrderState.PENDING_REVIEW, OrderState.KIT_LOCKED)


@dataclass(slots=True)
class Order:
    """What changes in the life of an order; what was ordered is its Submission.

    Every verb takes who (`by`) and when (`at`), and either makes one change or raises. Those that
    take an answer from outside say instead whether it still mattered: True and one change, or
    False and none.

    plant_id  None until the order is assigned
    version   the number of changes so far
    changes   those made since the order was loaded, oldest first
    """

    id: OrderId
    number: str
    state: OrderState
    sourcing: Sourcing
    milestones: tuple[Milestone, ...]
    updated_at: datetime
    version: int
    plant_id: PlantId | None = None
    decision_id: DecisionId | None = None
    shortages: tuple[Shortage, ...] = ()
    unroutable: str = ""
    kit_lock_pending: bool = False
    delivered_at: datetime | None = None
    signer: str = ""
    cancellation: Basis | None = None
    changes: list[Change] = field(default_factory=list)

    @classmethod
    def submit(cls, id: OrderId, number: str, *, by: str, at: datetime) -> Order:
        order = cls(
            id=id,
            number=number,
            state=OrderState.PENDING_REVIEW,
            sourcing=Sourcing.PENDING,
            milestones=(Milestone.CAPTURED,),
            updated_at=at,
            version=1,
        )
        order.changes.append(
            Change(1, ChangeKind.SUBMITTED, at, by, None, OrderState.PENDING_REVIEW, None)
        )
        return order

    @property
    def aggregate(self) -> str:
        return f"order:{self.id}"

    @property
    def plant(self) -> PlantId:
        """The plant of an assigned order. Raises NotReserved."""
        if self.plant_id is None:
            raise NotReserved(self.sourcing)
        return self.plant_id

    def expect(self, version: int | None) -> None:
        """Raises StaleVersion unless the order is still at `version`; None is any."""
        if version is not None and version != self.version:
            raise StaleVersion(version, self.version)

    def reserve(self, plant_id: PlantId, decision_id: DecisionId, *, by: str, at: datetime) -> bool:
        """Inventory holds stock for every line. Too late for an order that was cancelled, has
        stock already or has left review."""
        if not self._waits_for_stock():
            return False
        self._source(Sourcing.RESERVED, plant_id, decision_id)
        self._record(ChangeKind.RESERVED, by, at)
        return True

    def fall_short(
        self,
        plant_id: PlantId,
        decision_id: DecisionId,
        shortages: tuple[Shortage, ...],
        *,
        by: str,
        at: datetime,
    ) -> bool:
        """Inventory holds nothing, because a line found no stock. Too late as for `reserve`."""
        if not self._waits_for_stock():
            return False
        self._source(Sourcing.SHORT, plant_id, decision_id, shortages=shortages)
        self._record(ChangeKind.FELL_SHORT, by, at)
        return True

    def leave_unrouted(
        self, decision_id: DecisionId, reason: str, *, by: str, at: datetime
    ) -> bool:
        """Routing found no plant. Too late for an order that has one, or was cancelled."""
        if not self._waits_for_stock() or self.plant_id is not None:
            return False
        self._source(Sourcing.UNROUTABLE, None, decision_id, unroutable=reason)
        self._record(ChangeKind.LEFT_UNROUTED, by, at)
        return True

    def request_kit_lock(self, *, by: str, at: datetime) -> None:
        """Raises StepOutOfOrder, KitLockPending, NotReserved."""
        self._require(OrderStep.LOCK_KIT, OrderState.PENDING_REVIEW)
        if self.kit_lock_pending:
            raise KitLockPending
        if self.sourcing != Sourcing.RESERVED:
            raise NotReserved(self.sourcing)
        self.kit_lock_pending = True
        self._record(ChangeKind.KIT_LOCK_REQUESTED, by, at)

    def confirm_kit(self, *, by: str, at: datetime) -> bool:
        """The second half of LOCK_KIT. Too late when nobody waits for it, as after a cancel."""
        if not self.kit_lock_pending:
            return False
        self.kit_lock_pending = False
        self.shortages = ()
        self._reach(Milestone.CONFIRMED, Milestone.ALLOCATED)
        self._record(ChangeKind.KIT_LOCKED, by, at, to=OrderState.KIT_LOCKED)
        return True

    def refuse_kit(self, shortages: tuple[Shortage, ...], *, by: str, at: datetime) -> bool:
        """The kit lacks something: the state stays. Too late as for `confirm_kit`."""
        if not self.kit_lock_pending:
            return False
        self.kit_lock_pending = False
        self.shortages = shortages
        self._record(ChangeKind.KIT_REFUSED, by, at)
        return True

    def dispatch(self, *, by: str, at: datetime) -> None:
        """Raises StepOutOfOrder."""
        self._require(OrderStep.DISPATCH, OrderState.KIT_LOCKED)
        self._reach(Milestone.IN_PRODUCTION)
        self._record(ChangeKind.DISPATCHED, by, at, to=OrderState.IN_PRODUCTION)

    def release_quality(self, *, by: str, at: datetime) -> None:
        """Raises StepOutOfOrder."""
        self._require(OrderStep.RELEASE_QUALITY, OrderState.IN_PRODUCTION)
        self._reach(Milestone.QUALITY_RELEASED)
        self._record(ChangeKind.QUALITY_RELEASED, by, at, to=OrderState.QUALITY_RELEASED)

    def sign(self, signer: str, *, by: str, at: datetime) -> None:
        """The customer has the goods. Raises StepOutOfOrder, SignerRequired."""
        self._require(OrderStep.SIGN, OrderState.QUALITY_RELEASED)
        if not signer.strip():
            raise SignerRequired
        self.signer = one_line(signer, "signer", most=200)
        self.delivered_at = at
        self._reach(Milestone.DELIVERED)
        self._record(ChangeKind.DELIVERED, by, at, to=OrderState.SIGNED)

    def cancel(self, basis: Basis, *, by: str, at: datetime) -> Basis:
        """Nothing is held for the order from now on. The basis comes back as it is kept. Raises
        BasisRequired, NotCancellable."""
        basis = checked_basis(basis, "basis")
        if self.state not in CANCELLABLE:
            raise NotCancellable(self.state)
        self.cancellation = basis
        self.kit_lock_pending = False
        self.sourcing = Sourcing.RELEASED
        self._reach(Milestone.CANCELLED)
        self._record(ChangeKind.CANCELLED, by, at, to=OrderState.CANCELLED, basis=basis)
        return basis

    def _waits_for_stock(self) -> bool:
        return self.state is OrderState.PENDING_REVIEW and self.sourcing is not Sourcing.RESERVED

    def _source(
        self,
        sourcing: Sourcing,
        plant_id: PlantId | None,
        decision_id: DecisionId,
        *,
        shortages: tuple[Shortage, ...] = (),
        unroutable: str = "",
    ) -> None:
        self.sourcing = sourcing
        self.plant_id = plant_id
        self.decision_id = decision_id
        self.shortages = shortages
        self.unroutable = unroutable

    def _require(self, step: OrderStep, state: OrderState) -> None:
        if self.state is not state:
            raise StepOutOfOrder(step, state, self.state)

    def _reach(self, *milestones: Milestone) -> None:
        self.milestones += tuple(each for each in milestones if each not in self.milestones)

    def _record(
        self,
        kind: ChangeKind,
        by: str,
        at: datetime,
        *,
        to: OrderState | None = None,
        basis: Basis | None = None,
    ) -> None:
        from_state = self.state
        self.state = to or self.state
        self.version += 1
        self.updated_at = at
        self.changes.append(Change(self.version, kind, at, by, from_state, self.state, basis))
