"""What a process keeps in memory reaches every handler, and is closed with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

from hedgerow.service.process import Process
from hedgerow.transaction import Transaction
from sample import AddThing, AllThings, ThingAdded, ThingView, service
from sample_world import World
from sqlalchemy.ext.asyncio import AsyncEngine


class Drawer:
    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.closed = False

    async def close(self) -> None:
        async with self.engine.connect():
            self.closed = True  # while the database is still there


async def test_handlers_and_reactions_are_given_what_their_process_keeps(world: World):
    made: list[Drawer] = []
    seen: list[object] = []

    def keep(engine: AsyncEngine) -> Drawer:
        made.append(Drawer(engine))
        return made[-1]

    async def look(query: AllThings, tx: Transaction) -> tuple[ThingView, ...]:
        seen.append(tx.kept)
        return ()

    async def hear(event: ThingAdded, tx: Transaction) -> None:
        seen.append(tx.kept)

    table = replace(
        service,
        keeps=keep,
        queries={**service.queries, AllThings: look},
        reactions={**service.reactions, ThingAdded: hear},
    )
    await world.process.stop()
    process = Process(table, world.settings)
    await process.start()

    await world.bus.request(AllThings(), world.caller)
    await world.bus.request(AddThing(name="bolt", quantity=Decimal(1)), world.caller)
    async with asyncio.timeout(10):
        while len(seen) < 2:
            await asyncio.sleep(0.01)

    [drawer] = made
    assert (seen, drawer.closed) == ([drawer, drawer], False)
    await process.stop()
    assert drawer.closed
