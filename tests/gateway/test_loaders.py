"""Keys of one tick of the loop share a request, and nothing is asked for twice."""

from __future__ import annotations

import asyncio

import pytest
from hedgerow.errors import Unavailable
from hedgerow_gateway import loader
from hedgerow_gateway.loader import Loader, WrongAnswer


class Source:
    """Answers every key with its double, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, ...]] = []
        self.error: Exception | None = None

    async def ask(self, keys: tuple[int, ...]) -> list[int]:
        self.asked.append(keys)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return [key * 2 for key in keys]


async def test_keys_of_one_tick_share_a_request():
    source = Source()
    loader = Loader(source.ask)

    assert await asyncio.gather(*(loader.load(key) for key in (1, 2, 1, 3))) == [2, 4, 2, 6]
    assert source.asked == [(1, 2, 3)]


async def test_what_is_known_or_on_its_way_is_not_asked_for_again():
    source = Source()
    loader = Loader(source.ask)
    first = loader.load(1)
    await asyncio.sleep(0)
    second = loader.load(1)

    assert (await first, await second, await loader.load(1)) == (2, 2, 2)
    assert source.asked == [(1,)]


async def test_many_keys_are_asked_for_in_parts(monkeypatch):
    monkeypatch.setattr(loader, "MOST_KEYS", 2)
    source = Source()

    assert await Loader(source.ask).load_all([1, 2, 3, 4, 5]) == [2, 4, 6, 8, 10]
    assert source.asked == [(1, 2), (3, 4), (5,)]


async def test_no_key_has_no_value():
    source = Source()
    loader = Loader(source.ask)

    assert await loader.load_many([None, 1, None, 1]) == [None, 2, None, 2]
    assert await loader.load_many([None]) == [None]
    assert source.asked == [(1,)]


async def test_a_failure_is_everybodys_and_not_asked_for_again():
    source = Source()
    source.error = Unavailable("Try again.", "请重试")
    loader = Loader(source.ask)
    answers = await asyncio.gather(loader.load(1), loader.load(2), return_exceptions=True)

    assert answers == [source.error, source.error]
    with pytest.raises(Unavailable):
        await loader.load(1)
    assert source.asked == [(1, 2)]


async def test_what_is_forgotten_is_asked_for_again():
    source = Source()
    loader = Loader(source.ask)
    await loader.load(1)
    loader.know(2, 99)
    loader.forget(1)

    assert (await loader.load(1), await loader.load(2)) == (2, 99)
    assert source.asked == [(1,), (1,)]


async def test_one_asker_that_gives_up_takes_nothing_from_the_others():
    source = Source()
    loader = Loader(source.ask)
    first, second = loader.load(1), loader.load(1)
    first.cancel()

    assert await second == 2


async def test_an_answer_that_does_not_fit_its_keys_is_an_error():
    async def ask(keys: tuple[int, ...]) -> list[int]:
        return [1]

    with pytest.raises(WrongAnswer):
        await Loader(ask).load_all([1, 2])
