"""What evidence says of stock: one entry an item, however many movements a transaction makes of it.

An item is handed on by every order that wants it, so its entry is kept short: the counters that
moved, before and after, and the orders, receipts or returns that moved them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hedgerow.contracts.fields import tidy
from hedgerow.contracts.inventory import LedgerKind, StockKey
from hedgerow.contracts.message import Message
from hedgerow.evidence import Differences
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.stock import ZERO, Movement, stock_aggregate

from .tables import COUNTERS

LEVELS = (*COUNTERS, "safety_level")
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
        safety_levels: Mapping[StockKey, Decimal],
        because: Mapping[str, Message],
    ) -> None:
        """sums  by how much each counter of an item moved; because  by the movements' references"""
        of_item: dict[StockKey, list[Movement]] = {}
        for moved in movements:
            of_item.setdefault(moved.key, []).append(moved)
        for key, moves in of_item.items():
            before = dict(zip(LEVELS, self._levels[key], strict=True))
            after = {name: before[name] + sums[key].get(name, ZERO) for name in COUNTERS}
            after["safety_level"] = safety_levels.get(key, before["safety_level"])
            self._levels[key] = tuple(after.values())
            self._tx.record(
                stock_aggregate(key),
                kind.lower(),
                self._moved(key, before, after) | _why(moves),
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


def _why(moves: Sequence[Movement]) -> Differences:
    """The references and reasons of the movements, each once."""
    told = {
        "references": tuple(dict.fromkeys(each.reference for each in moves if each.reference)),
        "reasons": tuple(dict.fromkeys(each.reason for each in moves if each.reason)),
    }
    return {name: (None, values) for name, values in told.items() if values}
