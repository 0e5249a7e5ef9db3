"""Registers the SKUs that orders name and the company does not know yet."""

from __future__ import annotations

import hashlib
from typing import Any

from hedgerow_gateway.client.api import Api
from hedgerow_gateway.client.orders_csv import OrderFile

AT_ONCE = 200

KNOWN = """
query KnownSkus($after: String) {
  skus(first: 100, after: $after) {
    nodes { sku }
    pageInfo { hasNextPage endCursor }
  }
}
"""
REGISTER = """
mutation RegisterSkus($key: String!, $input: SkuRegisterInput!) {
  skuRegister(input: $input) @idempotent(key: $key) {
    skus { sku }
    userErrors { code message field }
  }
}
"""


def skus_of(file: OrderFile) -> set[str]:
    """Every SKU of the file's good rows; one pass, only the codes are kept."""
    return {line["sku"] for row in file.rows() if not row.faults for line in row.input["lines"]}


async def known_skus(api: Api) -> set[str]:
    known: set[str] = set()
    after: str | None = None
    while True:
        page = (await api.execute(KNOWN, {"after": after}))["skus"]
        known |= {each["sku"] for each in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            return known
        after = page["pageInfo"]["endCursor"]


async def register_missing(api: Api, wanted: set[str], *, unit: str) -> int:
    """Register what is not known under its code as its name; the others stay as they are.

    Returns how many are new.
    """
    missing = sorted(wanted - await known_skus(api))
    entries = [{"sku": sku, "name": sku, "unit": unit, "itemClass": "REGULAR"} for sku in missing]
    await register(api, entries)
    return len(missing)


async def register(api: Api, entries: list[dict[str, Any]]) -> None:
    for start in range(0, len(entries), AT_ONCE):
        part = entries[start : start + AT_ONCE]
        named = "\n".join(f"{each['sku']} {each['name']} {each['unit']}" for each in part)
        key = f"skus-{hashlib.sha256(named.encode()).hexdigest()[:32]}"
        await api.execute(REGISTER, {"key": key, "input": {"skus": part}})
