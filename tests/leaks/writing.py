"""Every mutation, called by those who may not, with what is not theirs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type
from looks import look, plain_id
from worlds import SERVICES

from leaks.asking import Asking, Call
from leaks.canaries import OTHER, UUID, WORD
from leaks.scan import Scan
from leaks.sides import World
from leaks.users import User
from leaks.walk import Document, documents

# Not refused to whoever may submit orders anywhere.
OPEN: Mapping[str, str] = {
    "orderSubmit": "an order goes to the plant whose area holds its address, whoever took it",
}
REFUSALS = frozenset({"PLANT_FORBIDDEN", "NOT_PERMITTED"})
# Tables that may grow although nothing was done.
NOTED: Mapping[str, str] = {
    "outbox": "messages",
    "inbox": "messages",
    "idempotency": "messages",
    "dead_letters": "messages",
    "order_numbers": "the next number; shared by the company",
    "rma_numbers": "the next number; shared by the company",
    "evidence_anchors": "one a minute",
    "access_cases": "each refusal is one",
    "access_case_numbers": "the same",
    "claimed_roles": "what a token brought is kept when it is first seen",
    "presence_attestations": "where somebody said they were, before they were refused",
    "attestation_numbers": "the same",
    "release_series": "the number in force; shared by the company",
}


def mutations(scan: Scan) -> list[Document]:
    """Of each mutation the document that reads most of its payload."""
    made: dict[str, Document] = {}
    for each in documents(scan.schema, "mutation"):
        if each.root not in made or each.wide:
            made[each.root] = each
    return list(made.values())


def names_something(call: Call) -> bool:
    """Whether an id of something stands in the input."""
    places = call.document.places
    return any(_holds_id(places[n].argument.type, value) for n, value in call.variables.items())


def attacks(scan: Scan, someone: Iterable[User], *, fully: bool) -> Iterator[tuple[User, Call]]:
    """Every mutation but the open ones, with the ids of others: with what is mandatory, with all
    that it takes, and `fully` also with every single value. Nothing of their own is named: an
    order of theirs may hold stock of the other plant, and may give it back."""
    askings: dict[str, Asking] = {}
    for document in mutations(scan):
        for user in someone:
            if document.root not in OPEN:
                foreign = user.foreign
                asking = askings.setdefault(foreign, Asking(scan.values, foreign, foreign))
                calls = [neutral(each) for each in asking.each(document)]
                yield from ((user, each) for each in (calls if fully else [calls[0], calls[-1]]))


def mixtures(scan: Scan, someone: Iterable[User]) -> Iterator[tuple[User, Call]]:
    """The same with every value, their own among them: some of it is done."""
    for document in mutations(scan):
        for user in someone:
            if document.root not in OPEN:
                yield from ((user, neutral(each)) for each in scan.asking(user).each(document))


def neutral(call: Call) -> Call:
    """The same with nobody's words: else what is written could not be told from a leak. Its ids
    and places stay; an article of this name is there."""
    text = UUID.sub("a-paper", WORD.sub("BORROWED-A", json.dumps(call.variables)))
    return Call(call.document, json.loads(text))


def must_be_refused(user: User, call: Call) -> bool:
    """Those of another company may do what they like in theirs."""
    return user.own != OTHER or names_something(call)


def refusals(call: Call, said: Mapping[str, Any]) -> list[str]:
    """The codes of a payload; empty when it was done."""
    payload = (said.get("data") or {}).get(call.document.root)
    if payload is None:
        return [each["extensions"]["code"] for each in said.get("errors") or ()]
    return [each.get("code", "") for each in payload["userErrors"]]


# Streams of evidence about the same.
_NOTED_STREAMS = "split_part(stream, ':', 1) in ('case', 'attestation', 'access', 'releases')"
_TABLES = """select c.table_name, bool_or(c.column_name = 'plant_id')
  from information_schema.columns c
  join information_schema.tables t using (table_schema, table_name)
 where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
 group by 1 having bool_or(c.column_name = 'tenant_id') order by 1"""


async def fingerprint(world: World, owner: str) -> dict[str, tuple[int, str]]:
    """Count and hash of the rows of every table that are the plant's, or the company's as a
    whole."""
    side = world.sides[owner]
    made: dict[str, tuple[int, str]] = {}
    for service in SERVICES:
        for table, planted in await look(world.suite, service, _TABLES):
            if table in NOTED:
                continue
            mine = "and plant_id = cast(:plant as uuid)" if planted else ""
            if table in ("evidence", "evidence_heads"):
                mine += f" and not {_NOTED_STREAMS}"
            rows = await look(
                world.suite, service,
                f"select cast(t as text) from {table} t "
                f"where tenant_id = cast(:tenant as uuid) {mine} order by 1",
                tenant=side.company.tenant,
                **({"plant": str(plain_id(side.company.plants[side.code]))} if planted else {}),
            )  # fmt: skip
            text = "\n".join(row for (row,) in rows)
            made[f"{service}.{table}"] = (len(rows), hashlib.sha256(text.encode()).hexdigest())
    return made


def _holds_id(kind: Any, value: Any) -> bool:
    if isinstance(value, list):
        return any(_holds_id(kind, each) for each in value)
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType) and isinstance(value, dict):
        return any(_holds_id(named.fields[name].type, each) for name, each in value.items())
    return bool(named.name == "ID") and value is not None
