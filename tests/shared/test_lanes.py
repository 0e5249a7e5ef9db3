"""Natural batching: what waited goes together, nothing is left behind."""

import asyncio
from collections.abc import Sequence

from hedgerow.service.lanes import Lane


class Recorded:
    """A lane whose batches are written down; each takes one turn of the event loop."""

    def __init__(self, most: int = 64) -> None:
        self.batches: list[list[str]] = []
        self.lane = Lane(self._run, most=most, parallel=1, together=lambda a, b: a[0] == b[0])

    async def _run(self, batch: Sequence[str]) -> None:
        await asyncio.sleep(0)
        self.batches.append(list(batch))

    async def over(self) -> list[list[str]]:
        async with asyncio.timeout(5):
            while not self.lane.idle:
                await asyncio.sleep(0)
        return self.batches


async def test_a_lone_message_does_not_wait_for_company() -> None:
    recorded = Recorded()

    recorded.lane.add("a1")

    assert await recorded.over() == [["a1"]]


async def test_only_what_may_share_a_batch_shares_one_and_order_is_kept() -> None:
    recorded = Recorded()

    for message in ("a1", "b1", "a2", "b2", "a3"):
        recorded.lane.add(message)

    assert await recorded.over() == [["a1", "a2", "a3"], ["b1", "b2"]]


async def test_a_batch_is_never_larger_than_it_may_be() -> None:
    recorded = Recorded(most=2)

    for number in range(5):
        recorded.lane.add(f"a{number}")

    assert await recorded.over() == [["a0", "a1"], ["a2", "a3"], ["a4"]]


async def test_what_is_added_as_the_last_batch_ends_is_not_left_behind() -> None:
    """A waiter that is woken inside the last batch adds at once, before the worker is gone."""
    seen: list[str] = []
    woken = asyncio.Event()

    async def run(batch: Sequence[str]) -> None:
        seen.extend(batch)
        woken.set()

    lane: Lane[str] = Lane(run, most=1, parallel=1, together=lambda a, b: True)

    async def again() -> None:
        await woken.wait()
        lane.add("second")

    waiting = asyncio.create_task(again())
    await asyncio.sleep(0)
    lane.add("first")
    await waiting
    async with asyncio.timeout(5):
        while len(seen) < 2:
            await asyncio.sleep(0)

    assert seen == ["first", "second"]
