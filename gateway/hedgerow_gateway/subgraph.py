"""The API as one Federation 2 subgraph: every Node has a key, and a router can resolve it.

`_service` and `_entities` are answered only where HEDGEROW_SUBGRAPH says so; the printed
`subgraph.graphql` is what a router composes (Apollo Federation 2 subgraph specification).
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Annotated, Any, NewType

import strawberry
from graphql import (
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
    visit,
)
from graphql.language.visitor import Visitor
from strawberry.types.scalar import ScalarDefinition

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.build import GatewaySchema, Query, build_schema
from hedgerow_gateway.schema.decisions import RoutingDecision
from hedgerow_gateway.schema.fields import query
from hedgerow_gateway.schema.ids import BadId
from hedgerow_gateway.schema.node import MOST_IDS, TooManyIds, load_node
from hedgerow_gateway.schema.orders import Order
from hedgerow_gateway.schema.plants import Location, Plant
from hedgerow_gateway.schema.returns import Rma
from hedgerow_gateway.schema.scalars import SCALARS
from hedgerow_gateway.schema.stock import InventoryLevel, Sku

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])'

Representation = NewType("Representation", dict[str, Any])
Entity = Annotated[
    Order | Plant | Location | RoutingDecision | Sku | InventoryLevel | Rma,
    strawberry.union("_Entity"),
]
ANY: dict[object, ScalarDefinition] = {
    Representation: strawberry.scalar(
        name="_Any", serialize=lambda value: value, parse_value=lambda value: value
    )
}


@strawberry.type(name="_Service")
class Service:
    sdl: str


def _service(info: Info) -> Service:
    return Service(sdl=print_subgraph(info.schema))  # type: ignore[arg-type]


async def _entities(info: Info, representations: list[Representation]) -> list[Any]:
    """In the order of the representations; None for what is absent or hidden."""
    if len(representations) > MOST_IDS:
        raise TooManyIds(MOST_IDS, "representations")
    wanted = [_load(info, each) for each in representations]
    return [await each for each in wanted]


def _load(info: Info, representation: Mapping[str, Any]) -> Awaitable[Any]:
    given = representation.get("id") if isinstance(representation, dict) else None
    if not isinstance(given, str):
        raise BadId("", field="representations.id")
    return load_node(info.context.load, given, field="representations.id")


@strawberry.type(name="Query", description="Questions.")
class SubgraphQuery(Query):
    service: Service = query(_service, "The subgraph in words.", name="_service")
    entities: list[Entity | None] = query(
        _entities, "Entities by their keys.", name="_entities", sized_by="representations"
    )


def build_subgraph() -> GatewaySchema:
    return build_schema(query=SubgraphQuery, scalars={**SCALARS, **ANY})


class _Keys(Visitor):
    """Puts the key on every type that implements Node."""

    key = parse('type T @key(fields: "id") { id: ID }').definitions[0].directives  # type: ignore[attr-defined]

    def enter_object_type_definition(
        self, node: ObjectTypeDefinitionNode, *_: Any
    ) -> ObjectTypeDefinitionNode | None:
        if not any(each.name.value == "Node" for each in node.interfaces or ()):
            return None
        return replace(node, directives=(*(node.directives or ()), *self.key))


def print_subgraph(schema: GatewaySchema) -> str:
    """What a router composes."""
    return f"{LINK}\n\n{print_ast(visit(parse(schema.as_str()), _Keys()))}\n"
