"""python -m benchmarks.echo NATS_URL PUBLIC_KEY_FILE: answers every question with itself.

Once through the bus of Hedgerow, once as a plain NATS responder; the same work for both.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import ClassVar

import msgspec
import nats
import uvloop
from hedgerow.auth import Verifier
from hedgerow.bus import Bus, Incoming
from hedgerow.contracts.message import Query
from nats.aio.msg import Msg

OWNER = "echo"
PLAIN = "plain.echo"
READY = b"ready\n"


class Said(msgspec.Struct, frozen=True):
    number: int
    text: str


class Say(Query[Said], frozen=True, kw_only=True):
    SUBJECT: ClassVar = f"hedgerow.qry.{OWNER}.say.v1"
    number: int
    text: str


_decode = msgspec.json.Decoder(Say).decode
encode = msgspec.json.Encoder().encode
said = msgspec.json.Decoder(Said).decode


def answer(body: bytes) -> bytes:
    asked = _decode(body)
    return encode(Said(asked.number, asked.text))


async def serve(url: str, public_key: Path) -> None:
    bus = await Bus.connect(url, name=OWNER)
    verifier = Verifier.from_pem(public_key.read_bytes(), OWNER)

    def receive(incoming: Incoming) -> None:
        incoming.ok(answer(incoming.body))

    async def on_plain(message: Msg) -> None:
        await message.respond(answer(message.data))

    await bus.serve(OWNER, verifier, receive, lambda: [])
    client = await nats.connect(url)
    await client.subscribe(PLAIN, cb=on_plain)
    await client.flush()
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], Path(sys.argv[2])))
