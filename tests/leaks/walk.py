"""Every path through the published schema, as documents that the gateway accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)

PUBLISHED = Path(__file__).parents[2] / "gateway" / "schema.graphql"
DEEP = 6  # fields inside each other, the pages of a list not counted
WIDE = 2
MOST_FIELDS = 160  # the gateway's limits are 500 fields, 1000 tokens, a cost of 5000
MOST_COST = 4000
USUAL_ENTRIES = 5

Abstract = GraphQLInterfaceType | GraphQLUnionType


def published() -> GraphQLSchema:
    return build_schema(PUBLISHED.read_text())


@dataclass(frozen=True)
class Place:
    """An argument of a field. `coordinate` as in Query.orders(where:)."""

    coordinate: str
    name: str
    argument: GraphQLArgument
    of: GraphQLField


@dataclass(frozen=True)
class Document:
    """name      its root field, and where it goes from there
    places    its variables, each with the argument it is for
    entries   how many entries of a list may be asked for, at the cost that is allowed
    thin      just the root field and its leaves
    """

    name: str
    root: str
    text: str
    places: Mapping[str, Place]
    coordinates: frozenset[str]
    entries: int
    thin: bool

    @property
    def wide(self) -> bool:
        return ", wide " in self.name


@dataclass
class Pick:
    """A field that is selected, or a type condition when `of` is None."""

    on: GraphQLNamedType
    name: str
    of: GraphQLField | None
    below: dict[str, Pick] = field(default_factory=dict)

    @property
    def kind(self) -> Any:
        return self.on if self.of is None else get_named_type(self.of.type)

    def fields(self) -> int:
        return 1 + sum(each.fields() for each in self.below.values())

    def cost(self) -> int:
        below = sum(each.cost() for each in self.below.values())
        return int(bool(self.below)) + below * (USUAL_ENTRIES if self.of and _listed(self) else 1)


def _listed(pick: Pick) -> bool:
    """Pages are counted by what is asked for, not by what is usual."""
    assert pick.of is not None
    if is_paged(pick.on):
        return False
    kind = pick.of.type.of_type if is_non_null_type(pick.of.type) else pick.of.type
    return is_list_type(kind)


def is_paged(kind: GraphQLNamedType) -> bool:
    return isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields


def _is_edge(kind: GraphQLNamedType) -> bool:
    return isinstance(kind, GraphQLObjectType) and {"cursor", "node"} == set(kind.fields)


def paths(
    schema: GraphQLSchema, root: Pick, depth: int, seen: tuple[str, ...] = ()
) -> Iterator[tuple[Pick, ...]]:
    """Every path from `root` to something with leaves; no type twice but for the first one."""
    kind = root.kind
    yield (root,)
    if depth == 0:
        return
    if isinstance(kind, Abstract):
        steps = [
            Pick(each, f"... on {each.name}", None) for each in schema.get_possible_types(kind)
        ]
    else:
        steps = [
            Pick(kind, name, each)
            for name, each in kind.fields.items()
            if is_composite_type(get_named_type(each.type))
        ]
    for step in steps:
        left = 1 if _is_edge(step.kind) else depth - (0 if is_paged(kind) else 1)
        if seen.count(step.kind.name) > int(seen[:1] == (step.kind.name,)):
            continue
        for rest in paths(schema, step, left, (*seen, step.kind.name)):
            yield (root, *rest)


@cache
def documents(
    schema: GraphQLSchema, operation: str = "query", only: str = ""
) -> Sequence[Document]:
    """For every root field, or `only` one: thin, wide, and as many deep ones as it takes to walk
    every path. What a mutation answers with is walked deep from the queries."""
    depths = [(WIDE, ", wide")] + ([] if operation == "mutation" else [(DEEP, "")])
    kind = getattr(schema, f"{operation}_type")
    made: list[Document] = []
    for name, each in kind.fields.items():
        if only not in ("", name):
            continue
        thin = Pick(kind, name, each)
        _add_leaves(thin)
        made.append(_document(schema, operation, name, thin, thin=True))
        if not is_composite_type(get_named_type(each.type)):
            continue
        for depth, label in depths:
            ways = list(paths(schema, Pick(kind, name, each), depth))
            for number, tree in enumerate(_packed(ways)):
                made.append(
                    _document(schema, operation, f"{name}{label} {number}", tree, thin=False)
                )
    return made


def _packed(ways: Sequence[tuple[Pick, ...]]) -> Iterator[Pick]:
    """A few trees of about the size that is allowed, in which every way is walked. Fields of two
    possible types may have one name and different kinds: each type gets trees of its own."""
    tree: Pick | None = None
    held: tuple[str, ...] = ()
    for way in ways:
        types = tuple(step.name for step in way if step.of is None)
        if tree is not None and types != held:
            yield tree
            tree = None
        held = types
        tree = tree or Pick(way[0].on, way[0].name, way[0].of)
        _add(tree, way)
        if tree.fields() > MOST_FIELDS or tree.cost() * 2 > MOST_COST:
            yield tree
            tree = None
    if tree is not None:
        yield tree


def _add(tree: Pick, way: tuple[Pick, ...]) -> None:
    at = tree
    for step in way[1:]:
        at = at.below.setdefault(step.name, Pick(step.on, step.name, step.of))
    _add_leaves(at)


def _add_leaves(at: Pick) -> None:
    kind = at.kind
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, each in kind.fields.items():
            if not is_composite_type(get_named_type(each.type)):
                at.below.setdefault(name, Pick(kind, name, each))
    if is_paged(kind) or _is_edge(kind):  # a page without its entries would tell little
        for name in ("nodes", "node", "pageInfo"):
            if name in kind.fields and name not in at.below:
                at.below[name] = Pick(kind, name, kind.fields[name])
                _add_leaves(at.below[name])


def _add_names(at: Pick) -> None:
    """What a selection cannot do without: something in it, and the type where there are several."""
    if is_composite_type(at.kind):
        if not at.below or isinstance(at.kind, Abstract):
            at.below.setdefault("__typename", Pick(at.kind, "__typename", None))
        for each in at.below.values():
            if each.name != "__typename":
                _add_names(each)


def _document(
    schema: GraphQLSchema, operation: str, name: str, tree: Pick, *, thin: bool
) -> Document:
    places: dict[str, Place] = {}
    coordinates: set[str] = set()

    _add_names(tree)

    def written(pick: Pick, way: str) -> str:
        said = pick.name
        if pick.of is not None:
            coordinates.add(f"{pick.on.name}.{pick.name}")
            given = []
            for argument, what in pick.of.args.items():
                variable = argument if not way else f"{way}_{pick.name}_{argument}"
                coordinate = f"{pick.on.name}.{pick.name}({argument}:)"
                places[variable] = Place(coordinate, argument, what, pick.of)
                given.append(f"{argument}: ${variable}")
            said += f"({', '.join(given)})" if given else ""
        if pick.below:
            down = f"{way}_{pick.name}".strip("_").replace("... on ", "")
            said += " { " + " ".join(written(each, down) for each in pick.below.values()) + " }"
        return said

    body = written(tree, "")
    declared = ", ".join(f"${each}: {place.argument.type}" for each, place in places.items())
    text = f"{operation}{f'({declared})' if declared else ''} {{ {body} }}"
    wrong = validate(schema, parse(text))
    assert not wrong, f"{name}: {wrong}\n{text}"
    entries = max(1, min(20, MOST_COST // max(1, tree.cost())))
    if thin:
        entries = 100
    return Document(name, tree.name, text, places, frozenset(coordinates), entries, thin)
