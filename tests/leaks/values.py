"""Values for arguments, made from what answers have held."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from leaks.canaries import Canaries
from leaks.canaries import values as leaves
from leaks.sources import ID_OF, NOWHERE, NUMBERS, SCALARS, TEXT_OF, WRITTEN
from leaks.walk import Place, is_paged


class NoValue(AssertionError):
    """Nobody has said where the values of an argument come from."""

    def __init__(self, coordinate: str, kind: object) -> None:
        super().__init__(
            f"{coordinate} of type {kind}: tests/leaks/sources.py does not say where its values "
            "come from"
        )


class Values:
    """What was answered to whom: of each owner, by coordinate. What turns out to be somebody
    else's, such as a location that takes part in an order, is left to them."""

    def __init__(self, schema: Any, canaries: Canaries | None = None) -> None:
        self._schema = schema
        self._canaries = canaries or Canaries()
        self._held: dict[tuple[str, str], dict[Any, None]] = {}
        self._points: dict[str, list[Any]] = {}

    def learn(self, owner: str, said: Mapping[str, Any]) -> None:
        for coordinate, _, value in leaves(self._schema, said):
            if isinstance(value, str):
                self.keep(owner, coordinate, value)
        _find_points(said.get("data"), self._points.setdefault(owner, []))

    def keep(self, owner: str, coordinate: str, value: str) -> None:
        if any(hit.owner != owner for hit in self._canaries.find(value)):
            return
        self._held.setdefault((owner, coordinate), {})[value] = None

    def held(self, owner: str, coordinate: str) -> list[Any]:
        """In the order in which they were met; the first 6, which is enough to ask with."""
        return list(self._held.get((owner, coordinate), ()))[:6]

    def size(self) -> int:
        return sum(len(each) for each in self._held.values())

    def of(self, place: Place, foreign: str, own: str) -> list[Any]:
        """Values to ask with: what belongs to `foreign` first, then `own`, then what is nobody's.
        Raises NoValue."""
        return _Maker(self, place, (foreign, own)).of(
            place.coordinate, (place.name,), place.argument.type
        )

    def points(self, owner: str) -> list[Any]:
        return self._points.get(owner, [])[:6]


class _Maker:
    def __init__(self, values: Values, place: Place, owners: Sequence[str]) -> None:
        self._values = values
        self._place = place
        self._owners = owners

    def of(self, coordinate: str, names: tuple[str, ...], kind: Any) -> list[Any]:
        """names  of the argument and of the input fields down to the value"""
        if isinstance(kind, GraphQLNonNull):
            return self.of(coordinate, names, kind.of_type)
        if isinstance(kind, GraphQLList):
            each = self.of(coordinate, names, kind.of_type)
            return [[one] for one in each] + ([each[:20]] if len(each) > 1 else [])
        if isinstance(kind, GraphQLEnumType):
            return list(kind.values)
        if isinstance(kind, GraphQLInputObjectType):
            return list(self._objects(names, kind))
        if kind.name == "ID":
            return self._ids(coordinate, names, kind)
        if kind.name == "String":
            return self._texts(coordinate, names, kind)
        if names[-1] in NUMBERS:
            return [NUMBERS[names[-1]]]
        if kind.name not in SCALARS:
            raise NoValue(coordinate, kind)
        return list(SCALARS[kind.name])

    def _objects(self, names: tuple[str, ...], kind: GraphQLInputObjectType) -> Iterator[Any]:
        """The mandatory fields, then each optional one with each of its values."""
        if {"lon", "lat", "datum"} <= set(kind.fields):
            points = [each for owner in self._owners for each in self._values.points(owner)]
            yield from [*points, *NOWHERE]
            return
        made = {
            name: self.of(f"{kind.name}.{name}", (*names, name), each.type)
            for name, each in kind.fields.items()
        }
        mandatory = {
            n: v for n, v in made.items() if isinstance(kind.fields[n].type, GraphQLNonNull)
        }
        bare = {name: some[0] for name, some in mandatory.items()}
        if bare:
            yield bare
        for name, some in made.items():
            for value in some[1:] if name in mandatory else some:
                yield bare | {name: value}
        choosers = [name for name in mandatory if _is_enum(kind.fields[name].type)]
        for chooser in choosers:  # it may decide which of the others count
            for value in made[chooser]:
                for name in (each for each in made if each not in mandatory):
                    yield bare | {chooser: value, name: made[name][0]}
        yield {name: some[0] for name, some in made.items()}

    def _ids(self, coordinate: str, names: tuple[str, ...], kind: Any) -> list[Any]:
        wanted = self._type_of_id(names)
        types = [wanted] if wanted not in (None, "Node") else self._nodes()
        if not types:
            raise NoValue(coordinate, kind)
        ids = [
            each
            for owner in self._owners
            for one in types
            for each in self._values.held(owner, f"{one}.id")[: 6 if len(types) == 1 else 2]
        ]
        if not ids:
            raise NoValue(coordinate, f"{kind} ({' or '.join(types)})")
        return [*ids, *(_global(one, uuid4()) for one in types[:2]), _global("Nothing", uuid4())]

    def _type_of_id(self, names: tuple[str, ...]) -> str | None:
        """None when it may be anything that is a Node."""
        named = [each for each in names if each not in ("in", "input", "where", "lines")]
        name = named[-1].removesuffix("s").removesuffix("Id") if named else ""
        if name in ("id", ""):
            of = get_named_type(self._place.of.type)
            return of.name if isinstance(of, GraphQLObjectType) else None
        return ID_OF.get(name, name[0].upper() + name[1:])

    def _nodes(self) -> list[str]:
        schema = self._values._schema
        return [each.name for each in schema.get_possible_types(schema.type_map["Node"])]

    def _texts(self, coordinate: str, names: tuple[str, ...], kind: Any) -> list[Any]:
        named = [each for each in names if each not in ("in", "input", "where")]
        for key in (coordinate, named[-1]):
            if key in WRITTEN:
                return [WRITTEN[key]]
            if key in TEXT_OF:
                found = self._held(TEXT_OF[key])
                if not found:
                    raise NoValue(coordinate, f"{kind} ({TEXT_OF[key]})")
                return [*found, "NOT-THERE"]
        if named[-1] in ("after", "before") and is_paged(get_named_type(self._place.of.type)):
            page = get_named_type(self._place.of.type)
            edge = get_named_type(page.fields["edges"].type)
            return [*self._held(f"{edge.name}.cursor"), "bm90aGluZw"]
        raise NoValue(coordinate, kind)

    def _held(self, coordinate: str) -> list[Any]:
        return [each for owner in self._owners for each in self._values.held(owner, coordinate)]


def _is_enum(kind: Any) -> bool:
    return isinstance(get_named_type(kind), GraphQLEnumType)


def _global(kind: str, key: object) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


def _find_points(data: Any, found: list[Any]) -> None:
    if isinstance(data, list):
        for each in data:
            _find_points(each, found)
    elif isinstance(data, dict):
        if set(data) == {"lon", "lat", "datum"} and data not in found:
            found.append(data)
        for each in data.values():
            _find_points(each, found)
