"""What each kind of movement may move, and the right that stands behind it.

Reactions move stock for what somebody was allowed to do in another service: submit, cancel or
advance an order, inspect a return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hedgerow.auth import Permission
from hedgerow.contracts.inventory import LedgerKind
from hedgerow.transaction import BulkInsert, BulkUpdate

from hedgerow_inventory.domain.stock import Movement

from .tables import COUNTERS, TRIP, stock, stock_ledger

_KEY = ("tenant_id", "location_id", "sku")


class WrongMovement(RuntimeError):
    """A movement touches a counter that its kind does not move: a bug."""


@dataclass(frozen=True, slots=True)
class Booking:
    """write_ledger, move_counters  the two statements, which send the kind's own counters only
    move_and_turn  instead of move_counters when a location has tripped or cleared by it
    """

    right: Permission
    counters: tuple[str, ...]
    others: tuple[str, ...]
    write_ledger: BulkInsert
    move_counters: BulkUpdate
    move_and_turn: BulkUpdate

    def check(self, moved: Movement) -> None:
        """Raises WrongMovement."""
        for counter in self.others:
            if getattr(moved, counter):
                raise WrongMovement(f"{moved.kind} does not move {counter}")


def _booking(right: Permission, *counters: str, announced: bool = False) -> Booking:
    """announced  the item's version is sent as well"""

    def moving(*set: str, add: tuple[str, ...]) -> BulkUpdate:
        return BulkUpdate(
            stock,
            key=_KEY,
            set=("updated_at", *set),
            add=add,
            same=("tenant_id", "updated_at"),
            returning=("sku",),
        )

    versioned = (*counters, "version")
    return Booking(
        right=right,
        counters=counters,
        others=tuple(name for name in COUNTERS if name not in counters),
        write_ledger=BulkInsert(
            stock_ledger,
            *(*_KEY, "plant_id", "kind", *counters, "reference", "reason", "by", "at"),
            same=("tenant_id", "kind", "by", "at"),
        ),
        move_counters=moving(add=versioned if announced else counters),
        move_and_turn=moving(*TRIP, add=versioned),
    )


_P = Permission
BOOKINGS: Mapping[LedgerKind, Booking] = MappingProxyType(
    {
        LedgerKind.RECEIPT: _booking(_P.STOCK_RECEIVE, "on_hand", announced=True),
        LedgerKind.ADJUSTMENT: _booking(_P.STOCK_ADJUST, "on_hand", announced=True),
        LedgerKind.SAFETY_LEVEL: _booking(_P.SAFETY_SET, announced=True),
        LedgerKind.RETURN: _booking(
            _P.RMA_INSPECT, "on_hand", "quality_hold", "damaged", announced=True
        ),
        LedgerKind.RESERVATION: _booking(_P.ORDER_SUBMIT, "reserved"),
        LedgerKind.RELEASE: _booking(_P.ORDER_CANCEL, "reserved", "allocated"),
        LedgerKind.ALLOCATION: _booking(_P.ORDER_ADVANCE, "reserved", "allocated"),
        LedgerKind.ISSUE: _booking(_P.ORDER_ADVANCE, "on_hand", "reserved", "allocated"),
    }
)
