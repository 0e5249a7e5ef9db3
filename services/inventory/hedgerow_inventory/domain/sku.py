"""A stock-keeping unit: what is counted, in which unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hedgerow.contracts.fields import counted, each_once, one_line
from hedgerow.contracts.inventory import ItemClass, SkuEntry
from hedgerow.errors import Invalid

from .inputs import MOST_LINES, SKU_LENGTH, TEXT_LENGTH

UNIT_LENGTH = 20


class UnknownSku(Invalid):
    code = "UNKNOWN_SKU"


@dataclass(frozen=True, slots=True)
class Sku:
    code: str
    name: str
    unit: str
    item_class: ItemClass

    @property
    def custom(self) -> bool:
        return self.item_class is ItemClass.CUSTOM


def known(skus: Mapping[str, Sku], code: str, field: str) -> Sku:
    """Raises UnknownSku."""
    if code not in skus:
        raise UnknownSku("This SKU is not registered.", "该 SKU 未登记", field=field)
    return skus[code]


def registered(entries: Sequence[SkuEntry]) -> list[Sku]:
    """1 to 200 entries, each SKU once. Raises BadCount, BadText or GivenTwice."""
    counted(entries, "skus", most=MOST_LINES)
    skus = [_registered(entry, f"skus.{position}") for position, entry in enumerate(entries)]
    each_once((sku.code for sku in skus), "skus", of="sku")
    return skus


def _registered(entry: SkuEntry, field: str) -> Sku:
    return Sku(
        code=one_line(entry.sku, f"{field}.sku", most=SKU_LENGTH),
        name=one_line(entry.name, f"{field}.name", most=TEXT_LENGTH),
        unit=one_line(entry.unit, f"{field}.unit", most=UNIT_LENGTH),
        item_class=entry.item_class,
    )
