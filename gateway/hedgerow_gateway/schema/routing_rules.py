"""Overflow rules and routing limits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
from hedgerow.contracts.routing import (
    GetRoutingLimits,
    ListOverflowRules,
    OverflowRuleView,
    PublishOverflowRule,
    RetireOverflowRule,
    RoutingLimitsView,
    SetRoutingLimits,
)

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import SafetyTest
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fences import ALONE_CODES
from hedgerow_gateway.schema.fields import (
    derived,
    entered,
    looked_up,
    member,
    query,
    same,
    shown,
)
from hedgerow_gateway.schema.ids import global_id, uuid_of, uuids_of
from hedgerow_gateway.schema.plants import Location


@strawberry.type(description="Where orders of some regions and channels try to be served from.")
class OverflowRule:
    id: strawberry.ID = derived(
        lambda rule: global_id("OverflowRule", rule.rule_id), "标识", "Id", "Of this version."
    )
    code: str = shown("规则代码", "Code", "Unique in the company.")
    name: str = shown("名称", "Name", "What people call it.")
    version: int = shown("版本", "Version", "From 1; publishing and retiring each add one.")
    priority: int = shown("优先级", "Priority", "Among rules that match equally, the higher wins.")
    regions: list[str] = shown("区域", "Regions", "Empty: every region.")
    channels: list[str] = shown("渠道", "Channels", "Empty: every channel.")
    condition: str = shown("条件", "Condition", "In CEL; empty: every order.")
    max_locations: int | None = shown(
        "拆单上限", "Split limit", "Over how many locations an order may be split; null: any."
    )
    max_distance_km: float | None = shown(
        "最大距离（公里）",
        "Largest distance (km)",
        "Locations whose plant lies farther from the address are left out; null: none.",
    )
    sla_hours: int | None = shown(
        "时效（小时）", "SLA (hours)", "Within which orders are promised; null: nothing promised."
    )
    chain: list[Location | None] | None = looked_up(
        lambda load: load.location_chains,
        lambda rule: rule.chain,
        "库位链",
        "Chain",
        "Locations in the order in which they are tried.",
    )
    safety_test: SafetyTest = shown(
        "安全库存判定", "Safety test", "Whether what remains counts, or what is there."
    )
    active_from: datetime = shown("生效时间", "Active from", "Inclusive.")


@strawberry.type(description="How far routing reaches.")
class RoutingLimits:
    max_distance_km: float = shown(
        "最大距离（公里）",
        "Largest distance (km)",
        "How far the nearest plant may be when no service area covers the point.",
    )
    version: int = shown("版本", "Version", "From 1; each change adds one.")


async def overflow_rules(info: Info) -> tuple[OverflowRuleView, ...]:
    return await info.context.ask(ListOverflowRules())


async def routing_limits(info: Info) -> RoutingLimitsView:
    return await info.context.ask(GetRoutingLimits())


def _given(value: Any) -> Any:
    """0 is a value, and refused; only what was left out is none."""
    return None if value is strawberry.UNSET else value


@strawberry.input(description="A rule, in force from the moment it is published.")
class OverflowRulePublishInput:
    code: str = entered("规则代码", "Code", "Replaces the rule of this code.")
    name: str = entered("名称", "Name", "What people call it.")
    priority: int | None = entered(
        "优先级", "Priority", "Among rules that match equally, the higher wins; 0.", optional=True
    )
    regions: list[str] | None = entered("区域", "Regions", "Empty: every region.", optional=True)
    channels: list[str] | None = entered("渠道", "Channels", "Empty: every channel.", optional=True)
    chain: list[strawberry.ID] = entered(
        "库位链", "Chain", "Ids of locations in the order in which they are tried."
    )
    safety_test: SafetyTest = entered("安全库存判定", "Safety test", "CURRENT or AFTER.")
    condition: str | None = entered(
        "条件", "Condition", "In CEL, over declared variables.", optional=True
    )
    max_locations: int | None = entered(
        "拆单上限", "Split limit", "1 to 5 locations an order; any number.", optional=True
    )
    max_distance_km: float | None = entered(
        "最大距离（公里）",
        "Largest distance (km)",
        "Leave out locations whose plant lies farther from the address.",
        optional=True,
    )
    sla_hours: int | None = entered(
        "时效（小时）", "SLA (hours)", "Within which orders are promised.", optional=True
    )

    def command(self, rule_id: Any) -> PublishOverflowRule:
        return PublishOverflowRule(
            rule_id=rule_id,
            code=self.code,
            name=self.name,
            priority=self.priority or 0,
            regions=tuple(self.regions or ()),
            channels=tuple(self.channels or ()),
            chain=uuids_of("Location", self.chain, field="chain"),
            safety_test=self.safety_test,
            condition=self.condition or "",
            max_locations=_given(self.max_locations),
            max_distance_km=_given(self.max_distance_km),
            sla_hours=_given(self.sla_hours),
        )


@strawberry.type(description="What became of overflowRulePublish.")
class OverflowRulePublishPayload:
    rule: OverflowRule | None = member("溢出规则", "Rule", "The version now in force.")
    user_errors: list[UserError] = user_errors(
        "OverflowRulePublish",
        {
            "COUNT_INVALID": "Too few or too many entries in a list.",
            "GIVEN_TWICE": "A value stands twice in its list.",
            "LOCATION_UNKNOWN": "A location of the chain does not exist.",
            "CODE_INVALID": "The code is empty, too long or holds other characters.",
            "CONDITION_INVALID": "The condition is no expression that is true or false, of "
            "declared variables; the message says where and why.",
            "LIMIT_INVALID": "A split limit, a distance or an SLA is out of range.",
            "PRIORITY_INVALID": "The priority is out of range.",
            "RULE_TIE": "Another rule could match the same order, and neither is stronger.",
            "RULE_UNREACHABLE": "A stronger rule takes every order of this one, or this one would "
            "take every order of another.",
            "ID_TAKEN": "The id is in use.",
            "CHANGED_MEANWHILE": "Somebody else published at the same moment; try again.",
            **ALONE_CODES,
        },
    )


@strawberry.input(description="A rule to be taken out of force.")
class OverflowRuleRetireInput:
    overflow_rule_id: strawberry.ID = entered("溢出规则", "Rule", "The version in force.")

    def command(self) -> RetireOverflowRule:
        rule_id = uuid_of("OverflowRule", self.overflow_rule_id, field="rule_id")
        return RetireOverflowRule(rule_id=rule_id)


@strawberry.type(description="What became of overflowRuleRetire.")
class OverflowRuleRetirePayload:
    rule: OverflowRule | None = member("溢出规则", "Rule", "The version that was in force.")
    user_errors: list[UserError] = user_errors(
        "OverflowRuleRetire",
        {
            "RULE_ENDED": "This version is in force no more.",
            "RULE_UNKNOWN": "There is no such rule.",
            **ALONE_CODES,
        },
        renamed={"rule_id": "overflowRuleId"},
    )


@strawberry.input(description="How far routing reaches.")
class RoutingLimitsSetInput:
    max_distance_km: float = entered("最大距离（公里）", "Largest distance (km)", "Above 0.")


@strawberry.type(description="What became of routingLimitsSet.")
class RoutingLimitsSetPayload:
    limits: RoutingLimits | None = member("路由限制", "Limits", "Those now in force.")
    user_errors: list[UserError] = user_errors(
        "RoutingLimitsSet",
        {
            "LIMIT_INVALID": "The distance is not a number above 0.",
            "CHANGED_MEANWHILE": "Somebody else set them at the same moment; try again.",
            **ALONE_CODES,
        },
    )


async def overflow_rule_publish(
    info: Info, input: OverflowRulePublishInput
) -> OverflowRulePublishPayload:
    act = Act.of(info)
    rule = await act.send(input.command(act.new_id()))
    return OverflowRulePublishPayload(rule=same(rule))


async def overflow_rule_retire(
    info: Info, input: OverflowRuleRetireInput
) -> OverflowRuleRetirePayload:
    rule = await Act.of(info).send(input.command())
    return OverflowRuleRetirePayload(rule=same(rule))


async def routing_limits_set(info: Info, input: RoutingLimitsSetInput) -> RoutingLimitsSetPayload:
    command = SetRoutingLimits(max_distance_km=input.max_distance_km)
    return RoutingLimitsSetPayload(limits=same(await Act.of(info).send(command)))


@strawberry.type
class RoutingRuleQueries:
    overflow_rules: list[OverflowRule] | None = query(
        overflow_rules, "Rules in force, in the order in which they are tried."
    )
    routing_limits: RoutingLimits | None = query(routing_limits, "How far routing reaches.")


@strawberry.type
class RoutingRuleMutations:
    overflow_rule_publish: OverflowRulePublishPayload | None = mutation(
        OverflowRulePublishPayload,
        overflow_rule_publish,
        "Put an overflow rule in force from now on.",
    )
    overflow_rule_retire: OverflowRuleRetirePayload | None = mutation(
        OverflowRuleRetirePayload,
        overflow_rule_retire,
        "Take an overflow rule out of force from now on.",
    )
    routing_limits_set: RoutingLimitsSetPayload | None = mutation(
        RoutingLimitsSetPayload, routing_limits_set, "Set how far routing reaches."
    )
