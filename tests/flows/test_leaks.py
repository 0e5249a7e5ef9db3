"""Whoever may not see a plant is answered with nothing of it, whatever the schema lets them ask."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from graphql import build_schema
from leaks.asking import Asking, Call
from leaks.canaries import OTHER, A, B
from leaks.coverage import reachable, unfilled
from leaks.listening import everybody_listens, search
from leaks.owners import learn_ids
from leaks.plants import submitted
from leaks.scan import Scan
from leaks.users import User
from leaks.values import NoValue, Values
from leaks.walk import PUBLISHED, documents, published
from leaks.writing import (
    OPEN,
    REFUSALS,
    attacks,
    fingerprint,
    mixtures,
    must_be_refused,
    mutations,
    neutral,
    refusals,
)

OTHER_SIDE = ("area_admin@SZH", "area_admin@NGB")
FEW = (*OTHER_SIDE, "auditor", "nobody", "administrator of another company")
SHORT, LONG = 3000, 100_000


def test_every_field_of_the_schema_is_in_a_document() -> None:
    schema = published()
    roots = {
        each: getattr(schema, f"{each}_type") for each in ("query", "mutation", "subscription")
    }
    documented = {name: documents(schema, name) for name in roots}
    covered = {each for some in documented.values() for one in some for each in one.coordinates}

    for name, root in roots.items():
        assert {each.root for each in documented[name]} == set(root.fields)
        assert reachable(schema, root) - covered <= {"UserError.message", "UserError.field"}


@pytest.mark.parametrize(
    ("changed", "blamed"),
    [
        ("order(id: ID, number: String, secret: String)", r"Query\.order\(secret:\)"),
        ("order(id: ID, number: String, gadgetId: ID)", r"Query\.order\(gadgetId:\).*Gadget"),
        ("order(id: ID, number: String, when: Era)", r"Query\.order\(when:\) of type Era"),
    ],
)
def test_an_argument_that_nobody_thought_of_is_named(changed: str, blamed: str) -> None:
    text = PUBLISHED.read_text().replace("order(id: ID, number: String)", changed)
    schema = build_schema(text + "\nscalar Era\n")
    values = Values(schema)
    for coordinate in ("Order.id", "Order.number"):
        values.keep(A, coordinate, "anything")
    document = documents(schema, only="order")[0]

    with pytest.raises(NoValue, match=blamed):
        list(Asking(values, A, B).each(document))


@pytest.mark.parametrize(
    "responses",
    [
        SHORT,
        pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_nobody_is_answered_with_what_is_anothers(scan: Scan, responses: int) -> None:
    few = [scan.user(name) for name in FEW]
    light = [each for each in scan.documents if each.thin]
    await scan.run(scan.plain(few))
    await scan.run(scan.plain(scan.users, light))
    await scan.run(scan.each(few[:1]))
    empty = unfilled(scan.schema, scan.report.filled)
    wide = [each for each in scan.documents if each.wide and each.coordinates & empty]
    await scan.run(scan.each([replace(scan.user("auditor"), foreign=A)], wide))
    if responses == LONG:
        await scan.run(scan.plain(scan.users))
        await scan.run(scan.each(scan.users))
    rest = max(0, responses - scan.report.responses)
    await scan.run(islice(scan.anything(random.Random(20260329)), rest))
    report = scan.report
    print(f"\n{report}")

    assert report.leaks == [], str(report)
    assert report.faults == [], str(report)
    assert report.responses >= responses
    for document in scan.documents:
        assert {name for name, one in report.asked if one == document.name} >= set(FEW)
    assert {name for name, _ in report.asked} == {each.name for each in scan.users}
    missing = unfilled(scan.schema, report.filled)
    assert missing == set(), f"never answered to anybody: {sorted(missing)}"


async def test_the_scan_finds_what_may_be_seen(scan: Scan) -> None:
    """Otherwise it would prove nothing that it finds nothing else."""
    seers = [each for each in scan.users if each.reads_orders]
    orders = [each for each in scan.documents if each.name == "orders"]
    await scan.run(scan.plain(seers, orders))

    for user in seers:
        assert {owner for owner in (A, B, OTHER) if scan.report.seen[user.name, owner]} == user.sees


@pytest.mark.parametrize(
    "fully",
    [False, pytest.param(True, marks=[pytest.mark.long, pytest.mark.timeout(1800)])],
)
async def test_no_mutation_reaches_what_is_anothers(scan: Scan, fully: bool) -> None:
    codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    done: list[str] = []

    def heard(user: User, call: Call, said: dict[str, Any]) -> None:
        found = refusals(call, said)
        codes[user.name, call.document.root] |= set(found)
        if not found and must_be_refused(user, call):
            done.append(f"{user.name}: {call.document.root} with {dict(call.variables)}")

    for owner in (A, B):
        attackers = [
            each for each in scan.users if each.foreign == owner and owner not in each.sees
        ]
        before = await fingerprint(scan.world, owner)
        await scan.run(attacks(scan, attackers, fully=fully), heard)
        after = await fingerprint(scan.world, owner)

        assert {name for name in after if after[name] != before[name]} == set()
    if fully:
        await scan.run(mixtures(scan, map(scan.user, OTHER_SIDE)))
        await learn_ids(scan.world)
    print(f"\n{scan.report}")
    await scan.count()
    assert done == []
    assert scan.report.leaks == [], str(scan.report)
    assert scan.report.faults == [], str(scan.report)
    for name in OTHER_SIDE if not fully else ():
        for document in mutations(scan):
            if document.root not in OPEN:
                found = codes[name, document.root]
                assert found & REFUSALS, (name, document.root, found)


async def test_an_order_for_another_plant_tells_nothing_of_it(scan: Scan) -> None:
    """Whoever may submit orders may submit them to any address."""
    calls = [
        (user, neutral(call))
        for user in map(scan.user, OTHER_SIDE)
        for document in mutations(scan)
        if document.root in OPEN
        for call in islice(scan.asking(user).each(document), 8)
    ]
    await scan.run(calls)
    await learn_ids(scan.world)
    beside_the_input = [each for each in scan.report.leaks if each.found.hit[1] not in each.asked]

    await scan.count()
    assert beside_the_input == [], [str(each) for each in beside_the_input[:10]]
    assert scan.report.faults == [], str(scan.report)


async def test_a_subscription_tells_nothing_of_another_plant(scan: Scan) -> None:
    side = scan.world.sides[A]
    strangers = [each for each in scan.users if each.foreign == A and A not in each.sees]
    seers = [scan.user("area_admin@NGB"), scan.user("dispatcher")]
    async with everybody_listens(scan, [*strangers, *seers]) as ears:
        async with side.company.user("area_admin@NGB", subject=side.word()) as chief:
            made = await submitted(chief, side, side.made["Sku.sku"][0], "2")
            await chief.done(
                "orderCancel", "order { state }", orderId=made,
                basis={"type": "EMAIL", "ref": side.word(), "note": side.word()},
            )  # fmt: skip
            place, scarce = side.company.locations[side.near], side.made["Sku.sku"][2]
            for level in (side.some(3), side.some(60)):  # it clears, and trips again
                await chief.done(
                    "safetyLevelSet", "level { atp }", locationId=place, sku=scarce, level=level
                )
        open_ears = [ear for ear in ears if ear.user in seers and not ear.calls[0].variables]
        for _ in range(200):
            if all(len(ear.events) >= 2 for ear in open_ears):
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
    await learn_ids(scan.world)
    search(scan, ears)
    await scan.count()

    assert {ear.user.name for ear in open_ears} == {each.name for each in seers}
    assert all(len(ear.events) >= 2 for ear in open_ears)
    for seer in seers:
        events = [each for ear in ears if ear.user is seer for each in ear.events]
        heard = {name for each in events for name in each["payload"]["data"]}
        all_plants = {"simulationProgress"} if seer.name != "dispatcher" else set()
        assert heard == set(scan.schema.subscription_type.fields) - all_plants
    elsewhere = scan.world.sides[OTHER].made["Simulation.id"]
    told = [(ear, each) for ear in ears if ear.user in strangers for each in ear.events]
    assert [
        (ear.user.name, each)
        for ear, each in told
        if ear.call(each).variables.get("id") not in elsewhere
    ] == []
    assert {ear.user.name for ear, _ in told} <= {"administrator of another company"}
    assert scan.report.leaks == [], str(scan.report)
    assert scan.report.faults == [], str(scan.report)
    assert scan.report.seen["area_admin@NGB", A] >= 2
