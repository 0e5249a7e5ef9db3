"""The four tables every service has beside its own: outbox, inbox, idempotency, dead letters."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

SHARDS = 16


@dataclass(frozen=True, slots=True)
class MessageTables:
    outbox: Table
    inbox: Table
    idempotency: Table
    dead_letters: Table


def message_tables(metadata: MetaData) -> MessageTables:
    """Declare them in `metadata`; the service's first migration creates them."""
    return MessageTables(
        outbox=_outbox(metadata),
        inbox=_inbox(metadata),
        idempotency=_idempotency(metadata),
        dead_letters=_dead_letters(metadata),
    )


def _outbox(metadata: MetaData) -> Table:
    """Events in the order they were written. Sent rows stay for a while, so that any stretch of
    time can be sent again.

    follows  the last earlier version of each kind of event of the aggregate, as
             "kind:version,…": a consumer of some kinds can see whether it missed one
    """
    return Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("msg_id", Uuid, nullable=False),
        Column("tenant_id", Uuid, nullable=False),
        Column("plant_id", Uuid),
        Column("aggregate", Text, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("follows", Text, nullable=False),
        Column(
            "shard",
            SmallInteger,
            Computed(f"(hashtext(aggregate) & {SHARDS - 1})::smallint", persisted=True),
            nullable=False,
        ),
        Column("subject", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("traceparent", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("sent_at", DateTime(timezone=True)),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("parked_at", DateTime(timezone=True)),
        Column("last_error", Text),
        UniqueConstraint("tenant_id", "aggregate", "version", name="outbox_version"),
        UniqueConstraint("msg_id", name="outbox_msg_id"),
        Index(
            "outbox_todo",
            "shard",
            "id",
            postgresql_where=text("sent_at is null and parked_at is null"),
        ),
        Index("outbox_created", "created_at"),
    )


def _inbox(metadata: MetaData) -> Table:
    """How far each consumer has come with each aggregate: the version it applied last."""
    return Table(
        "inbox",
        metadata,
        Column("tenant_id", Uuid, nullable=False),
        Column("consumer", Text, nullable=False),
        Column("aggregate", Text, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("msg_id", Uuid, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("tenant_id", "consumer", "aggregate", name="inbox_pkey"),
    )


def _idempotency(metadata: MetaData) -> Table:
    """The first answer to each idempotency key, kept with the change it belongs to."""
    return Table(
        "idempotency",
        metadata,
        Column("tenant_id", Uuid, nullable=False),
        Column("caller", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("request_sha256", LargeBinary(32), nullable=False),
        Column("response", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("tenant_id", "caller", "key", name="idempotency_pkey"),
        Index("idempotency_at", "at"),
    )


def _dead_letters(metadata: MetaData) -> Table:
    """Events that could not be applied, and those parked behind them, until they are replayed.

    error  what the handler raised; "behind <version>" for a later event of the same aggregate
    """
    return Table(
        "dead_letters",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("tenant_id", Uuid, nullable=False),
        Column("consumer", Text, nullable=False),
        Column("aggregate", Text, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("follows", Text, nullable=False),
        Column("msg_id", Uuid, nullable=False),
        Column("subject", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("traceparent", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("replayed_at", DateTime(timezone=True)),
        UniqueConstraint(
            "tenant_id", "consumer", "aggregate", "version", name="dead_letters_version"
        ),
    )
