"""The variables of a request, made into Python values.

Nearly all are exactly of their types. For those there is a function per input type, made once. It
knows nothing of errors or of graphql-core's leniency: at the first thing that is not plain it
gives up, and graphql-core coerces the variables, or says what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    VariableDefinitionNode,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

Coerce = Callable[[Any], Any]

MOST_ERRORS = 20


class NotPlain(Exception):
    """graphql-core must look at this value."""


class Variables:
    """The variables of one operation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        definitions: Sequence[VariableDefinitionNode],
        coercions: Coercions,
    ) -> None:
        self._schema = schema
        self._definitions = definitions
        self._plain: list[tuple[str, GraphQLVariableSignature, Coerce]] | None = []
        for each in definitions:
            signature = get_variable_signature(schema, each)
            if isinstance(signature, GraphQLError) or each.default_value is not None:
                self._plain = None
                return
            self._plain.append((signature.name, signature, coercions.of(signature.type)))

    def coerce(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        if self._plain is not None:
            try:
                return self._coerce_plain(self._plain, given)
            except (NotPlain, GraphQLError):
                pass
        return get_variable_values(
            self._schema,
            self._definitions,
            dict(given),
            max_errors=MOST_ERRORS,
            hide_suggestions=True,
        )

    def _coerce_plain(
        self, plain: list[tuple[str, GraphQLVariableSignature, Coerce]], given: Mapping[str, Any]
    ) -> VariableValues:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for name, signature, coerce in plain:
            value = given.get(name, Undefined)
            if value is Undefined:
                if is_non_null_type(signature.type):
                    raise NotPlain
                sources[name] = VariableValueSource(signature)
            else:
                sources[name] = VariableValueSource(signature, value)
                coerced[name] = coerce(value)
        return VariableValues(sources, coerced)


class Coercions:
    """Functions by input type. They raise NotPlain, and what a scalar's own parsing raises."""

    def __init__(self) -> None:
        self._known: dict[str, Coerce] = {}

    def of(self, kind: Any) -> Coerce:
        name = str(kind)
        if name not in self._known:
            # An input may hold its own type: the lookup at run time ends the recursion.
            self._known[name] = lambda value: self._known[name](value)
            self._known[name] = self._make(kind)
        return self._known[name]

    def _make(self, kind: Any) -> Coerce:
        if is_non_null_type(kind):
            return self._bare(kind.of_type)
        inner = self._bare(kind)
        return lambda value: None if value is None else inner(value)

    def _bare(self, kind: Any) -> Coerce:
        """Of a type apart from null."""
        if is_list_type(kind):
            return _list(self.of(kind.of_type))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind)
        if isinstance(kind, GraphQLEnumType):
            members = {name: kind.coerce_input_value(name) for name in kind.values}
            return _member(members)
        return _LEAVES.get(kind.name, kind.coerce_input_value)

    def _object(self, kind: GraphQLInputObjectType) -> Coerce:
        fields = {
            name: (each.out_name or name, self.of(each.type)) for name, each in kind.fields.items()
        }
        required = [name for name, each in kind.fields.items() if is_non_null_type(each.type)]
        build = kind.out_type
        if any(each.default_value is not Undefined for each in kind.fields.values()):
            return _never

        def coerce(value: Any) -> Any:
            if type(value) is not dict:
                raise NotPlain
            for name in required:
                if name not in value:
                    raise NotPlain
            found = {}
            for name, each in value.items():
                known = fields.get(name)
                if known is None:
                    raise NotPlain
                found[known[0]] = known[1](each)
            return build(found)

        return coerce


def _never(value: Any) -> Any:
    raise NotPlain


def _list(item: Coerce) -> Coerce:
    def coerce(value: Any) -> list[Any]:
        if type(value) is not list:
            raise NotPlain
        return [item(each) for each in value]

    return coerce


def _member(members: Mapping[str, Any]) -> Coerce:
    def coerce(value: Any) -> Any:
        if type(value) is not str or value not in members:
            raise NotPlain
        return members[value]

    return coerce


def _exactly(kind: type) -> Coerce:
    def coerce(value: Any) -> Any:
        if type(value) is not kind:
            raise NotPlain
        return value

    return coerce


def _int(value: Any) -> int:
    if type(value) is not int or not -2147483648 <= value <= 2147483647:
        raise NotPlain
    return value


def _float(value: Any) -> float:
    if type(value) is int or (type(value) is float and value - value == 0):
        return float(value)
    raise NotPlain


_LEAVES: Mapping[str, Coerce] = {
    GraphQLString.name: _exactly(str),
    GraphQLID.name: _exactly(str),
    GraphQLBoolean.name: _exactly(bool),
    GraphQLInt.name: _int,
    GraphQLFloat.name: _float,
}
