"""One walk over a document, before it is validated: how deep, how much, at what cost.

Linear in the document: each fragment is walked once per page size that reaches it, and counters
stop at a bound instead of growing. The walk knows nothing of validity; a document that passes is
validated next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from hedgerow_gateway.execution.cost import MOST, Cost, Given, Weight, weights
from hedgerow_gateway.execution.limits import BadPage, Limits, OverLimit, Shape, check_pages

UNKNOWN = Weight(own=1, entries=1, paged=False, per_page=False, sized_by="")


@dataclass(slots=True)
class Tally:
    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0
    cost: Cost = field(default_factory=Cost)

    def add(self, other: Tally) -> None:
        self.fields = min(MOST, self.fields + other.fields)
        self.aliases = min(MOST, self.aliases + other.aliases)
        self.directives = min(MOST, self.directives + other.directives)


class Guard:
    """Measures documents against `limits`."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._weights = weights(schema)

    def measure(self, document: DocumentNode, operation: OperationDefinitionNode) -> Shape:
        """Raises OverLimit and BadPage."""
        walk = _Walk(self._schema, self._weights, self._limits, _fragments(document))
        root = self._schema.get_root_type(operation.operation)
        tally = walk.selections(operation.selection_set, root, None, 1)
        definitions = operation.variable_definitions or ()
        marks = len(operation.directives or ())
        marks += sum(len(each.directives or ()) for each in definitions)
        tally.directives += marks
        for what, zh, count, most in (
            ("levels", "嵌套层数", tally.depth, self._limits.depth),
            ("root fields", "根字段数", tally.roots, self._limits.roots),
            ("aliases", "别名数", tally.aliases, self._limits.aliases),
            ("fields", "字段数", tally.fields, self._limits.fields),
            ("directives", "指令数", tally.directives, self._limits.directives),
        ):
            if count > most:
                raise OverLimit(what, zh, most)
        return Shape(tally.cost, walk.pages)


class _Walk:
    def __init__(
        self,
        schema: GraphQLSchema,
        weighed: Mapping[tuple[str, str], Weight],
        limits: Limits,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self.pages: list[tuple[str, Given]] = []
        self._schema = schema
        self._weights = weighed
        self._limits = limits
        self._fragments = fragments
        self._known: dict[tuple[str, Given | None], Tally] = {}

    def selections(
        self,
        selected: SelectionSetNode,
        kind: GraphQLNamedType | None,
        page: Given | None,
        level: int,
    ) -> Tally:
        """page  what the connection around was given"""
        if level > self._limits.levels:
            raise OverLimit("levels", "嵌套层数", self._limits.levels)
        tally = Tally()
        for each in selected.selections:
            tally.directives += len(each.directives or ())
            if isinstance(each, FieldNode):
                tally.roots += 1
                self._field(each, kind, page, level, tally)
                continue
            if isinstance(each, InlineFragmentNode):
                on = each.type_condition
                inner = self.selections(
                    each.selection_set,
                    self._schema.get_type(on.name.value) if on else kind,
                    page,
                    level + 1,
                )
            elif isinstance(each, FragmentSpreadNode):
                inner = self._spread(each.name.value, page, level + 1)
            else:
                continue
            tally.add(inner)
            tally.roots = min(MOST, tally.roots + inner.roots)
            tally.depth = max(tally.depth, inner.depth)
            tally.cost.add(inner.cost)
        return tally

    def _spread(self, name: str, page: Given | None, level: int) -> Tally:
        known = self._known.get((name, page))
        definition = self._fragments.get(name)
        if known is not None or definition is None:
            return known or Tally()
        self._known[(name, page)] = Tally()  # a cycle counts nothing; validation refuses it
        kind = self._schema.get_type(definition.type_condition.name.value)
        tally = self.selections(definition.selection_set, kind, page, level)
        self._known[(name, page)] = tally
        return tally

    def _field(
        self,
        node: FieldNode,
        kind: GraphQLNamedType | None,
        page: Given | None,
        level: int,
        tally: Tally,
    ) -> None:
        tally.fields += 1
        tally.aliases += node.alias is not None
        tally.depth = max(tally.depth, 1)
        name = node.name.value
        if name.startswith("__"):
            return
        declared = None
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            declared = kind.fields.get(name)
        weight = self._weights.get((kind.name, name), UNKNOWN) if kind is not None else UNKNOWN
        below_page = _page(node) if weight.paged else None
        if below_page is not None:
            _check_literals(name, below_page)
            self.pages.append((name, below_page))
        tally.cost.fixed = min(MOST, tally.cost.fixed + weight.own)
        if node.selection_set is None:
            return
        below = self.selections(
            node.selection_set,
            get_named_type(declared.type) if declared is not None else None,
            below_page,
            level + 1,
        )
        tally.add(below)
        tally.depth = max(tally.depth, 1 + below.depth)
        by = page if weight.per_page else _sized(node, weight.sized_by)
        if isinstance(by, Given):
            tally.cost.add_scaled(by, below.cost)
        else:
            tally.cost.add(below.cost, by if by is not None else max(1, weight.entries))


def _check_literals(name: str, page: Given) -> None:
    if page.first is None and page.last is None:
        raise BadPage(name)
    if not isinstance(page.first, str) and not isinstance(page.last, str):
        check_pages(Shape(Cost(), [(name, page)]), {})


def _page(node: FieldNode) -> Given:
    asked: dict[str, int | str | None] = {}
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            value = argument.value
            if isinstance(value, VariableNode):
                asked[argument.name.value] = value.name.value
            elif isinstance(value, IntValueNode):
                asked[argument.name.value] = int(value.value[:12])
            elif not isinstance(value, NullValueNode):
                asked[argument.name.value] = 0
    return Given(asked.get("first"), asked.get("last"))


def _sized(node: FieldNode, argument_name: str) -> Given | int | None:
    for argument in node.arguments or () if argument_name else ():
        if argument.name.value == argument_name:
            if isinstance(argument.value, VariableNode):
                return Given(keys=argument.value.name.value)
            if isinstance(argument.value, ListValueNode):
                return len(argument.value.values)
    return None


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
