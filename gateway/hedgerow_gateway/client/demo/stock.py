"""Articles, opening stock and safety levels of the demo company."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from hedgerow_gateway.client.api import Api
from hedgerow_gateway.client.demo import documents
from hedgerow_gateway.client.demo.company import company, opening, skus
from hedgerow_gateway.client.demo.network import Network
from hedgerow_gateway.client.register_skus import known_skus, register
from hedgerow_gateway.client.together import together

REFERENCE = "OPENING"


async def open_stock(api: Api, network: Network) -> None:
    """What a location stocks already is left alone, but for a safety level that is still 0."""
    known = await known_skus(api)
    entries = [
        {"sku": sku.code, "name": sku.name, "unit": sku.unit, "itemClass": sku.item_class}
        for sku in skus()
        if sku.code not in known
    ]
    await register(api, entries)
    levels = {
        (each["location"]["code"], each["skuCode"]): Decimal(each["safetyLevel"])
        async for each in _levels(api)
        if each["location"]
    }
    await together(_receive(api, network, code, levels) for code in network.locations)
    await together(
        _set_safety(api, network, location, sku.code, opening(sku, location)[1])
        for location in network.locations
        for sku in skus()
        if opening(sku, location)[1] and not levels.get((location, sku.code))
    )


async def _levels(api: Api) -> AsyncIterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = (await api.execute(documents.LEVELS, {"after": after}))["inventoryLevels"]
        for each in page["nodes"]:
            yield each
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


async def _receive(
    api: Api, network: Network, location: str, levels: dict[tuple[str, str], Decimal]
) -> None:
    lines = [
        {"sku": sku.code, "quantity": str(opening(sku, location)[0])}
        for sku in skus()
        if (location, sku.code) not in levels and opening(sku, location)[0]
    ]
    if lines:
        given = {"locationId": network.locations[location], "reference": REFERENCE, "lines": lines}
        key = f"demo-stock-{location}"
        await api.execute(documents.RECEIVE_STOCK, {"key": key, "input": given})


async def _set_safety(api: Api, network: Network, location: str, sku: str, level: int) -> None:
    given = {
        "locationId": network.locations[location],
        "sku": sku,
        "level": str(level),
        "clearPercent": str(company().stock.clear_percent),
    }
    key = f"demo-safety-{location}-{sku}"
    await api.execute(documents.SET_SAFETY, {"key": key, "input": given})
