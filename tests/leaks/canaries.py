"""What tells whose an answer is: words, ids and numbers that only one plant's data holds."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import GraphQLSchema, get_named_type, is_composite_type

# Whose: plant A (NGB) and plant B (SZH) of one company, and all of another company.
A, B, OTHER = "A", "B", "O"
EVERYONE = frozenset({A, B, OTHER})

# What the design gives to the whole company, although it names a plant's thing.
TENANT_WIDE: Mapping[str, str] = {
    "Location.id": "a location is named wherever it takes part in an order (LocationsByIds)",
    "Location.code": "the same",
    "Location.name": "the same",
    "Location.kind": "the same",
    "Location.createdAt": "the same",
    "RoutingCandidate.locationCode": "the same, in the chain of a decision",
    "LocationLeftOut.locationCode": "the same",
    "Area.id": "which areas there are is known in the company; their plants are not",
    "Area.code": "the same",
    "Area.name": "the same",
    "Area.createdAt": "the same",
    "OverflowRule.id": "the rules are the company's",
    "Division.code": "divisions are the company's; fences drawn by them are not",
    "Division.name": "the same",
    "Division.nameEn": "the same",
    "DivisionEdge.cursor": "the same: it holds the code",
    "PageInfo.startCursor of divisions": "the same",
    "PageInfo.endCursor of divisions": "the same",
    "Sku.id": "articles are the company's; where they are stocked is not",
    "Sku.sku": "the same",
    "Sku.name": "the same",
    "Sku.unit": "the same",
    "SkuEdge.cursor": "the same: it holds the code",
    "PageInfo.startCursor of skus": "the same",
    "PageInfo.endCursor of skus": "the same",
}
# What repeats the question: allowed when the word was in it.
ECHOES: Mapping[str, str] = {
    "Availability.skuCode": "one entry for each code that was asked for, stocked or not",
    "AccessExplained.user": "whose access was asked about, known or not",
}
# A refusal is kept with the ids that were asked for, in the company of whoever asked; there those of
# another company may be read again.
ASKED = frozenset({"AccessCase.asked", "FieldChange.after of asked"})
# A plant's own stock tells for which order it was taken, and what decided so, also when the order is
# another plant's; and a plant's own order tells which location of another plant serves it. By ids
# that open nothing, those of `Canaries.mentioned`; anything else is a leak here, too.
MENTIONS = frozenset(
    {
        "LedgerEntry.reference",
        "Overflow.because",
        "EvidenceEntry.cause",
        "FieldChange.before",
        "FieldChange.after",
    }
)

WORD = re.compile(r"CNRY([ABO])[0-9A-F]{8}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"(?<![\w.:-])(\d{1,10})(?:\.(\d+))?(?![\w.:-])")
_DOCUMENT = re.compile(r"\b[A-Z]{2,4}\d{8}-\d{1,9}\b")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")


class Hit(NamedTuple):
    owner: str
    canary: str


class Found(NamedTuple):
    """A canary in an answer, and where."""

    hit: Hit
    coordinate: str
    path: str


def word(owner: str) -> str:
    return f"CNRY{owner}{secrets.token_hex(4).upper()}"


def digits() -> str:
    """Six digits for the numbers of one plant: 817346500 on hand, 3.817346 ordered."""
    return str(secrets.randbelow(80_000) + 10_000) + secrets.choice("123456789")


class Canaries:
    """All that belongs to somebody: ids, numbers and documents by owner.

    documents  numbers of orders and returns; each company counts its own
    mentioned  ids of locations, and of orders that another plant's stock serves
    """

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.mentioned: set[str] = set()
        self.documents: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        self._plain_pattern: re.Pattern[str] | None = None
        self._inside = lru_cache(maxsize=100_000)(self._decoded)

    def plain(self, owner: str, *words: str) -> None:
        """Words that nobody could make unique, such as the code of a plant."""
        self._plain |= dict.fromkeys(words, owner)
        choice = "|".join(re.escape(each) for each in sorted(self._plain))
        self._plain_pattern = re.compile(rf"(?<![A-Za-z0-9-])(?:{choice})(?![A-Za-z0-9-])")

    def is_plain(self, hit: Hit) -> bool:
        """Whether another company may have this word, too."""
        return hit.canary in self._plain or hit.canary in self.documents

    def find(self, text: str) -> set[Hit]:
        """Also inside of ids and cursors, which are base64."""
        hits = self._read(text)
        for encoded in _BASE64.findall(text):
            hits |= self._inside(encoded)
        return hits

    def _read(self, text: str) -> set[Hit]:
        hits = {Hit(each[1], each[0]) for each in WORD.finditer(text)}
        hits |= {Hit(self.ids[each], each) for each in UUID.findall(text) if each in self.ids}
        for each in _DOCUMENT.findall(text):
            if each in self.documents:
                hits.add(Hit(self.documents[each], each))
        for whole, part in _NUMBER.findall(text):
            for mark in (part, whole[:6] if len(whole) == 9 else ""):
                if mark in self.numbers:
                    hits.add(Hit(self.numbers[mark], f"{whole}.{part}" if part else whole))
        if self._plain_pattern is not None:
            hits |= {Hit(self._plain[each], each) for each in self._plain_pattern.findall(text)}
        return hits

    def _decoded(self, encoded: str) -> frozenset[Hit]:
        bare = encoded.rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            text = base64.b64decode(bare + "=" * (-len(bare) % 4)).decode()
        except (binascii.Error, ValueError):
            return frozenset()
        return frozenset(self._read(text))

    def leaked(
        self,
        schema: GraphQLSchema,
        said: Mapping[str, Any],
        asked: str,
        hits: set[Hit],
        *,
        at_other: bool,
    ) -> list[Found]:
        """Where `hits` stand in an answer, less what is everybody's.

        asked     the variables, for the echoes
        at_other  the answer is for somebody of the other company
        """
        found: list[Found] = []
        for coordinate, path, value in values(schema, said):
            for hit in self.find(str(value)) & hits:
                if not (
                    coordinate in TENANT_WIDE
                    or (coordinate in ECHOES and hit.canary in asked)
                    or (coordinate in ASKED and (hit.owner == OTHER) is not at_other)
                    or (coordinate.partition(" ")[0] in MENTIONS and hit.canary in self.mentioned)
                ):
                    found.append(Found(hit, coordinate, path))
        return found


def values(schema: GraphQLSchema, said: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every leaf of an answer with its coordinate (Order.number) and path; everything beside the
    data is of the coordinate "errors"."""
    for operation in (schema.query_type, schema.mutation_type, schema.subscription_type):
        if operation is not None and set(said.get("data") or {}) & set(operation.fields):
            yield from _leaves(schema, operation, said["data"], "")
    for name, value in said.items():
        if name != "data":
            yield "errors", name, value


def _leaves(
    schema: GraphQLSchema, kind: Any, data: Any, path: str
) -> Iterator[tuple[str, str, Any]]:
    kind = schema.type_map.get(data.get("__typename", kind.name), kind)
    for name, value in data.items():
        if name == "__typename" or value is None:
            continue
        below = get_named_type(kind.fields[name].type)
        where = f"{path}.{name}".strip(".")
        entries = value if isinstance(value, list) else [value]
        for each in entries if is_composite_type(below) else ():
            if each is not None:
                yield from _leaves(schema, below, each, where)
        if not is_composite_type(below):
            of = f" of {path.split('.')[0]}" if kind.name == "PageInfo" else ""
            of = f" of {data['field']}" if kind.name == "FieldChange" else of
            yield f"{kind.name}.{name}{of}", where, value
