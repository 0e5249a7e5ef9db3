"""What evidence says of stock: one entry an item, however many movements a transaction makes of it.

An item is handed on by every order that wants it, so its entry is kept short: the counters that
moved, before and after, the orders, receipts or returns that moved them, and whether its location
has begun to pass orders on or serves again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hedgerow.contracts.fields import tidy
from hedgerow.contracts.inventory import LedgerKind, OverflowState, StockKey
from hedgerow.contracts.message import Message
from hedgerow.evidence import Differences
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.stock import ZERO, Movement, Stock, stock_aggregate

from .tables import COUNTERS

POLICY = ("safety_level", "clear_percent")
LEVELS = (*COUNTERS, *POLICY)
Levels = dict[str, Decimal]


class StockEvidence:
    """Knows the locked items as they were, and records what a booking made of them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._levels: dict[StockKey, Sequence[Decimal]] = {}
        self._new: set[StockKey] = set()

    def created(self, keys: Iterable[StockKey]) -> None:
        """These have had no row before the transaction."""
        self._new |= set(keys)

    def loaded(self, key: StockKey, levels: Sequence[Decimal]) -> None:
        """levels  in the order of LEVELS"""
        self._levels[key] = levels

    def booked(
        self,
        kind: LedgerKind,
        movements: Sequence[Movement],
        sums: Mapping[StockKey, Mapping[str, Any]],
        items: Mapping[StockKey, Stock],
        because: Mapping[str, Message],
    ) -> None:
        """sums  by how much each counter of an item moved; items  as they are now
        because  by the movements' references
        """
        of_item: dict[StockKey, list[Movement]] = {}
        for moved in movements:
            of_item.setdefault(moved.key, []).append(moved)
        for key, moves in of_item.items():
            before = dict(zip(LEVELS, self._levels[key], strict=True))
            after = {name: before[name] + sums[key].get(name, ZERO) for name in COUNTERS}
            after |= {name: getattr(items[key], name) for name in POLICY}
            self._levels[key] = tuple(after.values())
            self._tx.record(
                stock_aggregate(key),
                kind.lower(),
                self._moved(key, before, after) | _turned(items[key]) | _why(moves),
                plant_id=moves[0].plant_id,
                because=because.get(moves[0].reference),
            )
            self._new.discard(key)

    def _moved(self, key: StockKey, before: Levels, after: Levels) -> Differences:
        return {
            name: (None if key in self._new else tidy(before[name]), tidy(after[name]))
            for name in LEVELS
            if before[name] != after[name]
        }


def _turned(item: Stock) -> Differences:
    """Its state of overflow, if that changed, with the two numbers that were compared."""
    if not item.turns:
        return {}
    first, last = item.turns[0].state, item.turns[-1].state
    before = OverflowState.CLEAR if first is OverflowState.TRIPPED else OverflowState.TRIPPED
    return {
        "overflow": (before, last),
        "available": (None, tidy(item.turns[-1].available)),
        "clear_level": (None, item.clear_level),
    }


def _why(moves: Sequence[Movement]) -> Differences:
    """The references and reasons of the movements, each once."""
    told = {
        "references": tuple(dict.fromkeys(each.reference for each in moves if each.reference)),
        "reasons": tuple(dict.fromkeys(each.reason for each in moves if each.reason)),
    }
    return {name: (None, values) for name, values in told.items() if values}
