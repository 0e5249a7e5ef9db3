"""The smallest service that uses every part of the pipeline: it counts things."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import msgspec
from hedgerow.access import access_tables
from hedgerow.auth import Permission
from hedgerow.contracts.evidence import ListEvidence, VerifyEvidence
from hedgerow.contracts.message import Command, Event, Query
from hedgerow.contracts.values import PlantId
from hedgerow.errors import Conflict, Refused
from hedgerow.evidence import evidence_tables
from hedgerow.evidence.listing import EvidenceSources, evidence_lister
from hedgerow.evidence.verify import evidence_verifier
from hedgerow.service import Service, batched
from hedgerow.transaction import Ask, BulkInsert, Transaction, message_tables
from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    literal,
    select,
)

metadata = MetaData()
messages = message_tables(metadata)
evidence = evidence_tables(metadata)
access = access_tables(metadata)
things = Table(
    "things",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("plant_id", Uuid),
    Column("quantity", Numeric, nullable=False),
    Column("version", BigInteger, nullable=False),
)
heard = Table(
    "heard",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)
_add = BulkInsert(things, "tenant_id", "name", "plant_id", "quantity", "version")
_hear = BulkInsert(heard, "tenant_id", "name", "version")


class ThingView(msgspec.Struct, frozen=True):
    name: str
    quantity: Decimal


class AddThing(Command[ThingView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.sample.add_thing.v1"
    name: str
    quantity: Decimal
    plant_id: PlantId | None = None


class Stumble(Command[ThingView], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.cmd.sample.stumble.v1"
    sleep_s: float = 0.0


class AllThings(Query[tuple[ThingView, ...]], frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.sample.all_things.v1"


class ListSampleEvidence(ListEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.sample.list_sample_evidence.v1"


class VerifySampleEvidence(VerifyEvidence, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.qry.sample.verify_sample_evidence.v1"


class ThingAdded(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.sample.thing_added.v1"
    name: str
    version: int


class ThingNudged(Event, frozen=True, kw_only=True):
    """Nobody reacts to this one; it stands between two that matter."""

    SUBJECT: ClassVar = "hedgerow.evt.sample.thing_nudged.v1"
    name: str


class ThingTaken(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar = "hedgerow.evt.sample.thing_taken.v1"
    name: str
    version: int


class TooMany(Conflict):
    code = "TOO_MANY"


class Log:
    """What happened inside, for the tests to look at."""

    batches: ClassVar[list[int]] = []
    poison: ClassVar[set[str]] = set()


@batched(most=64)
async def add_things(asks: Sequence[Ask[AddThing]], tx: Transaction) -> list[ThingView | Refused]:
    Log.batches.append(len(asks))
    replies: list[ThingView | Refused] = []
    rows = []
    for ask in asks:
        thing = ask.message
        if thing.name == "broken":
            raise RuntimeError("a bug")
        if thing.quantity > 100:
            replies.append(TooMany("Too many.", "太多", field="quantity"))
            continue
        rows.append(
            {
                "tenant_id": tx.tenant_id,
                "name": thing.name,
                "plant_id": thing.plant_id,
                "quantity": thing.quantity,
                "version": 1,
            }
        )
        replies.append(ThingView(thing.name, thing.quantity))
        tx.record(
            f"thing:{thing.name}",
            "added",
            {"quantity": (None, thing.quantity)},
            plant_id=thing.plant_id,
        )
        events = (
            ThingAdded(name=thing.name, version=1),
            ThingNudged(name=thing.name),
            ThingTaken(name=thing.name, version=3),
        )
        for version, event in enumerate(events, 1):
            tx.emit(
                event,
                aggregate=f"thing:{thing.name}",
                version=version,
                plant_id=thing.plant_id,
                because=thing,
            )
    await _add(tx.conn, rows)
    return replies


async def stumble(command: Stumble, tx: Transaction) -> ThingView:
    tx.caller.grant_tenant(Permission.PLANT_CREATE)
    if command.sleep_s:
        await asyncio.sleep(command.sleep_s)
        return ThingView("slept", Decimal(1))
    await _add(
        tx.conn,
        [
            {
                "tenant_id": tx.tenant_id,
                "name": "half",
                "plant_id": None,
                "quantity": 1,
                "version": 1,
            }
        ],
    )
    raise TooMany("Changed my mind.", "改变主意")


async def all_things(query: AllThings, tx: Transaction) -> tuple[ThingView, ...]:
    rows = await tx.conn.execute(select(things).order_by(things.c.name))
    return tuple(ThingView(row.name, row.quantity) for row in rows)


@batched()
async def on_things_added(events: Sequence[ThingAdded], tx: Transaction) -> None:
    if Log.poison & {event.name for event in events}:
        raise RuntimeError("poison")
    await _hear(
        tx.conn,
        [{"tenant_id": tx.tenant_id, "name": e.name, "version": e.version} for e in events],
    )


async def on_thing_taken(event: ThingTaken, tx: Transaction) -> None:
    await _hear(
        tx.conn, [{"tenant_id": tx.tenant_id, "name": event.name, "version": event.version}]
    )


# A sample order is a thing of that name; a sample customer is the first letter of a thing.
SOURCES = EvidenceSources(
    of_order=lambda order_id: select(literal("thing:") + things.c.name).where(
        things.c.name == str(order_id)
    ),
    of_customer=lambda code: select(literal("thing:") + things.c.name).where(
        things.c.name.startswith(code)
    ),
    of_sku=None,
)

service = Service(
    name="sample",
    metadata=metadata,
    messages=messages,
    evidence=evidence,
    migrations=Path(__file__).parent / "sample_migrations",
    commands={AddThing: add_things, Stumble: stumble},
    queries={
        AllThings: all_things,
        ListSampleEvidence: evidence_lister("sample", evidence, SOURCES),
        VerifySampleEvidence: evidence_verifier("sample", evidence, SOURCES),
    },
    reactions={
        ThingAdded: on_things_added,
        ThingTaken: on_thing_taken,
    },
)
