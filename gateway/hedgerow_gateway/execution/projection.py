"""One generated function for all plain fields of a selection.

For `{ number sourcing customer { code } }` of an order it reads, with names bound to what they
stand for:

    def project(o):
        return {
            'number': (v if type(v := o.number) is str else n0(v)),
            'sourcing': n1[o.sourcing],
            'customer': n2(o.customer),
        }

A value of the expected type is taken as it is; any other goes to graphql-core's own coercion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)

from hedgerow_gateway.execution.facts import facts_of
from hedgerow_gateway.execution.shape import Shape, Unready

Project = Callable[[Any], dict[str, Any]]

# A value v of these types needs no coercion when this holds.
_FITS = {
    GraphQLString.name: "type(v := {got}) is str",
    GraphQLID.name: "type(v := {got}) is str",
    GraphQLBoolean.name: "type(v := {got}) is bool",
    GraphQLInt.name: "type(v := {got}) is int and -2147483648 <= v <= 2147483647",
    GraphQLFloat.name: "type(v := {got}) is float and v - v == 0",
}


class Projection:
    """Put the fields in their order, then take the function."""

    def __init__(self) -> None:
        self._entries: list[str] = []
        self._names: dict[str, Any] = {}

    def put_constant(self, name: str, value: str | None) -> None:
        self._entries.append(f"{name!r}: {value!r}")

    def put_field(self, name: str, definition: GraphQLField, below: Project | None) -> None:
        """below  the projection of the objects that are the field's value"""
        facts = facts_of(definition)
        got = f"o.{facts.attribute}" if facts.attribute else f"{self._name(facts.read)}(o)"
        shape = Shape.of(definition.type)
        if not shape.many:
            entry = self._one(shape.named, below, got, nullable=shape.nullable)
        else:
            item = self._one(shape.named, below, "x", nullable=shape.nullable_items)
            entry = f"[{item} for x in {got}]"
            if shape.nullable:
                entry = f"(None if (w := {got}) is None else [{item} for x in w])"
        self._entries.append(f"{name!r}: {entry}")

    def function(self) -> Project:
        text = f"def project(o):\n    return {{{', '.join(self._entries)}}}\n"
        names = dict(self._names)
        exec(compile(text, "<projection>", "exec"), names)
        made: Project = names["project"]
        return made

    def _one(self, named: Any, below: Project | None, got: str, *, nullable: bool) -> str:
        if below is not None:
            made = self._name(below)
            return (
                f"(None if (v := {got}) is None else {made}(v))" if nullable else f"{made}({got})"
            )
        if isinstance(named, GraphQLEnumType):
            return f"{self._name(_members(named, nullable))}[{got}]"
        coerce = self._name(coercion(named, nullable))
        if named.name in _FITS:
            return f"(v if {_FITS[named.name].format(got=got)} else {coerce}(v))"
        return f"{coerce}({got})"

    def _name(self, thing: Any) -> str:
        name = f"n{len(self._names)}"
        self._names[name] = thing
        return name


def coercion(named: GraphQLLeafType, nullable: bool) -> Callable[[Any], Any]:
    """graphql-core's coercion of one value. Raises Unready for a null that may not be."""
    coerce = named.coerce_output_value

    def coerced(value: Any) -> Any:
        if value is None:
            if not nullable:
                raise Unready
            return None
        return coerce(value)

    return coerced


def _members(named: GraphQLEnumType, nullable: bool) -> dict[Any, str | None]:
    """Names by member; what is not among them is a KeyError."""
    kind = named.wrapped_cls  # type: ignore[attr-defined]
    names: dict[Any, str | None] = {kind(each.value): name for name, each in named.values.items()}
    return {**names, None: None} if nullable else names
