"""orderEvents: what happens to orders, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from hedgerow.contracts.message import Event
from hedgerow.contracts import orders as contract
from hedgerow.contracts.orders import OrderView
from hedgerow.contracts.values import PlantId
from hedgerow.errors import Refused

from hedgerow_gateway.context import Info
from hedgerow_gateway.live import Passed
from hedgerow_gateway.loaders import Loaders
from hedgerow_gateway.schema.fields import derived, edge, shown
from hedgerow_gateway.schema.ids import global_id, uuid_of, uuids_of
from hedgerow_gateway.schema.orders import Order

EVENTS: dict[str, type[Event]] = {
    kind.SUBJECT.split(".")[3]: kind
    for kind in vars(contract).values()
    if isinstance(kind, type) and issubclass(kind, contract.OrderEvent) and hasattr(kind, "SUBJECT")
}
OrderEventKind = strawberry.enum(
    Enum("OrderEventKind", {name.upper(): name for name in EVENTS}),  # type: ignore[arg-type]
    description="What happened.",
)
