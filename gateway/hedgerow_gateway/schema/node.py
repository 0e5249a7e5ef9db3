"""Everything that can be read again by its id alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry
from hedgerow.contracts.inventory import SkuView, StockKey, StockView
from hedgerow.contracts.orders import OrderView
from hedgerow.contracts.rma import RmaView
from hedgerow.contracts.routing import DecisionView, LocationView, PlantView
from hedgerow.errors import Invalid

from hedgerow_gateway.context import Info
from hedgerow_gateway.loaders import Loaders
from hedgerow_gateway.schema.fields import derived, query
from hedgerow_gateway.schema.ids import BadId, global_id, split_id

MOST_IDS = 100

# Type name by the class of its instances.
NAMES: dict[type, str] = {
    OrderView: "Order",
    PlantView: "Plant",
    LocationView: "Location",
    DecisionView: "RoutingDecision",
    SkuView: "Sku",
    StockView: "InventoryLevel",
    RmaView: "Rma",
}
_KEYS: dict[type, Callable[[Any], object]] = {
    OrderView: lambda order: order.order_id,
    PlantView: lambda plant: plant.plant_id,
    LocationView: lambda location: location.location_id,
    DecisionView: lambda decision: decision.decision_id,
    SkuView: lambda sku: sku.sku,
    StockView: lambda stock: f"{stock.location_id}:{stock.sku}",
    RmaView: lambda rma: rma.rma_id,
}
_LOADS: dict[str, Callable[[Loaders, str], Awaitable[Any]]] = {
    "Order": lambda load, key: load.orders.load(UUID(key)),
    "Plant": lambda load, key: load.plants.load(UUID(key)),
    "Location": lambda load, key: load.locations.load(UUID(key)),
    "RoutingDecision": lambda load, key: load.decisions.load(UUID(key)),
    "Sku": lambda load, key: load.skus.load(key),
    "InventoryLevel": lambda load, key: load.stock.load(_stock_key(key)),
    "Rma": lambda load, key: load.rmas.load(UUID(key)),
}


class TooManyIds(Invalid):
    code = "TOO_MANY"

    def __init__(self, most: int, field: str) -> None:
        super().__init__(f"At most {most} at once.", f"一次最多 {most} 个", field=field)


@strawberry.interface(description="Whatever can be read again by its id alone.")
class Node:
    id: strawberry.ID = derived(
        lambda node: node_id(node), "标识", "Id", "Opaque; the same for ever, for `node(id:)`."
    )

    @classmethod
    def resolve_type(cls, node: Any, _info: Any, _abstract: Any) -> str:
        return NAMES[type(node)]


def published(kind: type, description: str) -> Callable[[type], type]:
    """Publish a class as the GraphQL type whose instances are those of the contract class `kind`;
    it implements Node."""

    def publish(cls: type) -> type:
        cls.is_type_of = staticmethod(lambda node, _info: type(node) is kind)  # type: ignore[attr-defined]
        return strawberry.type(cls, name=NAMES[kind], description=description)

    return publish


def node_id(node: Any) -> str:
    kind = type(node)
    return global_id(NAMES[kind], _KEYS[kind](node))


def load_node(load: Loaders, given: str, *, field: str = "id") -> Awaitable[Any]:
    """The thing of this id, None when it is absent or hidden. Raises BadId."""
    kind, key = split_id(given, field=field)
    if kind not in _LOADS:
        raise BadId("", field=field)
    try:
        return _LOADS[kind](load, key)
    except ValueError as wrong:
        raise BadId(kind, field=field) from wrong


def _stock_key(key: str) -> StockKey:
    location, _, sku = key.partition(":")
    return StockKey(sku, UUID(location))  # type: ignore[arg-type]


async def node(info: Info, id: strawberry.ID) -> Any:
    return await load_node(info.context.load, id)


async def nodes(info: Info, ids: list[strawberry.ID]) -> list[Any]:
    if len(ids) > MOST_IDS:
        raise TooManyIds(MOST_IDS, "ids")
    found = [
        load_node(info.context.load, each, field=f"ids.{position}")
        for position, each in enumerate(ids)
    ]
    return [await each for each in found]


@strawberry.type
class NodeQueries:
    node: Node | None = query(node, "Anything by its id; null when absent or hidden.")
    nodes: list[Node | None] | None = query(
        nodes, "Up to 100 things by their ids, in that order.", sized_by="ids"
    )
