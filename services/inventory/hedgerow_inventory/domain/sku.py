"""A stock-keeping unit: what is counted, in which unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hedgerow.contracts.inventory import ItemClass, SkuEntry
from hedgerow.errors import Invalid

from .inputs import SKU_LENGTH, named

UNIT_LENGTH = 20


class UnknownSku(Invalid):
    code = "UNKNOWN_SKU"


class SkuRepeated(Invalid):
    code = "SKU_REPEATED"


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


def check_entries(entries: Sequence[SkuEntry]) -> None:
    """Raises BadText, or SkuRepeated when one SKU stands twice in a list."""
    met: set[str] = set()
    for position, entry in enumerate(entries):
        field = f"skus.{position}"
        named(entry.sku, f"{field}.sku", most=SKU_LENGTH)
        named(entry.name, f"{field}.name")
        named(entry.unit, f"{field}.unit", most=UNIT_LENGTH)
        if entry.sku in met:
            raise SkuRepeated(
                "This SKU stands in the list twice.", "该 SKU 重复出现", field=f"{field}.sku"
            )
        met.add(entry.sku)


def sku_of_entry(entry: SkuEntry) -> Sku:
    return Sku(entry.sku, entry.name, entry.unit, entry.item_class)
