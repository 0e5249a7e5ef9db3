"""Somebody on the bus has copied a signed message: it opens no other door, says nothing else, and
is worth nothing after 30 seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import nats
import pytest
import sample
from hedgerow.auth import Signer, Verifier
from hedgerow.bus import Bus, Incoming
from hedgerow.bus.envelope import AUTH_HEADER, Requests, decode_answers, decode_requests, encode
from hedgerow.service.process import Process, ServiceSettings
from hedgerow.settings import BusSettings
from hedgerow_local.servers import NatsServer
from nats.aio.client import Client
from sample import AddThing, AllThings, Log, ThingView
from sample_world import key_pair
from worlds import Databases, administrator

ADD = AddThing.SUBJECT
BOLT = AddThing(name="bolt", quantity=Decimal(1))


@dataclass
class Theft:
    """A message that the gateway signed for the sample service, and the thief's connection."""

    bus: Bus
    signer: Signer
    public_key: Path
    client: Client
    body: bytes
    header: str

    async def replay(self, subject: str = ADD, body: bytes = b"", header: str = "") -> list[str]:
        """Codes of the refusals that come back for the first item; "" is an answer."""
        answer = await self.client.request(
            subject, body or self.body, headers={AUTH_HEADER: header or self.header}, timeout=3
        )
        first = decode_answers(answer.data).answers[0]
        return [first.refused.code] if first.refused else [""]

    async def things(self) -> tuple[ThingView, ...]:
        return await self.bus.request(AllThings(), CALLER)


CALLER = administrator()


@pytest.fixture
async def theft(
    databases: Databases, nats_server: NatsServer, tmp_path: Path
) -> AsyncIterator[Theft]:
    """After one thing was added by the message that was copied."""
    signer, public_key = key_pair(tmp_path)
    settings = ServiceSettings(
        bus=BusSettings(nats_url=nats_server.url),
        database_url=await databases.fresh("sample", sample.service),
        caller_public_key_file=public_key,
    )
    process = Process(sample.service, settings)
    await process.start()
    bus = await Bus.connect(nats_server.url, name="tester", signer=signer)
    client = await nats.connect(nats_server.url)
    copied: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def copy(message: Any) -> None:
        if not copied.done():
            copied.set_result(message)

    spying = await client.subscribe(ADD, cb=copy)
    await client.flush()
    await asyncio.sleep(0.05)
    await bus.request(BOLT, CALLER, key="only-once")
    message = await asyncio.wait_for(copied, 3)
    await spying.unsubscribe()
    Log.batches.clear()
    yield Theft(bus, signer, public_key, client, message.data, message.headers[AUTH_HEADER])
    await client.close()
    await bus.close()
    await process.stop()


async def test_at_another_service_it_is_refused(theft: Theft, nats_server: NatsServer) -> None:
    begun: list[Incoming] = []
    other = await Bus.connect(nats_server.url, name="elsewhere")
    verifier = Verifier.from_pem(theft.public_key.read_bytes(), "elsewhere")
    await other.serve("elsewhere", verifier, begun.append, list)
    await theft.bus.ping("elsewhere")

    codes = await theft.replay("hedgerow.cmd.elsewhere.add_thing.v1")
    await other.close()

    assert (codes, begun) == (["NOT_AUTHENTIC"], [])


async def test_what_was_signed_for_another_service_is_refused_here(theft: Theft) -> None:
    body = _changed(theft.body, name="nut")

    codes = await theft.replay(body=body, header=theft.signer.sign("orders", body, time.time()))

    assert codes == ["NOT_AUTHENTIC"]
    await _nothing_happened(theft)


async def test_with_another_body_it_is_refused(theft: Theft) -> None:
    codes = await theft.replay(body=_changed(theft.body, name="nut"))

    assert codes == ["NOT_AUTHENTIC"]
    await _nothing_happened(theft)


async def test_under_another_callers_name_it_is_refused(theft: Theft) -> None:
    requests = decode_requests(theft.body)
    thief = msgspec.structs.replace(requests.callers[0], subject="thief")

    codes = await theft.replay(body=encode(Requests([thief], requests.items)))

    assert codes == ["NOT_AUTHENTIC"]
    await _nothing_happened(theft)


async def test_after_30_seconds_it_is_refused(theft: Theft) -> None:
    body = _changed(theft.body, name="nut")
    now = time.time()
    late = await theft.replay(body=body, header=theft.signer.sign("sample", body, now - 30.5))

    assert late == ["NOT_AUTHENTIC"]
    await _nothing_happened(theft)

    in_time = await theft.replay(body=body, header=theft.signer.sign("sample", body, now - 29))

    assert in_time == [""]
    assert [each.name for each in await theft.things()] == ["bolt", "nut"]


@pytest.mark.parametrize("at_ms", [0, 20_000, 60_000], ids=["ages ago", "20 s on", "a minute on"])
async def test_a_new_time_on_it_breaks_its_signature(theft: Theft, at_ms: int) -> None:
    signed_ms, _, signature = theft.header.partition(".")

    codes = await theft.replay(header=f"{int(signed_ms) + at_ms if at_ms else 1}.{signature}")

    assert codes == ["NOT_AUTHENTIC"]
    await _nothing_happened(theft)


async def test_just_as_it_was_it_is_answered_again_and_not_carried_out_twice(theft: Theft) -> None:
    codes = await theft.replay()

    assert codes == [""]
    await _nothing_happened(theft)


def _changed(body: bytes, name: str) -> bytes:
    """The same message about another thing, under another key."""
    requests = decode_requests(body)
    ask = AddThing(name=name, quantity=Decimal(1))
    item = msgspec.structs.replace(requests.items[0], key="other", body=msgspec.Raw(encode(ask)))
    return encode(Requests(requests.callers, [item]))


async def _nothing_happened(theft: Theft) -> None:
    assert [each.name for each in await theft.things()] == ["bolt"]
    assert Log.batches == []
