"""What an operation may cost, known before it runs.

A field with fields below it costs 1, a mutation 10, a leaf nothing. What lies below a list counts
once per entry: for a connection as many as `first` or `last` ask for, for other lists as many as
their field declares (`ASSUMED`), or as the argument that names its keys holds (`SIZED_BY`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from hedgerow_gateway.execution.facts import facts_of

USUAL_ENTRIES = 5
MUTATION = 10
MOST = 1_000_000_000  # counters stop here


@dataclass(frozen=True, slots=True)
class Weight:
    """own      what the field itself costs
    entries  how often what is below it counts; 0 when it has no fields below
    """

    own: int
    entries: int
    paged: bool
    per_page: bool
    sized_by: str


@dataclass(frozen=True, slots=True)
class Given:
    """A number known when the request comes: a variable, or the larger of two.

    first, last  int, name of a variable, or None
    keys         name of a variable that holds a list
    """

    first: int | str | None = None
    last: int | str | None = None
    keys: str | None = None

    def value(self, variables: Mapping[str, Any]) -> int:
        if self.keys is not None:
            held = variables.get(self.keys)
            return len(held) if isinstance(held, list) else 1
        most = 0
        for given in (self.first, self.last):
            number = variables.get(given) if isinstance(given, str) else given
            if isinstance(number, int):
                most = max(most, number)
        return most


@dataclass(slots=True)
class Cost:
    """A sum: `fixed`, and each of `scaled` (how often, times what a `Given` says, times it)."""

    fixed: int = 0
    scaled: dict[tuple[Given, int], tuple[int, Cost]] = field(default_factory=dict)

    def add(self, other: Cost, times: int = 1) -> None:
        self.fixed = min(MOST, self.fixed + other.fixed * times)
        for key, (count, cost) in other.scaled.items():
            before = self.scaled.get(key, (0, cost))[0]
            self.scaled[key] = (min(MOST, before + count * times), cost)

    def add_scaled(self, by: Given, other: Cost) -> None:
        count = self.scaled.get((by, id(other)), (0, other))[0]
        self.scaled[(by, id(other))] = (min(MOST, count + 1), other)

    def value(self, variables: Mapping[str, Any]) -> int:
        return self._value(variables, {}) if self.scaled else self.fixed

    def _value(self, variables: Mapping[str, Any], known: dict[int, int]) -> int:
        total = self.fixed
        for (by, name), (count, cost) in self.scaled.items():
            if name not in known:
                known[name] = cost._value(variables, known)
            total = min(MOST, total + count * by.value(variables) * known[name])
        return total


def weights(schema: GraphQLSchema) -> dict[tuple[str, str], Weight]:
    """The weight of every field of `schema` by type and field name, from its type and metadata."""
    found: dict[tuple[str, str], Weight] = {}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, each in kind.fields.items():
                found[kind.name, name] = _weight(each, mutation=kind is schema.mutation_type)
    return found


def _weight(each: GraphQLField, *, mutation: bool) -> Weight:
    facts = facts_of(each)
    composite = is_composite_type(get_named_type(each.type))
    listed = is_list_type(each.type.of_type if is_non_null_type(each.type) else each.type)
    entries = facts.entries or (USUAL_ENTRIES if listed else 1)
    return Weight(
        own=MUTATION if mutation else int(composite),
        entries=entries if composite else 0,
        paged=facts.paged,
        per_page=facts.per_page,
        sized_by=facts.sized_by,
    )
