"""The three tables of evidence that every service has."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)


@dataclass(frozen=True, slots=True)
class EvidenceTables:
    entries: Table
    heads: Table
    anchors: Table


def evidence_tables(metadata: MetaData) -> EvidenceTables:
    """Declare them in `metadata`; `migrations.add_evidence` creates them."""
    return EvidenceTables(_entries(metadata), _heads(metadata), _anchors(metadata))


def _entries(metadata: MetaData) -> Table:
    """Append-only, written by `app.record` alone.

    body  the entry as canonical JSON; at and actor repeat what stands in it, to be searched
    xact  the transaction that wrote it, so that an anchor can say what it covers
    """
    return Table(
        "evidence",
        metadata,
        Column("tenant_id", Uuid, nullable=False),
        Column("stream", Text(collation="C"), nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("actor", Text(collation="C"), nullable=False),
        Column("body", Text, nullable=False),
        Column("prev", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("xact", BigInteger, nullable=False),
        PrimaryKeyConstraint("tenant_id", "stream", "seq", name="evidence_pkey"),
        Index("evidence_at", "tenant_id", "at"),
        Index("evidence_actor", "tenant_id", "actor", "at"),
        Index("evidence_xact", "xact"),
    )


def _heads(metadata: MetaData) -> Table:
    """The end of each chain. plant_id  whose data space the aggregate belongs to now, and with it
    all its entries; content is the hash of the last entry's text"""
    return Table(
        "evidence_heads",
        metadata,
        Column("tenant_id", Uuid, nullable=False),
        Column("stream", Text(collation="C"), nullable=False),
        Column("plant_id", Uuid),
        Column("seq", BigInteger, nullable=False),
        Column("prev", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("content", LargeBinary, nullable=False),
        PrimaryKeyConstraint("tenant_id", "stream", name="evidence_heads_pkey"),
    )


def _anchors(metadata: MetaData) -> Table:
    """Append-only. An anchor covers the chains with entries of transactions from `from_xact` on
    that `snapshot` sees; previous is the hash of the anchor before it."""
    return Table(
        "evidence_anchors",
        metadata,
        Column("number", BigInteger, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("from_xact", BigInteger, nullable=False),
        Column("snapshot", Text, nullable=False),
        Column("chains", BigInteger, nullable=False),
        Column("root", LargeBinary, nullable=False),
        Column("previous", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        PrimaryKeyConstraint("number", name="evidence_anchors_pkey"),
        Index("evidence_anchors_at", "at"),
        comment="belongs to no tenant: hashes over the chains of all",
    )
