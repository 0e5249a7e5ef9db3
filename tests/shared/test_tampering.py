"""Whatever somebody with all rights over the database changes of evidence is found, when an anchor
is older than the change."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sample
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hedgerow.auth import Reach
from hedgerow.contracts.evidence import FaultKind
from hedgerow.contracts.values import PlantId, TenantId, new_id
from hedgerow.evidence import EvidenceWriter
from hedgerow.evidence.anchor import AnchorCheck, AnchorSigner, Signed
from hedgerow.evidence.anchors import Anchors
from hedgerow.evidence.audit import Audit, Report
from hedgerow.evidence.merkle import leaf_hash, root_of
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import async_url, connect, connect_unpooled
from hedgerow.transaction.tenancy import enter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tampering import Tamperer, disarm
from worlds import Databases, caller

MINUTE = timedelta(minutes=1)
KEY = Ed25519PrivateKey.generate()
SEED = 20260329


@dataclass
class Archive:
    """A database with some evidence and three anchors, and the anchors as they were published.

    conn  the superuser's, with the triggers switched off
    """

    conn: AsyncConnection
    published: list[Signed]

    async def audit(self, *, with_anchors: bool = True) -> Report:
        check = AnchorCheck(KEY.public_key()) if with_anchors else None
        return await Audit("sample", self.conn, check).run(self.published)

    async def entries(self, *, after: bool) -> list[Any]:
        """Those that no anchor covers, or those that one does."""
        last = self.published[-1].anchor.at + MINUTE / 2
        sign = ">" if after else "<"
        found = await self.conn.execute(
            text(f"select * from evidence where at {sign} :last"), {"last": last}
        )
        return list(found.all())


@pytest.fixture(scope="module")
async def archive(databases: Databases) -> AsyncIterator[Archive]:
    url = await databases.fresh("sample", sample.service)
    engine = connect(url, pool_size=1)
    relay = connect_unpooled(url)
    signer = AnchorSigner(KEY)
    anchors = Anchors("sample", sample.evidence, relay, "hedgerow_sample_relay", signer, every_s=60)
    at = datetime(2026, 3, 29, 12, tzinfo=UTC)
    published: list[Signed] = []
    tenants = [TenantId(new_id()) for _ in range(2)]
    for minute in range(4):
        for tenant in tenants:
            await write(engine, tenant, at + minute * MINUTE, minute)
        if minute < 3:
            signed = await anchors.anchor(at + minute * MINUTE)
            assert signed is not None
            published.append(signed)
    admin = connect_unpooled(
        async_url(databases.admin_url)
        .set(database=async_url(url).database, drivername="postgresql")
        .render_as_string(hide_password=False)
    )
    async with admin.connect() as conn:
        conn = await conn.execution_options(isolation_level="READ COMMITTED")
        await disarm(conn)
        await conn.commit()
        yield Archive(conn, published)
        await conn.rollback()
    for each in (admin, engine, relay):
        await each.dispose()


async def write(engine: AsyncEngine, tenant: TenantId, at: datetime, minute: int) -> None:
    """Eight chains of the tenant grow, some by two entries."""
    async with engine.begin() as conn:
        await enter(conn, Reach(tenant, True, ()), timeout_s=20)
        tx = Transaction(conn, caller(tenant), at)
        for number in range(8):
            for step in range(1 + number % 2):
                tx.record(
                    f"thing:{number}",
                    f"step-{minute}-{step}",
                    {"quantity": (minute, minute + 1)},
                    plant_id=PlantId(new_id()),
                )
        await EvidenceWriter().write(tx)


async def tampered(archive: Archive, way: str, dice: random.Random, **how: Any) -> Report:
    """The report on a database in which one thing was changed; the change is rolled back."""
    anchored = await archive.entries(after=False)
    await Tamperer(archive.conn, anchored, dice).ways()[way]()
    report = await archive.audit(**how)
    await archive.conn.rollback()
    return report


def test_the_root_is_that_of_rfc_6962() -> None:
    """Certificate Transparency's own test vectors (merkle_tree_test.go)."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
              "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
    leaves = [leaf_hash(bytes.fromhex(each)) for each in inputs]

    roots = [root_of(leaves[:count]).hex() for count in range(9)]

    assert roots[0] == hashlib.sha256(b"").hexdigest()
    assert roots[1] == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert roots[2] == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert roots[3] == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert roots[5] == "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"
    assert roots[8] == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


async def test_untouched_evidence_has_no_fault(archive: Archive) -> None:
    report = await archive.audit()

    assert report.faults == []
    assert (report.entries, report.chains, report.anchors) == (4 * 2 * 12, 16, 3)
    assert report.published == 3
    assert report.anchored == 3 * 16


async def find_them_all(archive: Archive, count: int) -> Counter[str]:
    dice = random.Random(SEED)
    found: Counter[str] = Counter()
    missed: list[str] = []
    names = list(Tamperer.ways(Tamperer(None, [], dice)))  # type: ignore[arg-type]
    for number in range(count):
        way = names[number % len(names)]
        report = await tampered(archive, way, dice)
        if report.faults:
            found[way] += 1
        else:
            missed.append(way)
    print(f"{sum(found.values())} of {count} tamperings found: {dict(found)}")
    assert missed == []
    return found


async def test_a_thousand_random_tamperings_are_found(archive: Archive) -> None:
    found = await find_them_all(archive, 1000)

    assert sum(found.values()) == 1000
    assert len(found) == 13


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_ten_thousand_random_tamperings_are_found(archive: Archive) -> None:
    assert sum((await find_them_all(archive, 10_000)).values()) == 10_000


@pytest.mark.parametrize("way", ["recompute", "cut", "drop", "insert", "hide_from_anchor"])
async def test_without_anchors_a_chain_that_is_written_anew_is_missed(
    archive: Archive, way: str
) -> None:
    """So this is what anchors are for."""
    dice = random.Random(SEED)

    blind = [await tampered(archive, way, dice, with_anchors=False) for _ in range(10)]
    seeing = [await tampered(archive, way, dice) for _ in range(10)]

    assert all(report.faults == [] for report in blind)
    assert all(report.faults for report in seeing)


async def test_a_fault_names_its_place(archive: Archive) -> None:
    await archive.conn.execute(
        text("update evidence set body = replace(body, 'step-1-0', 'nothing') "
             "where stream = 'thing:3' and body like '%step-1-0%'")
    )  # fmt: skip
    report = await archive.audit()
    await archive.conn.rollback()

    assert {(fault.kind, fault.stream, fault.seq) for fault in report.faults} == {
        (FaultKind.ENTRY, "thing:3", 3)
    }
    assert len(report.faults) == 2  # both tenants have one


async def test_what_is_younger_than_the_last_anchor_is_in_no_promise(archive: Archive) -> None:
    young = await archive.entries(after=True)
    await Tamperer(archive.conn, young, random.Random(SEED)).recompute()
    report = await archive.audit()
    await archive.conn.rollback()

    assert report.faults == []
