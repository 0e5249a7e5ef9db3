"""What an operation's field names: the ids, numbers and codes among its arguments, in clear."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hedgerow_gateway.schema.ids import BadId, split_id

MOST = 20
LONGEST = 200

_KINDS = frozenset(
    "Area Fence InventoryLevel LedgerEntry Location Membership Order Plant Rma RoutingDecision Sku "
    "Supply".split()
)
_NAMES = frozenset({"code", "number", "user", "user_id", "customer"})
_SKUS = frozenset({"sku", "skus", "sku_code"})
_FIRST_WORD = re.compile("[a-z]+")


@dataclass(frozen=True, slots=True)
class Named:
    """kind  "Order" for an id; "Order.number" for another name"""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"[:LONGEST]


def names_in(root: str, arguments: Mapping[str, Any]) -> tuple[Named, ...]:
    """Each once, in the order of the arguments.

    root  the field's name in the schema: "orderCancel"
    """
    found: dict[Named, None] = {}
    for name, text in _texts(arguments, ""):
        if len(found) == MOST:
            break
        named = _named(root, name, text)
        if named is not None:
            found[named] = None
    return tuple(found)


def _named(root: str, name: str, text: str) -> Named | None:
    try:
        kind, key = split_id(text)
        if kind in _KINDS:
            return Named(kind, key)
    except BadId:
        pass
    if name in _SKUS:
        return Named("Sku", text)
    if name in _NAMES:
        word = _FIRST_WORD.match(root)
        return Named(f"{(word[0] if word else root).capitalize()}.{name}", text)
    return None


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """All texts in `value` with the name of the argument or member that holds them."""
    if isinstance(value, str):
        yield name, str(value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, str(key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, name)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name), field.name)
