"""Submits the demo company's orders and takes each as far as it is to come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hedgerow_gateway.client.api import Api, Refused
from hedgerow_gateway.client.demo import documents
from hedgerow_gateway.client.demo.draw_orders import DemoOrder, DemoReturn, draw_orders
from hedgerow_gateway.client.demo.network import Network, point

PATIENCE_S = 20.0
LOOK_AGAIN_S = 0.3
CURRENCY = "CNY"
STEPS = {
    "PENDING_REVIEW": "LOCK_KIT",
    "KIT_LOCKED": "DISPATCH",
    "IN_PRODUCTION": "RELEASE_QUALITY",
    "QUALITY_RELEASED": "SIGN",
}
STATES = (*STEPS, "SIGNED")
CANCELLABLE = frozenset({"PENDING_REVIEW", "KIT_LOCKED"})
RETURN_TO = {"NGB": "HGH", "SZH": "HFE"}

Found = dict[tuple[str, datetime], dict[str, Any]]


def day_one(network: Network) -> datetime:
    """Midnight before the company was loaded; the orders' times count back from it, so that a
    later run finds them again."""
    return network.since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def orders_there(api: Api, network: Network) -> Found:
    """Orders of the demo's period, by customer and time."""
    before = day_one(network)
    since = before - max(each.age for each in draw_orders()) - timedelta(seconds=1)
    period = {"from": since.isoformat(), "before": before.isoformat()}
    found: Found = {}
    after: str | None = None
    while True:
        page = (await api.execute(documents.ORDERS, {"after": after, **period}))["orders"]
        for each in page["nodes"]:
            placed_at = datetime.fromisoformat(each["placedAt"])
            found[each["customer"]["code"], placed_at] = each
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@dataclass(slots=True)
class Story:
    """One order, from its submission to its goal. What has happened already is not repeated, and
    an order that somebody took elsewhere is left there."""

    api: Api
    network: Network
    told: DemoOrder

    @property
    def placed_at(self) -> datetime:
        return day_one(self.network) - self.told.age

    async def tell(self, found: Found) -> None:
        order = found.get((self.told.customer.code, self.placed_at)) or await self._submit()
        order = await self._at_rest(order, lambda each: each["sourcing"] != "PENDING")
        if self.told.goal == "CANCELLED":
            await self._cancel(order)
            return
        while order["sourcing"] == "RESERVED" and self._is_behind(order):
            state = order["state"]
            order = await self._advance(order)
            if order["state"] == state:
                return
        if order["state"] == "SIGNED" and self.told.returned is not None:
            await self._return(order, self.told.returned)

    def _is_behind(self, order: dict[str, Any]) -> bool:
        state = order["state"]
        return state in STEPS and STATES.index(state) < STATES.index(self.told.goal)

    async def _submit(self) -> dict[str, Any]:
        customer = self.told.customer
        given = {
            "channel": self.told.channel,
            "customer": {"code": customer.code, "name": customer.name},
            "shipTo": {
                "region": customer.region,
                "city": customer.city,
                "address": customer.address,
                "point": point(customer.point),
            },
            "lines": [
                {
                    "sku": sku.code,
                    "quantity": str(quantity),
                    "unitPrice": {"amount": str(sku.price), "currencyCode": CURRENCY},
                }
                for sku, quantity in self.told.lines
            ],
            "placedAt": self.placed_at.isoformat(),
            "promisedAt": (self.placed_at + self.told.promised).isoformat(),
        }
        return await self._do(documents.SUBMIT_ORDER, "submit", given, "order", "UNKNOWN_SKU")

    async def _advance(self, order: dict[str, Any]) -> dict[str, Any]:
        """One step on; the same state again when a guard of the step does not hold."""
        step = STEPS[order["state"]]
        given = {"orderId": order["id"], "step": step}
        if step == "SIGN":
            given["signer"] = self.told.signer
        try:
            order = await self._do(documents.ADVANCE_ORDER, step.lower(), given, "order")
        except Refused:
            return order
        return await self._at_rest(order, lambda each: not each["kitLockPending"])

    async def _cancel(self, order: dict[str, Any]) -> None:
        if order["state"] in CANCELLABLE:
            basis = {"type": "CUSTOMER", "ref": f"QX-{1000 + self.told.index}", "note": "项目取消"}
            given = {"orderId": order["id"], "basis": basis}
            await self._do(documents.CANCEL_ORDER, "cancel", given, "order")

    async def _return(self, order: dict[str, Any], plan: DemoReturn) -> None:
        """Returns learns of a delivery by an event: until it does, the order is unknown to it."""
        line = {"lineNo": 1, "quantity": str(self.told.lines[0][1])}
        rma = next(iter(order["returns"] or ()), None)
        if rma is None:
            basis = {"type": "CUSTOMER", "ref": f"TH-{1000 + self.told.index}"}
            given = {
                "orderId": order["id"],
                "lines": [line],
                "reason": plan.reason,
                "basis": basis,
            }
            rma = await self._do(
                documents.REQUEST_RETURN, "return", given, "return", "PLANT_FORBIDDEN"
            )
        if rma["state"] == "APPROVED" and plan.goal != "APPROVED":
            place = self.network.locations[RETURN_TO[order["plant"]["code"]]]
            given = {"returnId": rma["id"], "locationId": place}
            rma = await self._do(documents.RECEIVE_RETURN, "receive", given, "return")
        if rma["state"] == "RECEIVED" and plan.goal in ("ACCEPTED", "REFUSED"):
            accept = plan.goal == "ACCEPTED"
            lines = [{**line, "disposition": plan.disposition}] if accept else []
            given = {"returnId": rma["id"], "accept": accept, "lines": lines}
            await self._do(documents.INSPECT_RETURN, "inspect", given, "return")

    async def _do(
        self, document: str, what: str, given: dict[str, Any], answer: str, not_yet: str = ""
    ) -> dict[str, Any]:
        """One mutation. not_yet is the code of a refusal that passes: another service has not
        heard of it so far."""
        variables = {"key": f"demo-order-{self.told.index}-{what}", "input": given}
        clock = asyncio.get_running_loop().time
        give_up = clock() + PATIENCE_S
        while True:
            try:
                (payload,) = (await self.api.execute(document, variables)).values()
            except Refused as refused:
                if refused.codes != {not_yet} or clock() >= give_up:
                    raise
                await asyncio.sleep(LOOK_AGAIN_S)
            else:
                done: dict[str, Any] = payload[answer]
                return done

    async def _at_rest(
        self, order: dict[str, Any], rests: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """The order as soon as `rests` holds for it, or as it is when patience ends."""
        clock = asyncio.get_running_loop().time
        give_up = clock() + PATIENCE_S
        while not rests(order) and clock() < give_up:
            await asyncio.sleep(LOOK_AGAIN_S)
            order = (await self.api.execute(documents.ORDER, {"id": order["id"]}))["order"]
        return order
