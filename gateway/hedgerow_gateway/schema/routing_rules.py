"""Overflow rules and routing limits."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

import strawberry
from hedgerow.contracts.routing import (
    GetRoutingLimits,
    ListOverflowRules,
    LocationView,
    OverflowRuleView,
    PublishOverflowRule,
    RoutingLimitsView,
    SafetyTest,
    SetRoutingLimits,
)

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.errors import UserError, user_errors
from hedgerow_gateway.schema.fields import derived, edge, entered, member, same, shown
from hedgerow_gateway.schema.ids import global_id, uuids_of
from hedgerow_gateway.schema.plants import Location

strawberry.enum(
    SafetyTest,
    description="CURRENT: available >= safety level. AFTER: available - requested >= safety level.",
)


def _chain(
    rule: strawberry.Parent[OverflowRuleView], info: Info
) -> Awaitable[list[LocationView | None]]:
    return info.context.load.locations.load_all(rule.chain)


@strawberry.type(description="Where orders of some regions and channels try to be served from.")
class OverflowRule:
    id: strawberry.ID = derived(
        lambda rule: global_id("OverflowRule", rule.rule_id), "标识", "Id", "Of this version."
    )
    code: str = shown("规则代码", "Code", "Unique in the company.")
    name: str = shown("名称", "Name", "What people call it.")
    version: int = shown("版本", "Version", "From 1; each publication adds one.")
    priority: int = shown("优先级", "Priority", "Among rules that match equally, the higher wins.")
    regions: list[str] = shown("区域", "Regions", "Empty: every region.")
    channels: list[str] = shown("渠道", "Channels", "Empty: every channel.")
    chain: list[Location | None] | None = edge(
        _chain, "库位链", "Chain", "Locations in the order in which they are tried."
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


@strawberry.input(description="A rule, in force from the moment it is published.")
class OverflowRulePublishInput:
    code: str = entered("规则代码", "Code", "Replaces the rule of this code.")
    name: str = entered("名称", "Name", "What people call it.")
    priority: int = entered(
        "优先级", "Priority", "Among rules that match equally, the higher wins; 0.", optional=True
    )
    regions: list[str] = entered("区域", "Regions", "Empty: every region.", optional=True)
    channels: list[str] = entered("渠道", "Channels", "Empty: every channel.", optional=True)
    chain: list[strawberry.ID] = entered(
        "库位链", "Chain", "Ids of locations in the order in which they are tried."
    )
    safety_test: SafetyTest = entered("安全库存判定", "Safety test", "CURRENT or AFTER.")

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
        )


@strawberry.type(description="What became of overflowRulePublish.")
class OverflowRulePublishPayload:
    overflow_rule: OverflowRule | None = member("溢出规则", "Rule", "The version now in force.")
    user_errors: list[UserError] = user_errors(
        "OverflowRulePublish",
        {
            "CHAIN_INVALID": "The chain is empty, too long or names a location twice.",
            "GIVEN_TWICE": "A value stands twice in its list.",
            "LOCATION_UNKNOWN": "A location of the chain does not exist.",
            "TOO_MANY_CONDITIONS": "Too many regions or channels.",
            "INVALID_CODE": "The code is empty, too long or holds other characters.",
            "INVALID_TEXT": "A text is empty, too long or holds a character that is not allowed.",
            "INVALID_PRIORITY": "The priority is out of range.",
            "ID_TAKEN": "The id is in use.",
        },
    )


@strawberry.input(description="How far routing reaches.")
class RoutingLimitsSetInput:
    max_distance_km: float = entered("最大距离（公里）", "Largest distance (km)", "Above 0.")


@strawberry.type(description="What became of routingLimitsSet.")
class RoutingLimitsSetPayload:
    routing_limits: RoutingLimits | None = member("路由限制", "Limits", "Those now in force.")
    user_errors: list[UserError] = user_errors(
        "RoutingLimitsSet", {"LIMIT_INVALID": "The distance is not a number above 0."}
    )


async def overflow_rule_publish(
    info: Info, input: OverflowRulePublishInput
) -> OverflowRulePublishPayload:
    act = Act.of(info)
    rule = await act.send(input.command(act.new_id()))
    return OverflowRulePublishPayload(overflow_rule=same(rule))


async def routing_limits_set(info: Info, input: RoutingLimitsSetInput) -> RoutingLimitsSetPayload:
    command = SetRoutingLimits(max_distance_km=input.max_distance_km)
    return RoutingLimitsSetPayload(routing_limits=same(await Act.of(info).send(command)))
