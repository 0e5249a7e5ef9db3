"""Strawberry describes the schema; graphql-core executes it, without a layer in between.

Strawberry would convert the arguments of every field and build an info object for it again and
again. graphql-core can do both once: inputs become instances of their classes while they are
coerced, arguments get their Python names, and what the facts of a field say is read directly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)
from strawberry.types.field import StrawberryField

from hedgerow_gateway.execution.facts import EXTENSION, METADATA, NOTHING, Facts, Lookup

_BACK = "strawberry-definition"


def wire(schema: GraphQLSchema) -> None:
    """Give every field of `schema` its facts and a direct resolver, every input its class."""
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLInputObjectType):
            _wire_input(kind)
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for each in kind.fields.values():
                published: StrawberryField = each.extensions[_BACK]
                each.extensions[EXTENSION] = facts = _facts(published)
                for argument in each.args.values():
                    argument.out_name = argument.extensions[_BACK].python_name
                if isinstance(kind, GraphQLObjectType):
                    _wire_field(each, published, facts)


def _facts(published: StrawberryField) -> Facts:
    facts: Facts = published.metadata.get(METADATA, NOTHING)
    if published.is_basic_field:
        return replace(facts, attribute=published.python_name)
    return facts


def _wire_input(kind: GraphQLInputObjectType) -> None:
    origin = kind.extensions[_BACK].origin
    for each in kind.fields.values():
        each.out_name = each.extensions[_BACK].python_name
    kind.out_type = lambda value: origin(**value)  # type: ignore[method-assign]


def _wire_field(each: GraphQLField, published: StrawberryField, facts: Facts) -> None:
    if facts.attribute:
        each.resolve = _of_object(attrgetter(facts.attribute))
    elif facts.read is not None:
        each.resolve = _of_object(facts.read)
    elif facts.say is not None:
        each.resolve = _of_context(facts.say)
    elif facts.lookup is not None:
        each.resolve = _found(facts.lookup)
    elif published.is_subscription:
        each.subscribe = _of_info(published)
        each.resolve = lambda event, _info, **_: event
    else:
        each.resolve = _of_info(published)


def _of_object(read: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda source, _info: read(source)


def _of_context(say: Callable[..., Any]) -> Callable[..., Any]:
    return lambda source, info, **arguments: say(source, info.context, **arguments)


def _found(lookup: Lookup) -> Callable[..., Any]:
    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        key = lookup.key(source, **arguments)
        if key is None:
            return None
        found = lookup.loader(info.context.load).load(key)
        return found if lookup.pick is None else _picked(lookup.pick, source, found)

    return resolve


async def _picked(pick: Callable[[Any, Any], Any], source: Any, found: Any) -> Any:
    return pick(source, await found)


def _of_info(published: StrawberryField) -> Callable[..., Any]:
    assert published.base_resolver is not None
    resolver: Any = published.base_resolver.wrapped_func

    def resolve(_source: Any, info: Any, **arguments: Any) -> Any:
        info.context.roots[info.path.key] = (info.field_name, arguments)
        return resolver(info=strawberry.Info(_raw_info=info, _field=published), **arguments)

    return resolve
