"""From a committed change to every consumer: once, in order, and past any poison."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import nats
import sample
from hedgerow.bus import Delivered
from hedgerow.contracts.values import new_id
from hedgerow.outbox import replay_since
from hedgerow.service.dead_letters import list_dead, replay_dead
from hedgerow.service.process import Process
from hedgerow.service.reactions import Reactions
from hedgerow.transaction.database import connect_unpooled
from hedgerow.transaction.tenancy import enter
from hedgerow_local.servers import NatsServer
from sample import AddThing, Log, ThingAdded, ThingTaken, heard
from sample_world import World
from sqlalchemy import select, text

ROLE = "hedgerow_sample_relay"


async def eventually(check: Callable[[], Awaitable[object]], wanted: object) -> None:
    seen: object = None
    for _ in range(300):
        seen = await check()
        if seen == wanted:
            return
        await asyncio.sleep(0.02)
    assert seen == wanted


async def heard_by(world: World) -> list[tuple[str, int]]:
    async with world.engine.begin() as conn:
        await enter(conn, world.caller.reach(), timeout_s=5)
        rows = await conn.execute(select(heard).order_by(heard.c.id))
        return [(row.name, row.version) for row in rows]


async def add(world: World, *names: str) -> None:
    await asyncio.gather(
        *(world.bus.request(AddThing(name=n, quantity=Decimal(1)), world.caller) for n in names)
    )


async def as_relay(world: World, statement: str) -> list[tuple[object, ...]]:
    engine = connect_unpooled(world.settings.database_url)
    async with engine.connect() as conn:
        await conn.execute(text(f'set role "{ROLE}"'))
        rows = [tuple(row) for row in await conn.execute(text(statement))]
    await engine.dispose()
    return rows


class Postman:
    """Hands events to a `Reactions` as a stream would, and notes what became of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reactions = Reactions(sample.service, world.engine, lambda: None)
        self.acked: list[str] = []
        self.returned: list[str] = []

    def event(
        self, event: ThingAdded | ThingTaken, follows: str = "", *, deliveries: int = 1,
        body: bytes | None = None,
    ) -> Delivered:  # fmt: skip
        postman = self
        label = f"{event.name} v{event.version}"

        class Message:
            async def ack(self) -> None:
                postman.acked.append(label)

            async def nak(self, delay: float) -> None:
                postman.returned.append(label)

        headers: Mapping[str, str] = {
            "Nats-Msg-Id": str(new_id()),
            "Hedgerow-Aggregate": f"thing:{event.name}",
            "Hedgerow-Version": str(event.version),
            "Hedgerow-Follows": follows,
            "Traceparent": "",
        }
        return Delivered(
            f"{event.SUBJECT}.{self.world.caller.tenant_id}._",
            msgspec.json.encode(event) if body is None else body,
            headers,
            deliveries,
            Message(),  # type: ignore[arg-type]
        )


async def test_every_event_is_applied_once_and_in_order(world: World) -> None:
    names = [f"n{n:02}" for n in range(40)]

    await add(world, *names)

    await eventually(
        lambda: _sorted(heard_by(world)), sorted((n, v) for n in names for v in (1, 3))
    )
    order = await heard_by(world)
    assert all(order.index((n, 1)) < order.index((n, 3)) for n in names)


async def _sorted(rows: Awaitable[list[tuple[str, int]]]) -> list[tuple[str, int]]:
    return sorted(await rows)


async def test_the_outbox_says_what_each_event_follows(world: World) -> None:
    await add(world, "a")

    rows = await as_relay(world, "select version, follows from outbox order by version")

    assert rows == [(1, ""), (2, "thing_added:1"), (3, "thing_added:1,thing_nudged:2")]


async def test_an_event_delivered_again_is_acknowledged_and_not_applied(world: World) -> None:
    postman = Postman(world)
    event = postman.event(ThingAdded(name="a", version=1))

    await postman.reactions.handle([event])
    await postman.reactions.handle([event])

    assert postman.acked == ["a v1", "a v1"]
    assert await heard_by(world) == [("a", 1)]


async def test_an_event_that_overtook_waits_for_the_one_before(world: World) -> None:
    postman = Postman(world)
    first = postman.event(ThingAdded(name="a", version=1))
    third = postman.event(ThingTaken(name="a", version=3), "thing_added:1,thing_nudged:2")

    await postman.reactions.handle([third])
    assert (postman.returned, await heard_by(world)) == (["a v3"], [])

    await postman.reactions.handle([first])
    await postman.reactions.handle([third])

    assert postman.acked == ["a v1", "a v3"]
    assert await heard_by(world) == [("a", 1), ("a", 3)]


async def test_events_of_one_aggregate_in_one_fetch_are_sorted(world: World) -> None:
    postman = Postman(world)
    third = postman.event(ThingTaken(name="a", version=3), "thing_added:1")
    first = postman.event(ThingAdded(name="a", version=1))

    await postman.reactions.handle([third, first])

    assert await heard_by(world) == [("a", 1), ("a", 3)]


async def test_poison_harms_neither_its_batch_nor_the_stream(world: World) -> None:
    Log.poison.add("bad")

    await add(world, "a", "bad", "b")

    await eventually(lambda: _sorted(heard_by(world)), [("a", 1), ("a", 3), ("b", 1), ("b", 3)])


async def test_poison_is_set_aside_with_what_follows_it_and_can_be_replayed(
    world: World,
) -> None:
    postman = Postman(world)
    Log.poison.add("bad")
    first = postman.event(ThingAdded(name="bad", version=1))
    third = postman.event(ThingTaken(name="bad", version=3), "thing_added:1")

    for _ in range(8):
        await postman.reactions.handle([first])
    await postman.reactions.handle([third])

    assert (len(postman.returned), postman.acked) == (7, ["bad v1", "bad v3"])
    letters = await as_relay(world, "select version, error from dead_letters order by version")
    assert letters == [(1, "RuntimeError('poison')"), (3, "behind an earlier one")]
    assert await heard_by(world) == []

    Log.poison.clear()
    done = await replay_dead(sample.service, world.settings.database_url, "", print)

    assert done == 2
    assert await heard_by(world) == [("bad", 1), ("bad", 3)]
    engine = connect_unpooled(world.settings.database_url)
    async with engine.connect() as conn:
        assert await list_dead(sample.service, conn, ROLE) == []
    await engine.dispose()


async def test_what_cannot_be_read_becomes_a_dead_letter(world: World) -> None:
    postman = Postman(world)

    await postman.reactions.handle(
        [postman.event(ThingAdded(name="a", version=1), body=b'{"name": 5}')]
    )

    letters = await as_relay(world, "select body, error from dead_letters")
    assert [body for body, _ in letters] == ['{"name": 5}']
    assert "cannot be read" in str(letters[0][1])
    assert postman.acked == ["a v1"]


async def test_an_event_whose_predecessor_never_comes_is_set_aside(world: World) -> None:
    postman = Postman(world)

    await postman.reactions.handle(
        [postman.event(ThingTaken(name="a", version=3), "thing_added:1", deliveries=30)]
    )

    letters = await as_relay(world, "select version, error from dead_letters")
    assert letters == [(3, "an earlier event of the aggregate never came")]


async def test_sent_again_nothing_is_applied_twice(world: World) -> None:
    await add(world, "a", "b")
    await eventually(lambda: _count(heard_by(world)), 4)
    engine = connect_unpooled(world.settings.database_url)
    async with engine.connect() as conn:
        count = await replay_since(
            sample.messages.outbox, conn, ROLE, datetime.now(UTC) - timedelta(minutes=5)
        )
    await engine.dispose()

    assert count == 6
    await eventually(
        lambda: as_relay(world, "select count(*) from outbox where sent_at is null"), [(0,)]
    )
    assert len(await heard_by(world)) == 4


async def _count(rows: Awaitable[list[tuple[str, int]]]) -> int:
    return len(await rows)


async def test_a_broker_that_lost_its_store_is_filled_again(
    world: World, nats_server: NatsServer
) -> None:
    await add(world, "before")
    await eventually(lambda: _count(heard_by(world)), 2)
    client = await nats.connect(nats_server.url)
    await client.jetstream().delete_stream("HEDGEROW_SAMPLE")
    await client.close()

    await add(world, "after")

    await eventually(lambda: _count(heard_by(world)), 4)


async def test_a_second_process_takes_over_the_outbox(world: World) -> None:
    second = Process(sample.service, world.settings)
    await second.start()
    await world.process.stop()

    await add(world, "a")

    await eventually(lambda: _count(heard_by(world)), 2)
    await second.stop()
