"""What a selection of fields needs, worked out once per document, and done for many objects at once.

A plan has one generated function for all that needs nothing but the object (`projection`). What
needs a loader, the context or arguments is a branch: asked for all objects of a level together.

A plan promises nothing about errors. Whatever it stumbles over, it raises, and graphql-core answers
that part in the ordinary way: errors, their paths and nulls have one author.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, is_leaf_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from hedgerow_gateway.execution.facts import Facts, facts_of
from hedgerow_gateway.execution.projection import Project, Projection, coercion
from hedgerow_gateway.execution.shape import Shape, Unready

Collect = Callable[[GraphQLObjectType, FieldDetailsList], GroupedFieldSet]


@dataclass(frozen=True, slots=True)
class Branch:
    """A field that needs more than its object, or whose objects do.

    plan    of the objects below; None for a leaf, which `finish` makes presentable
    waits   for a loader, here or below
    """

    name: str
    node: FieldNode
    definition: GraphQLField
    facts: Facts
    shape: Shape
    plan: Plan | None
    finish: Callable[[Any], Any]
    waits: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """project leaves None where a branch belongs, so that names keep their order."""

    project: Project
    branches: tuple[Branch, ...]
    waits: bool


def plan_of(kind: GraphQLObjectType, fields: GroupedFieldSet, collect: Collect) -> Plan:
    """Raises Unready when a field has a resolver of its own or an abstract type."""
    projection = Projection()
    branches: list[Branch] = []
    for name, details in fields.items():
        node = details[0].node
        if node.name.value == "__typename":
            projection.put_constant(name, kind.name)
            continue
        definition = kind.fields[node.name.value]
        below = _below(definition, details, collect)
        facts = facts_of(definition)
        plain = bool(facts.attribute) or facts.read is not None
        if plain and (below is None or not below.branches):
            projection.put_field(name, definition, below.project if below else None)
        else:
            projection.put_constant(name, None)
            branches.append(_branch(name, node, definition, below))
    return Plan(projection.function(), tuple(branches), any(each.waits for each in branches))


def _below(definition: GraphQLField, details: FieldDetailsList, collect: Collect) -> Plan | None:
    named = Shape.of(definition.type).named
    if isinstance(named, GraphQLObjectType):
        return plan_of(named, collect(named, details), collect)
    if not is_leaf_type(named):
        raise Unready
    return None


def _branch(name: str, node: FieldNode, definition: GraphQLField, below: Plan | None) -> Branch:
    facts = facts_of(definition)
    shape = Shape.of(definition.type)
    if not (facts.attribute or facts.read or facts.say or facts.lookup):
        raise Unready
    nullable = shape.nullable_items if shape.many else shape.nullable
    return Branch(
        name=name,
        node=node,
        definition=definition,
        facts=facts,
        shape=shape,
        plan=below,
        finish=coercion(shape.named, nullable) if below is None else _as_it_is,
        waits=facts.lookup is not None or (below is not None and below.waits),
    )


def _as_it_is(value: Any) -> Any:
    return value
