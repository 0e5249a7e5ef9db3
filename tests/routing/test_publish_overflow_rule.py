import asyncio

import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.routing import (
    ListOverflowRules,
    OverflowRulePublished,
    OverflowRuleView,
    SafetyTest,
)
from hedgerow.contracts.values import LocationId, new_id
from hedgerow.errors import Refused
from hedgerow.transaction import Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow_routing.domain.condition import ConditionInvalid
from hedgerow_routing.domain.network import specificity
from hedgerow_routing.domain.rule_set import RuleTie, RuleUnreachable
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.store.network import NetworkStore
from hedgerow_routing.store.refusals import IdTaken
from hedgerow_routing.store.tables import overflow_rules
from hedgerow_routing.views.rules import list_overflow_rules
from routing.makers import (
    HEFEI,
    NINGBO,
    as_caller,
    count,
    found_location,
    found_plant,
    found_rule,
    of_itself,
    rule,
)
from sqlalchemy import insert
from worlds import NOON, administrator, caller, transaction


async def two_locations(tx):
    ningbo = await found_plant(tx, "NINGBO", NINGBO)
    hefei = await found_plant(tx, "HEFEI", HEFEI)
    hangzhou = await found_location(tx, ningbo.plant_id, "HANGZHOU")
    cloud = await found_location(tx, hefei.plant_id, "CLOUD")
    return hangzhou.location_id, cloud.location_id


async def test_a_rule_is_in_force_from_its_publication_on(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        chain = await two_locations(tx)
        command = rule(
            "EAST",
            *chain,
            name="华东",
            priority=3,
            regions=("江苏", "浙江", "上海"),
            channels=("WEB",),
            safety_test=SafetyTest.AFTER,
            condition='order.priority == "A"',
            max_locations=2,
            max_distance_km=800.0,
            sla_hours=24,
        )

        view = await publish_overflow_rule(command, tx)

        assert view == OverflowRuleView(
            rule_id=command.rule_id,
            code="EAST",
            name="华东",
            version=1,
            priority=3,
            regions=("江苏", "浙江", "上海"),
            channels=("WEB",),
            chain=chain,
            safety_test=SafetyTest.AFTER,
            active_from=NOON,
            condition='order.priority == "A"',
            max_locations=2,
            max_distance_km=800.0,
            sla_hours=24,
        )
        assert await list_overflow_rules(ListOverflowRules(), tx) == (view,)
        [emitted] = of_itself(tx)
        assert emitted.event == OverflowRulePublished(rule=view)
        assert emitted.aggregate == f"rule:{tx.tenant_id}:EAST"
        assert (emitted.version, emitted.plant_id) == (1, None)


async def test_publishing_again_replaces_the_rule_of_the_same_code(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, cloud = await two_locations(tx)
        await found_rule(tx, rule("EAST", hangzhou))
        other = await found_rule(tx, rule("WEST", hangzhou, priority=-1, condition="order.custom"))

        new = await publish_overflow_rule(rule("EAST", cloud), tx)

        assert (new.version, new.chain) == (2, (cloud,))
        assert await list_overflow_rules(ListOverflowRules(), tx) == (other, new)
        assert await count(tx, overflow_rules) == 3
        assert [each.version for each in of_itself(tx)] == [2]


async def test_rules_are_listed_in_the_order_in_which_they_are_tried(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, _ = await two_locations(tx)
        for command in (
            rule("ALL", hangzhou, priority=9),
            rule("B", hangzhou, regions=("浙江",)),
            rule("A", hangzhou, regions=("上海",)),
            rule("APP", hangzhou, channels=("APP",), priority=-1),
            rule("URGENT", hangzhou, channels=("TMALL",), priority=1),
            rule("BOTH", hangzhou, regions=("浙江",), channels=("WEB",)),
        ):
            await found_rule(tx, command)

        listed = await list_overflow_rules(ListOverflowRules(), tx)

        assert [each.code for each in listed] == ["BOTH", "URGENT", "A", "B", "APP", "ALL"]


async def test_a_chain_through_an_unknown_location_is_refused_by_position(routing_db):
    async with transaction(routing_db, administrator()) as elsewhere:
        foreign, _ = await two_locations(elsewhere)
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, cloud = await two_locations(tx)

        for stranger in (LocationId(new_id()), foreign):
            with pytest.raises(Refused) as refused:
                await publish_overflow_rule(rule("EAST", hangzhou, stranger, cloud), tx)

            assert (refused.value.code, refused.value.field) == ("LOCATION_UNKNOWN", "chain.1")
        assert await count(tx, overflow_rules) == 0
        assert tx.emitted == []


async def test_a_tie_is_refused_and_nothing_changes(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, cloud = await two_locations(tx)
        first = await found_rule(tx, rule("JZH", hangzhou, regions=("江苏", "浙江", "上海")))
        recorded = len(tx.recorded)

        with pytest.raises(RuleTie) as refused:
            await publish_overflow_rule(rule("DOUYIN", cloud, channels=("DOUYIN",)), tx)

        assert (refused.value.code, refused.value.field) == ("RULE_TIE", "priority")
        assert "JZH" in refused.value.en and "JZH" in refused.value.zh
        assert await list_overflow_rules(ListOverflowRules(), tx) == (first,)
        assert await count(tx, overflow_rules) == 1
        assert (tx.emitted, len(tx.recorded)) == ([], recorded)


async def test_of_two_rules_that_tie_and_are_published_at_once_the_second_is_refused(routing_db):
    who = administrator()
    async with routing_db.begin() as conn:
        await enter(conn, who.reach(), timeout_s=20)
        chain = await two_locations(Transaction(conn, who, NOON))
    second_began = asyncio.Event()

    async def second() -> None:
        async with routing_db.begin() as conn:
            await enter(conn, who.reach(), timeout_s=20)
            second_began.set()
            await publish_overflow_rule(rule("B", *chain), Transaction(conn, who, NOON))

    async with routing_db.begin() as conn:
        await enter(conn, who.reach(), timeout_s=20)
        await publish_overflow_rule(rule("A", *chain), Transaction(conn, who, NOON))
        waiting = asyncio.create_task(second())
        await second_began.wait()
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done

    with pytest.raises(RuleTie, match="A"):
        await waiting
    async with transaction(routing_db, who) as tx:
        assert [each.code for each in await list_overflow_rules(ListOverflowRules(), tx)] == ["A"]


async def test_a_rule_from_before_conditions_is_in_force_as_it_was(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, _ = await two_locations(tx)
        old = insert(overflow_rules).values(
            tenant_id=tx.tenant_id,
            rule_id=new_id(),
            code="OLD",
            name="old",
            version=1,
            priority=0,
            regions=["浙江"],
            channels=[],
            chain=[hangzhou],
            safety_test=SafetyTest.AFTER,
            active_from=NOON,
        )
        await tx.conn.execute(old)

        [view] = await list_overflow_rules(ListOverflowRules(), tx)
        network = await NetworkStore(tx).load()

        assert (view.condition, view.max_locations, view.max_distance_km, view.sla_hours) == (
            "",
            None,
            None,
            None,
        )
        assert [(each.code, specificity(each)) for each in network.rules] == [("OLD", 1)]


async def test_an_unreachable_rule_is_refused_and_nothing_changes(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, cloud = await two_locations(tx)
        first = await found_rule(tx, rule("JZH", hangzhou, regions=("江苏", "浙江"), priority=1))

        with pytest.raises(RuleUnreachable) as refused:
            await publish_overflow_rule(rule("ZJ", cloud, regions=("浙江",)), tx)

        assert (refused.value.code, refused.value.field) == ("RULE_UNREACHABLE", "priority")
        assert "JZH" in refused.value.en and "JZH" in refused.value.zh
        assert await list_overflow_rules(ListOverflowRules(), tx) == (first,)
        assert tx.emitted == []


async def test_a_wrong_condition_is_refused_and_nothing_changes(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, _ = await two_locations(tx)
        first = await found_rule(tx, rule("JZH", hangzhou))

        with pytest.raises(ConditionInvalid) as refused:
            await publish_overflow_rule(rule("JZH", hangzhou, condition="order.chanel == 1"), tx)

        assert refused.value.field == "condition"
        assert await list_overflow_rules(ListOverflowRules(), tx) == (first,)
        assert tx.emitted == []


async def test_a_code_that_no_database_holds_is_refused_before_one_is_asked(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        with pytest.raises(Refused) as refused:
            await publish_overflow_rule(rule("E\0", LocationId(new_id())), tx)

        assert (refused.value.code, refused.value.field) == ("CODE_INVALID", "code")
        assert tx.emitted == []


async def test_an_id_is_used_once(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hangzhou, _ = await two_locations(tx)
        first = await found_rule(tx, rule("EAST", hangzhou))

        with pytest.raises(IdTaken) as refused:
            command = rule("WEST", hangzhou, regions=("四川",), rule_id=first.rule_id)
            await publish_overflow_rule(command, tx)

        assert refused.value.field == "rule_id"
        assert tx.emitted == []


async def test_rules_are_published_for_the_whole_tenant_only_and_read_by_all_its_staff(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        hangzhou, _ = await two_locations(tx)
        plant = await found_plant(tx, "SUZHOU", NINGBO)
        published = await found_rule(tx, rule("EAST", hangzhou))
        staff = caller(admin.tenant_id, plants={plant.plant_id: Role.AREA_ADMIN})
        theirs = await as_caller(tx, staff)

        with pytest.raises(NotPermitted):
            await publish_overflow_rule(rule("MINE", hangzhou), theirs)

        assert await list_overflow_rules(ListOverflowRules(), theirs) == (published,)
        assert theirs.emitted == []
        nobody = await as_caller(tx, caller(admin.tenant_id))
        with pytest.raises(NotPermitted):
            await list_overflow_rules(ListOverflowRules(), nobody)
