"""Rules in releases: held against one another as all changes leave them, removed, brought back."""

import pytest
from hedgerow.contracts.releases import (
    Gate,
    ReleaseChangesByIds,
    ReleasePublished,
    RollBackRelease,
    RuleChange,
    RuleRemoval,
    SetReleaseGate,
)
from hedgerow.contracts.routing import (
    ListOverflowRules,
    OverflowRuleRetired,
    RetireOverflowRule,
)
from hedgerow.contracts.values import ReleaseId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.retire_overflow_rule import retire_overflow_rule
from hedgerow_routing.handlers.roll_back_release import roll_back_release
from hedgerow_routing.handlers.set_release_gate import set_release_gate
from hedgerow_routing.store.tables import overflow_rules
from hedgerow_routing.views.releases import release_changes_by_ids
from hedgerow_routing.views.rules import list_overflow_rules
from routing.makers import NINGBO, found_location, found_plant, found_rule, of_itself, rule
from routing.release_makers import (
    draft,
    found_draft,
    found_published,
    limits_change,
    override,
    publish,
    rule_change,
    second_person,
)
from sqlalchemy import select
from worlds import administrator, transaction


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def store(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    return (await found_location(tx, plant.plant_id, "STORE")).location_id


async def answered(tx, *changes):
    """A draft that may be published. What it announced is forgotten."""
    view = await override_release(override(await found_draft(tx, *changes)), second_person(tx))
    tx.emitted.clear()
    tx.recorded.clear()
    return view


async def priorities(tx):
    rules = await list_overflow_rules(ListOverflowRules(), tx)
    return [(each.code, each.priority) for each in rules]


async def refusal(tx, *changes):
    """Why a release of these changes is not published; nothing has changed then."""
    release, before = await answered(tx, *changes), await priorities(tx)
    with pytest.raises(Refused) as refused:
        await publish_release(publish(release), tx)
    assert await priorities(tx) == before
    assert (tx.emitted, tx.recorded) == ([], [])
    return refused.value.code, refused.value.field


async def test_two_rules_change_places_together_which_neither_could_alone(tx, store):
    await found_rule(tx, rule("A", store, priority=2, regions=("浙江", "江苏")))
    await found_rule(tx, rule("B", store, priority=1, regions=("浙江", "安徽")))
    lower = rule("A", store, priority=1, regions=("浙江", "江苏"))
    higher = rule("B", store, priority=2, regions=("浙江", "安徽"))
    for alone in (lower, higher):
        with pytest.raises(Refused, match="match this rule"):
            await publish_overflow_rule(alone, tx)
    assert await priorities(tx) == [("A", 2), ("B", 1)]

    await publish_release(
        publish(await answered(tx, RuleChange(rule=lower), RuleChange(rule=higher))), tx
    )

    assert await priorities(tx) == [("B", 2), ("A", 1)]


async def test_rules_of_one_release_that_tie_are_refused(tx, store):
    found = await refusal(
        tx, limits_change(300.0), rule_change("A", store), rule_change("B", store)
    )

    assert found == ("RULE_TIE", "changes.1.rule.priority")


async def test_rules_of_one_release_that_each_hide_another_are_refused(tx, store):
    await found_rule(tx, rule("OLD", store, regions=("浙江",)))

    found = await refusal(
        tx,
        rule_change("A", store, priority=2, regions=("浙江",)),
        rule_change("B", store, priority=1, regions=("浙江", "江苏")),
    )

    assert found == ("RULE_UNREACHABLE", "changes.0.rule.priority")


async def test_a_rule_in_the_place_of_one_that_is_removed_with_it(tx, store):
    await found_rule(tx, rule("OLD", store))
    assert await refusal(tx, rule_change("NEW", store)) == (
        "RULE_TIE",
        "changes.0.rule.priority",
    )

    await publish_release(
        publish(await answered(tx, rule_change("NEW", store), RuleRemoval(code="OLD"))), tx
    )

    assert await priorities(tx) == [("NEW", 0)]


async def test_a_removed_rule_is_retired_by_the_release(tx, store):
    old = await found_rule(tx, rule("OLD", store))

    published = await publish_release(publish(await answered(tx, RuleRemoval(code="OLD"))), tx)

    assert published.keys == ("RULE:OLD",)
    [emitted] = of_itself(tx)
    assert emitted.event == OverflowRuleRetired(
        rule_id=old.rule_id, code="OLD", version=2, retired_at=published.published_at
    )
    row = (await tx.conn.execute(select(overflow_rules))).one()
    assert (row.release_from, row.release_to, row.retired_by) == (1, 2, "administrator")
    assert [each.aggregate.split(":")[0] for each in tx.recorded] == ["rule", "release", "releases"]
    assert tx.recorded[0].action == "retired"


async def test_a_rule_that_is_not_there_cannot_be_removed(tx, store):
    with pytest.raises(Refused) as refused:
        await draft_release(draft(RuleRemoval(code="OLD")), tx)
    assert (refused.value.code, refused.value.field) == (
        "NOTHING_TO_REMOVE",
        "changes.0.rule_removal.code",
    )
    old = await found_rule(tx, rule("OLD", store))
    release = await answered(tx, RuleRemoval(code="OLD"))
    await retire_overflow_rule(RetireOverflowRule(rule_id=old.rule_id), tx)
    again = await override_release(override(release), second_person(tx))
    tx.emitted.clear()

    with pytest.raises(Refused) as refused:
        await publish_release(publish(again), tx)

    assert (refused.value.code, refused.value.field) == (
        "NOTHING_TO_REMOVE",
        "changes.0.rule_removal.code",
    )
    assert tx.emitted == []


async def test_retiring_a_rule_alone_is_a_release_of_one_and_obeys_the_gate(tx, store):
    old = await found_rule(tx, rule("OLD", store))
    other = await found_rule(tx, rule("OTHER", store, priority=1, regions=("浙江",)))
    await retire_overflow_rule(RetireOverflowRule(rule_id=old.rule_id), tx)
    assert tx.emitted[-1].event.number == 3
    assert isinstance(tx.emitted[-1].event, ReleasePublished)
    assert tx.emitted[-1].event.keys == ("RULE:OLD",)
    await set_release_gate(SetReleaseGate(gate=Gate.CLOSED), tx)
    tx.emitted.clear()

    with pytest.raises(Refused) as refused:
        await retire_overflow_rule(RetireOverflowRule(rule_id=other.rule_id), tx)

    assert refused.value.code == "RELEASE_REQUIRED"
    assert await priorities(tx) == [("OTHER", 1)]
    assert tx.emitted == []


async def test_rolling_back_retires_what_was_not_there_and_restores_what_a_rule_said(tx, store):
    said = {
        "condition": "order.custom",
        "max_locations": 2,
        "max_distance_km": 300.0,
        "sla_hours": 48,
    }
    old = rule_change("OLD", store, **said)
    await found_published(tx, old)
    await found_published(tx, RuleRemoval(code="OLD"), rule_change("NEW", store))

    drafted = await roll_back_release(RollBackRelease(release_id=ReleaseId(new_id()), number=1), tx)

    [changes] = await release_changes_by_ids(ReleaseChangesByIds(ids=(drafted.release_id,)), tx)
    assert {each.key for each in changes} == {"RULE:OLD", "RULE:NEW"}
    assert RuleRemoval(code="NEW") in changes
    ready = await override_release(override(drafted), second_person(tx))
    await publish_release(publish(ready), tx)
    [back] = await list_overflow_rules(ListOverflowRules(), tx)
    assert (back.code, back.version) == ("OLD", 3)
    assert back.rule_id != old.rule.rule_id
    assert {name: getattr(back, name) for name in said} == said
