"""What waits to be sent, packed into messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from hedgerow.auth import NOWHERE, Caller, Origin, Presence
from hedgerow.bus.envelope import Item, Requests

MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class About:
    """What belongs to a request beside its message and caller. key  idempotency key, or empty"""

    key: str = ""
    origin: Origin = NOWHERE
    presence: Presence | None = None


@dataclass(slots=True)
class Waiting:
    """A request that somebody waits for."""

    item: Item
    caller: Caller
    future: asyncio.Future[msgspec.Raw]


def requests_of(calls: list[Waiting]) -> Requests:
    """Each caller once, however many items are theirs."""
    callers: list[Caller] = []
    positions: dict[int, int] = {}
    items: list[Item] = []
    for call in calls:
        position = positions.get(id(call.caller))
        if position is None:
            position = positions[id(call.caller)] = len(callers)
            callers.append(call.caller)
        items.append(msgspec.structs.replace(call.item, caller=position))
    return Requests(callers, items)


def parts_of(calls: list[Waiting], most_items: int) -> list[list[Waiting]]:
    """In the order they were made, at most `most_items` and about MOST_BYTES each."""
    parts: list[list[Waiting]] = [[]]
    size = 0
    for call in calls:
        length = len(bytes(call.item.body))
        if parts[-1] and (len(parts[-1]) == most_items or size + length > MOST_BYTES):
            parts.append([])
            size = 0
        parts[-1].append(call)
        size += length
    return parts
