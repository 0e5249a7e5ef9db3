from datetime import timedelta

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.routing import (
    ListOverflowRules,
    OverflowRuleRetired,
    RetireOverflowRule,
)
from hedgerow.contracts.values import RuleId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.retire_overflow_rule import retire_overflow_rule
from hedgerow_routing.store.tables import overflow_rules
from hedgerow_routing.views.rules import list_overflow_rules
from routing.makers import (
    NINGBO,
    as_caller,
    found_location,
    found_plant,
    found_rule,
    of_itself,
    rule,
)
from sqlalchemy import select
from worlds import NOON, administrator, caller, transaction

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def store(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    return (await found_location(tx, plant.plant_id, "STORE")).location_id


async def rows(tx):
    return (await tx.conn.execute(select(overflow_rules).order_by("version"))).all()


async def test_a_retired_rule_is_in_force_no_more(tx, store):
    other = await found_rule(tx, rule("ZJ", store, regions=("浙江",)))
    last = await found_rule(tx, rule("JZH", store, condition="order.custom && plant.hour > 8"))
    tx.now, tx.recorded[:] = LATER, []

    answer = await retire_overflow_rule(RetireOverflowRule(rule_id=last.rule_id), tx)

    assert answer == last
    assert await list_overflow_rules(ListOverflowRules(), tx) == (other,)
    [emitted] = of_itself(tx)
    assert emitted.event == OverflowRuleRetired(
        rule_id=last.rule_id, code="JZH", version=2, retired_at=LATER
    )
    assert emitted.aggregate == f"rule:{tx.tenant_id}:JZH"
    assert (emitted.version, emitted.plant_id) == (2, None)
    recorded = tx.recorded[0]
    assert (recorded.aggregate, recorded.action) == (emitted.aggregate, "retired")
    assert recorded.changes["condition"] == ("order.custom && plant.hour > 8", None)
    assert recorded.changes["version"] == (1, None)


async def test_its_code_may_be_published_again_and_the_versions_go_on(tx, store):
    first = await found_rule(tx, rule("JZH", store))
    await retire_overflow_rule(RetireOverflowRule(rule_id=first.rule_id), tx)
    tx.emitted.clear()

    again = await publish_overflow_rule(rule("JZH", store, name="again"), tx)

    assert again.version == 3
    assert [each.version for each in of_itself(tx)] == [3]
    assert [(each.version, each.active_to is None) for each in await rows(tx)] == [
        (1, False),
        (3, True),
    ]


async def test_what_a_retired_rule_hindered_may_be_published(tx, store):
    first = await found_rule(tx, rule("JZH", store))
    with pytest.raises(Refused, match="JZH"):
        await publish_overflow_rule(rule("OTHER", store), tx)

    await retire_overflow_rule(RetireOverflowRule(rule_id=first.rule_id), tx)

    assert (await publish_overflow_rule(rule("OTHER", store), tx)).version == 1


async def test_only_the_version_in_force_can_be_retired_and_only_once(tx, store):
    old = await found_rule(tx, rule("JZH", store))
    new = await found_rule(tx, rule("JZH", store, name="newer"))
    tx.recorded.clear()

    with pytest.raises(Refused) as refused:
        await retire_overflow_rule(RetireOverflowRule(rule_id=old.rule_id), tx)

    assert (refused.value.code, refused.value.field) == ("RULE_ENDED", "rule_id")
    assert await list_overflow_rules(ListOverflowRules(), tx) == (new,)
    assert (tx.emitted, tx.recorded) == ([], [])
    await retire_overflow_rule(RetireOverflowRule(rule_id=new.rule_id), tx)
    with pytest.raises(Refused) as refused:
        await retire_overflow_rule(RetireOverflowRule(rule_id=new.rule_id), tx)
    assert refused.value.code == "RULE_ENDED"
    assert len(of_itself(tx)) == 1


async def test_another_companys_rule_is_answered_like_one_that_never_was(routing_db, tx, store):
    async with transaction(routing_db, administrator()) as elsewhere:
        plant = await found_plant(elsewhere, "NINGBO", NINGBO)
        there = await found_location(elsewhere, plant.plant_id, "STORE")
        foreign = await found_rule(elsewhere, rule("JZH", there.location_id))
        tx.recorded.clear()

        for rule_id in (RuleId(new_id()), foreign.rule_id):
            with pytest.raises(Refused) as refused:
                await retire_overflow_rule(RetireOverflowRule(rule_id=rule_id), tx)

            assert (refused.value.code, refused.value.field) == ("RULE_UNKNOWN", "rule_id")
        assert await list_overflow_rules(ListOverflowRules(), elsewhere) == (foreign,)
        assert (tx.emitted, tx.recorded) == ([], [])


async def test_who_may_publish_no_rules_retires_none(tx, store):
    published = await found_rule(tx, rule("JZH", store))
    plant = await found_plant(tx, "SUZHOU", NINGBO)
    theirs = await as_caller(tx, caller(tx.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN}))

    with pytest.raises(NotPermitted):
        await retire_overflow_rule(RetireOverflowRule(rule_id=published.rule_id), theirs)

    assert await list_overflow_rules(ListOverflowRules(), theirs) == (published,)
    assert (theirs.emitted, theirs.recorded) == ([], [])
