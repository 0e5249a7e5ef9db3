"""Loads the demo company through the public API."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm

from hedgerow_gateway.client.api import Api
from hedgerow_gateway.client.demo.company import company, customers, skus
from hedgerow_gateway.client.demo.draw_orders import draw_orders
from hedgerow_gateway.client.demo.network import build_network
from hedgerow_gateway.client.demo.orders import Found, Story, orders_there
from hedgerow_gateway.client.demo.stock import open_stock
from hedgerow_gateway.client.together import together

NETWORK_STEPS, STOCK_STEPS = 20, 80


async def load_demo(api: Api) -> str:
    """Make what is missing; a second run makes nothing. Answers with a sentence for the user.

    Raises ClientError.
    """
    stories = draw_orders()
    with tqdm(total=NETWORK_STEPS + STOCK_STEPS + len(stories), disable=None) as bar:
        bar.set_description("plants and areas")
        network = await build_network(api)
        bar.update(NETWORK_STEPS)
        bar.set_description("stock")
        await open_stock(api, network)
        bar.update(STOCK_STEPS)
        bar.set_description("orders")
        found = await orders_there(api, network)
        await together(_tell(Story(api, network, told), found, bar) for told in stories)
    held = company()
    return (
        f"{held.tenant.name}: {len(held.plants)} plants, {len(held.locations)} locations, "
        f"{len(skus())} SKUs, {len(customers())} customers, {len(stories)} orders."
    )


async def _tell(story: Story, found: Found, bar: tqdm[Any]) -> None:
    await story.tell(found)
    bar.update()
