"""Changes of a release as they are entered."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry
from hedgerow.contracts.inventory import SetSafetyLevel
from hedgerow.contracts.presence import PublishPresencePolicy
from hedgerow.contracts.releases import (
    Change,
    FenceChange,
    FenceRemoval,
    LimitsChange,
    PresenceChange,
    RuleChange,
    RuleRemoval,
    SafetyChange,
)
from hedgerow.contracts.routing import SetRoutingLimits
from hedgerow.errors import Invalid, PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import FenceKind
from hedgerow_gateway.schema.fences import FENCE_CODES, FencePublishInput, planned_fence
from hedgerow_gateway.schema.fields import entered
from hedgerow_gateway.schema.ids import BadId, uuid_of
from hedgerow_gateway.schema.presence import PresencePolicyPublishInput
from hedgerow_gateway.schema.routing_rules import OverflowRulePublishInput, RoutingLimitsSetInput
from hedgerow_gateway.schema.stock_mutations import SafetyLevelSetInput, plant_and_location
from hedgerow_gateway.schema.values import given


class ChangeShape(Invalid):
    code = "CHANGE_SHAPE"

    def __init__(self, field: str) -> None:
        super().__init__(
            "A change is exactly one of fence, removal, rule, rule removal, limits, safety and"
            " policy.",
            "一项变更须为围栏、移除围栏、规则、停用规则、限制、安全库存、现场策略之一",
            field=field,
        )


@strawberry.input(description="A fence that is to be there no more.")
class FenceRemovalInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "Whose fence it is.")
    kind: FenceKind = entered("类型", "Kind", "Presence, service area or exclusion.")
    name: str = entered("名称", "Name", "The plant's own name for it.")


@strawberry.input(description="A rule that is to be in force no more.")
class RuleRemovalInput:
    code: str = entered("规则代码", "Code", "Of the rule in force.")


@strawberry.input(description="One change; exactly one of the members.")
class ReleaseChangeInput:
    fence: FencePublishInput | None = entered(
        "围栏", "Fence", "Replaces the plant's fence of this kind and name.", optional=True
    )
    removal: FenceRemovalInput | None = entered(
        "移除围栏", "Removal", "The plant has no fence of this kind and name then.", optional=True
    )
    rule: OverflowRulePublishInput | None = entered(
        "溢出规则", "Rule", "Replaces the rule of this code.", optional=True
    )
    rule_removal: RuleRemovalInput | None = entered(
        "停用规则", "Rule removal", "There is no rule of this code then.", optional=True
    )
    limits: RoutingLimitsSetInput | None = entered(
        "路由限制", "Limits", "How far routing reaches.", optional=True
    )
    safety: SafetyLevelSetInput | None = entered(
        "安全库存", "Safety level", "Of an article at a location.", optional=True
    )
    policy: PresencePolicyPublishInput | None = entered(
        "现场策略", "Presence policy", "What must be done at a plant itself.", optional=True
    )

    async def change(self, info: Info, act: Act, within: str) -> Change:
        """act  for the id of what it makes"""
        members = (
            *(self.fence, self.removal, self.rule, self.rule_removal),
            *(self.limits, self.safety, self.policy),
        )
        if len([each for each in members if each]) != 1:
            raise ChangeShape(within)
        if fence := self.fence:
            plant_id = uuid_of("Plant", fence.plant_id, field=f"{within}.fence.plant_id")
            return FenceChange(fence=planned_fence(act.new_id(), plant_id, fence))
        if gone := self.removal:
            plant_id = uuid_of("Plant", gone.plant_id, field=f"{within}.removal.plant_id")
            return FenceRemoval(plant_id=plant_id, kind=gone.kind, name=gone.name)
        if self.rule:
            try:
                return RuleChange(rule=self.rule.command(act.new_id()))
            except BadId as wrong:
                wrong.field = f"{within}.rule.{wrong.field}"
                raise
        if self.rule_removal:
            return RuleRemoval(code=self.rule_removal.code)
        if self.limits:
            kilometres = self.limits.max_distance_km
            return LimitsChange(limits=SetRoutingLimits(max_distance_km=kilometres))
        if safety := self.safety:
            return SafetyChange(safety=await _safety(info, safety, f"{within}.safety"))
        assert self.policy
        plant_id = uuid_of("Plant", self.policy.plant_id, field=f"{within}.policy.plant_id")
        return PresenceChange(
            policy=PublishPresencePolicy(plant_id=plant_id, acts=tuple(self.policy.acts))
        )


async def _safety(info: Info, safety: SafetyLevelSetInput, within: str) -> SetSafetyLevel:
    """Raises BadId, PlantForbidden."""
    try:
        location = await plant_and_location(info, safety.location_id)
    except (BadId, PlantForbidden) as wrong:
        wrong.field = f"{within}.location_id"
        raise
    return SetSafetyLevel(
        plant_id=location.plant_id,
        location_id=location.location_id,
        sku=safety.sku,
        level=safety.level,
        clear_percent=given(safety.clear_percent),
    )


async def changes_of(
    info: Info, act: Act, entries: Sequence[ReleaseChangeInput] | None, within: str
) -> tuple[Change, ...]:
    return tuple(
        [
            await each.change(info, act.part(f"{within}.{position}"), f"{within}.{position}")
            for position, each in enumerate(entries or ())
        ]
    )


CHANGE_CODES = {
    **FENCE_CODES,
    "CHANGE_SHAPE": "A change is not exactly one of its members.",
    "CODE_INVALID": "The code of a rule is empty, too long or holds other characters.",
    "COUNT_INVALID": "Too few or too many entries in a list.",
    "GIVEN_TWICE": "Something stands twice in a list, such as two changes of one key.",
    "CONDITION_INVALID": "The condition of a rule is no expression that is true or false, of "
    "declared variables; the message says where and why.",
    "LIMIT_INVALID": "A distance, a split limit or an SLA is out of range.",
    "LOCATION_UNKNOWN": "A location of a chain does not exist.",
    "NOTHING_TO_REMOVE": "There is no such fence or rule in force.",
    "PERCENT_INVALID": "A percentage is out of range or too fine.",
    "QUANTITY_INVALID": "A safety level is out of range.",
    "RELEASE_TOO_LARGE": "The changes are too large together.",
}
