"""The hardened bus: what travels together, what never happens late, and who is let in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import nats
import pytest
import sample
from hedgerow.bus import Bus, RemoteRefusal
from hedgerow.bus.calls import MessageTooLarge
from hedgerow.errors import Unavailable
from hedgerow.service.process import Process, ServiceSettings
from hedgerow.settings import BusSettings
from hedgerow_local.servers import NatsServer
from sample import AddThing, AllThings, Log, Stumble
from sample_world import World, key_pair
from worlds import Databases, administrator


def things(count: int, prefix: str = "n") -> list[AddThing]:
    return [AddThing(name=f"{prefix}{n:04}", quantity=Decimal(1)) for n in range(count)]


async def overheard(world: World, nats_server: NatsServer) -> tuple[nats.NATS, list[str]]:
    """A client that hears the subjects of all requests to the sample service."""
    client = await nats.connect(nats_server.url)
    heard: list[str] = []

    async def note(message: object) -> None:
        heard.append(message.subject)  # type: ignore[attr-defined]

    for subject in ("hedgerow.cmd.sample.>", "hedgerow.qry.sample.>", "hedgerow.mix.sample.v1"):
        await client.subscribe(subject, cb=note)
    await client.flush()
    return client, heard


async def enough(client: nats.NATS, heard: list[str]) -> None:
    """Until something was heard, and a moment longer for what should not come."""
    for _ in range(100):
        if heard:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    await client.close()


async def test_requests_of_one_tick_share_a_message(world: World, nats_server: NatsServer) -> None:
    client, heard = await overheard(world, nats_server)

    await asyncio.gather(*(world.bus.request(each, world.caller) for each in things(100)))
    await enough(client, heard)

    assert heard == ["hedgerow.cmd.sample.add_thing.v1"] * 2


async def test_different_kinds_of_one_tick_share_a_message_too(
    world: World, nats_server: NatsServer
) -> None:
    client, heard = await overheard(world, nats_server)

    await asyncio.gather(
        *(world.bus.request(each, world.caller) for each in things(3)),
        world.bus.request(AllThings(), world.caller),
    )
    await enough(client, heard)

    assert heard == ["hedgerow.mix.sample.v1"]


async def test_a_lone_request_goes_under_its_own_subject(
    world: World, nats_server: NatsServer
) -> None:
    client, heard = await overheard(world, nats_server)

    await world.bus.request(AllThings(), world.caller)
    await enough(client, heard)

    assert heard == ["hedgerow.qry.sample.all_things.v1"]


async def test_what_the_gateway_did_not_sign_is_refused(
    world: World, nats_server: NatsServer, tmp_path: Path
) -> None:
    (tmp_path / "forger").mkdir()
    forger, _ = key_pair(tmp_path / "forger")
    other = await Bus.connect(nats_server.url, name="forger", signer=forger)

    with pytest.raises(RemoteRefusal) as refusal:
        await other.request(things(1)[0], administrator())
    await other.close()

    assert refusal.value.code == "NOT_AUTHENTIC"
    assert await world.bus.request(AllThings(), world.caller) == ()


async def test_a_message_that_fits_no_broker_is_refused_before_it_is_sent(world: World) -> None:
    with pytest.raises(MessageTooLarge):
        await world.bus.request(AddThing(name="x" * 5_000_000, quantity=Decimal(1)), world.caller)


async def test_a_full_queue_turns_away_at_once(
    world: World, databases: Databases, tmp_path: Path
) -> None:
    await world.process.stop()
    process = Process(sample.service, replace(world.settings, waiting_most=4))
    await process.start()
    asks = [world.bus.request(Stumble(sleep_s=0.3), world.caller, timeout_s=3) for _ in range(30)]

    answers = await asyncio.gather(*asks, return_exceptions=True)
    await process.stop()

    codes = [answer.code for answer in answers if isinstance(answer, RemoteRefusal)]
    assert set(codes) == {"OVERLOADED"}
    assert 15 <= len(codes) < 30


class Ground:
    """A broker that may be killed, with the sample service and a caller on it."""

    def __init__(self, broker: NatsServer, process: Process, bus: Bus) -> None:
        self.broker = broker
        self.process = process
        self.bus = bus
        self.caller = administrator()


@pytest.fixture
async def ground(databases: Databases, workplace: Path, tmp_path: Path) -> object:
    Log.batches.clear()
    folder = workplace / f"bus-{tmp_path.name}"
    folder.mkdir()
    broker = NatsServer.start(folder)
    signer, public = key_pair(tmp_path)
    settings = ServiceSettings(
        bus=BusSettings(nats_url=broker.url),
        database_url=await databases.fresh("sample", sample.service),
        caller_public_key_file=public,
    )
    process = Process(sample.service, settings)
    await process.start()
    ground = Ground(broker, process, await Bus.connect(broker.url, name="tester", signer=signer))
    yield ground
    await ground.bus.close()
    await process.stop()
    broker.remove()


async def test_nothing_is_carried_out_after_its_caller_gave_up(ground: Ground) -> None:
    await asyncio.to_thread(ground.broker.kill)

    answers = await asyncio.gather(
        *(ground.bus.request(each, ground.caller, timeout_s=0.3) for each in things(50)),
        return_exceptions=True,
    )
    await asyncio.to_thread(ground.broker.restart)
    await until_working(ground)
    await asyncio.sleep(1)

    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert await ground.bus.request(AllThings(), ground.caller) == ()
    assert Log.batches == []


async def test_a_lost_connection_shows_in_readiness_and_comes_back(ground: Ground) -> None:
    assert ground.bus.troubles() == []

    await asyncio.to_thread(ground.broker.kill)
    await asyncio.sleep(0.5)
    down = ground.bus.troubles(), ground.process.troubles()
    await asyncio.to_thread(ground.broker.restart)
    await until_working(ground)

    assert down == (["not connected to NATS"], ["not connected to NATS"])
    assert ground.bus.troubles() == []
    assert await ground.bus.ping("sample") == []


async def test_a_keyed_command_survives_the_broker_without_working_twice(ground: Ground) -> None:
    ask = things(1)[0]
    await asyncio.to_thread(ground.broker.kill)
    asking = asyncio.create_task(
        repeat(lambda: ground.bus.request(ask, ground.caller, key="k", timeout_s=1))
    )
    await asyncio.sleep(0.5)
    await asyncio.to_thread(ground.broker.restart)

    await asking

    assert [t.name for t in await ground.bus.request(AllThings(), ground.caller)] == [ask.name]


async def until_working(ground: Ground) -> None:
    await repeat(lambda: ground.bus.request(AllThings(), ground.caller, timeout_s=1))


async def repeat(ask: object) -> None:
    for _ in range(100):
        try:
            await ask()  # type: ignore[operator]
            return
        except Unavailable:
            await asyncio.sleep(0.1)
        except RemoteRefusal as refused:
            assert refused.family == "Unavailable"
            await asyncio.sleep(0.1)
    raise AssertionError("the bus did not come back in 10 seconds")
