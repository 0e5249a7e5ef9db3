"""`hedgerow audit verify` goes over the evidence of a whole suite, and the API over one order's."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

from companies import Company, order, submit
from hedgerow.transaction.database import async_url
from looks import change, look, plain_id
from suite import Suite
from worlds import SERVICES

VERIFY = """query($id: ID!) { verifyEvidence(entityId: $id) {
  owner stream entries anchored ok faults { kind seq detail } anchor { number } } }"""


def audit(suite: Suite, *more: str) -> subprocess.CompletedProcess[str]:
    names = [f"--database={name}={async_url(suite.database_urls[name]).database}"
             for name in SERVICES]  # fmt: skip
    env = {
        **os.environ,
        "HEDGEROW_POSTGRES_URL": suite.databases.admin_url,
        "HEDGEROW_NATS_URL": suite.nats.url,
        "HEDGEROW_ANCHOR_KEYS": str(suite.folder),
    }
    return subprocess.run(
        [sys.executable, "-m", "hedgerow_gateway.client", "audit", "verify", *names, *more],
        env=env,
        capture_output=True,
        text=True,
        timeout=200,
    )


async def anchored_order(company: Company) -> str:
    """A reserved order, all of whose entries an anchor covers."""
    await company.skus("BOLT")
    await company.rule()
    await company.stock("BOLT", "HGH", 100)
    async with company.admin() as admin:
        made = (await submit(admin, **order(quantity=3)))["order"]
        for _ in range(100):
            verdicts = (await admin.ask(VERIFY, id=made["id"]))["verifyEvidence"]
            if all(each["anchored"] == each["entries"] for each in verdicts):
                break
            await asyncio.sleep(0.1)
    entries = {each["owner"]: each["entries"] for each in verdicts}
    assert entries == {"orders": 2, "inventory": 1, "routing": 2}
    assert all(each["ok"] and each["anchor"]["number"] > 0 for each in verdicts)
    order_id: str = made["id"]
    return order_id


async def verdict(company: Company, order_id: str) -> dict[str, Any]:
    async with company.admin() as admin:
        verdicts = (await admin.ask(VERIFY, id=order_id))["verifyEvidence"]
    [found] = [each for each in verdicts if each["owner"] == "orders"]
    return dict(found)


async def test_an_edit_is_found_by_the_audit_and_by_the_api(company: Company, suite: Suite) -> None:
    order_id = await anchored_order(company)
    stream = f"order:{plain_id(order_id)}"

    before = audit(suite)
    edit = "update evidence set actor = :actor where stream = :stream and seq = 1"
    [(actor,)] = await look(
        suite, "orders", "select actor from evidence where stream = :stream and seq = 1",
        stream=stream,
    )  # fmt: skip
    await change(suite, "orders", edit, actor="nobody", stream=stream)
    found, told = audit(suite), await verdict(company, order_id)
    await change(suite, "orders", edit, actor=actor, stream=stream)
    after = audit(suite, "--from-anchor", "2")

    assert (before.returncode, before.stderr.count("Traceback")) == (0, 0), before
    assert [line.split(":")[0] for line in before.stdout.splitlines()] == list(SERVICES)
    assert before.stdout.count("no fault") == 4
    assert "published ones compared" in before.stdout
    assert found.returncode == 2, found
    assert f"ENTRY {stream} entry 1: its columns differ from its text" in found.stdout
    assert told["ok"] is False
    assert [(each["kind"], each["seq"]) for each in told["faults"]] == [("ENTRY", 1)]
    assert after.returncode == 0, after


async def test_an_audit_that_cannot_run_says_what_is_missing(suite: Suite) -> None:
    nothing = subprocess.run(
        [sys.executable, "-m", "hedgerow_gateway.client", "audit", "verify"],
        env={name: value for name, value in os.environ.items() if "HEDGEROW" not in name},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert nothing.returncode == 1
    assert "HEDGEROW_POSTGRES_URL" in nothing.stderr
    assert "HEDGEROW_ANCHOR_KEYS" in nothing.stderr
