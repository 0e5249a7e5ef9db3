"""Things by their keys: one bus request per kind for all that one tick of the loop asks for.

A set of loaders belongs to one operation, or to one event of a subscription, and is thrown away
with it: what it has read is never stale by more than that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from hedgerow.contracts.inventory import (
    ReservationsByOrders,
    ReservationView,
    SkusByCodes,
    SkuView,
    StockByKeys,
    StockKey,
    StockView,
)
from hedgerow.contracts.message import Request
from hedgerow.contracts.orders import HistoryByOrders, OrderChange, OrdersByIds, OrderView
from hedgerow.contracts.presence import PresencePolicies, PresencePolicyView
from hedgerow.contracts.releases import (
    Change,
    ReleaseChangesByIds,
    ReleasesByIds,
    ReleaseView,
    SimulationsByIds,
    SimulationView,
)
from hedgerow.contracts.rma import RmasByIds, RmasByOrders, RmaView
from hedgerow.contracts.routing import (
    AreaView,
    DecisionsByIds,
    DecisionsByOrders,
    DecisionView,
    FencesByPlants,
    FenceView,
    ListAreas,
    ListLocations,
    ListPlants,
    LocationsByIds,
    LocationView,
    PlantsByIds,
    PlantView,
)
from hedgerow.contracts.values import LocationId, OrderId

from hedgerow_gateway.loader import Loader

EVERYTHING = "everything"  # the only key of a loader that lists


class Loaders:
    """One loader per kind, made when it is first used."""

    def __init__(self, ask: Callable[[Request[Any]], Awaitable[Any]]) -> None:
        self._ask = ask

    @cached_property
    def orders(self) -> Loader[UUID, OrderView | None]:
        return Loader(lambda ids: self._ask(OrdersByIds(ids=_typed(ids))))

    @cached_property
    def order_lists(self) -> Loader[tuple[OrderId, ...], list[OrderView | None]]:
        """Several orders at once."""

        async def ask(
            lists: tuple[tuple[OrderId, ...], ...],
        ) -> Sequence[list[OrderView | None]]:
            return await asyncio.gather(*map(self.orders.load_all, lists))

        return Loader(ask)

    @cached_property
    def history(self) -> Loader[UUID, tuple[OrderChange, ...]]:
        return Loader(lambda ids: self._ask(HistoryByOrders(ids=_typed(ids))))

    @cached_property
    def plants(self) -> Loader[UUID, PlantView | None]:
        return Loader(lambda ids: self._ask(PlantsByIds(ids=_typed(ids))))

    @cached_property
    def locations(self) -> Loader[UUID, LocationView | None]:
        return Loader(lambda ids: self._ask(LocationsByIds(ids=_typed(ids))))

    @cached_property
    def location_chains(self) -> Loader[tuple[LocationId, ...], list[LocationView | None]]:
        """Several locations at once."""

        async def ask(
            chains: tuple[tuple[LocationId, ...], ...],
        ) -> Sequence[list[LocationView | None]]:
            return await asyncio.gather(*map(self.locations.load_all, chains))

        return Loader(ask)

    @cached_property
    def fences(self) -> Loader[UUID, tuple[FenceView, ...]]:
        """By plant."""
        return Loader(lambda ids: self._ask(FencesByPlants(plant_ids=_typed(ids))))

    @cached_property
    def presence_policies(self) -> Loader[UUID, PresencePolicyView | None]:
        """By plant."""
        return Loader(lambda ids: self._ask(PresencePolicies(plant_ids=_typed(ids))))

    @cached_property
    def area_lists(self) -> Loader[str, tuple[AreaView, ...]]:
        """All areas, under the only key EVERYTHING."""

        async def ask(_: tuple[str, ...]) -> Sequence[tuple[AreaView, ...]]:
            return (await self._ask(ListAreas()),)

        return Loader(ask)

    @cached_property
    def decisions(self) -> Loader[UUID, DecisionView | None]:
        return Loader(lambda ids: self._ask(DecisionsByIds(ids=_typed(ids))))

    @cached_property
    def decisions_of_orders(self) -> Loader[UUID, DecisionView | None]:
        """The latest one of each order."""
        return Loader(lambda ids: self._ask(DecisionsByOrders(order_ids=_typed(ids))))

    @cached_property
    def releases(self) -> Loader[UUID, ReleaseView | None]:
        return Loader(lambda ids: self._ask(ReleasesByIds(ids=_typed(ids))))

    @cached_property
    def release_changes(self) -> Loader[UUID, tuple[Change, ...]]:
        """By release."""
        return Loader(lambda ids: self._ask(ReleaseChangesByIds(ids=_typed(ids))))

    @cached_property
    def simulations(self) -> Loader[UUID, SimulationView | None]:
        return Loader(lambda ids: self._ask(SimulationsByIds(ids=_typed(ids))))

    @cached_property
    def reservations(self) -> Loader[UUID, tuple[ReservationView, ...]]:
        """By order."""
        return Loader(lambda ids: self._ask(ReservationsByOrders(order_ids=_typed(ids))))

    @cached_property
    def rmas(self) -> Loader[UUID, RmaView | None]:
        return Loader(lambda ids: self._ask(RmasByIds(ids=_typed(ids))))

    @cached_property
    def rmas_of_orders(self) -> Loader[UUID, tuple[RmaView, ...]]:
        return Loader(lambda ids: self._ask(RmasByOrders(order_ids=_typed(ids))))

    @cached_property
    def skus(self) -> Loader[str, SkuView | None]:
        return Loader(lambda codes: self._ask(SkusByCodes(skus=codes)))

    @cached_property
    def stock(self) -> Loader[StockKey, StockView | None]:
        return Loader(lambda keys: self._ask(StockByKeys(keys=keys)))

    @cached_property
    def plant_lists(self) -> Loader[str, tuple[PlantView, ...]]:
        """All plants that the caller may see, under the only key EVERYTHING."""

        async def ask(_: tuple[str, ...]) -> Sequence[tuple[PlantView, ...]]:
            plants: tuple[PlantView, ...] = await self._ask(ListPlants())
            for plant in plants:
                self.plants.know(plant.plant_id, plant)
            return (plants,)

        return Loader(ask)

    @cached_property
    def location_lists(self) -> Loader[str, tuple[LocationView, ...]]:
        """All locations of those plants, under the only key EVERYTHING."""

        async def ask(_: tuple[str, ...]) -> Sequence[tuple[LocationView, ...]]:
            locations: tuple[LocationView, ...] = await self._ask(ListLocations())
            for location in locations:
                self.locations.know(location.location_id, location)
            return (locations,)

        return Loader(ask)


def _typed(ids: tuple[UUID, ...]) -> tuple[Any, ...]:
    """Which kind of id they are is the loader's business."""
    return ids
