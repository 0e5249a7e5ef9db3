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
    SafetyChange,
)
from hedgerow.contracts.routing import SetRoutingLimits
from hedgerow.errors import Invalid, PlantForbidden

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import FenceKind
from hedgerow_gateway.schema.fences import FENCE_CODES, FencePublishInput, publish_fence
from hedgerow_gateway.schema.fields import entered
from hedgerow_gateway.schema.ids import BadId, uuid_of
from hedgerow_gateway.schema.presence import PresencePolicyPublishInput
from hedgerow_gateway.schema.routing_rules import OverflowRulePublishInput, RoutingLimitsSetInput
from hedgerow_gateway.schema.stock_mutations import SafetyLevelSetInput, plant_and_location


class ChangeShape(Invalid):
    code = "CHANGE_SHAPE"

    def __init__(self, field: str) -> None:
        super().__init__(
            "A change is exactly one of fence, removal, rule, limits, safety and policy.",
            "一项变更须为围栏、移除、规则、限制、安全库存、现场策略之一",
            field=field,
        )


@strawberry.input(description="A fence that is to be there no more.")
class FenceRemovalInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "Whose fence it is.")
    kind: FenceKind = entered("类型", "Kind", "Presence or service area.")
    name: str = entered("名称", "Name", "The plant's own name for it.")


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
        members = (self.fence, self.removal, self.rule, self.limits, self.safety, self.policy)
        given = [each for each in members if each]
        if len(given) != 1:
            raise ChangeShape(within)
        if fence := self.fence:
            plant_id = uuid_of("Plant", fence.plant_id, field=f"{within}.fence.plant_id")
            return FenceChange(fence=publish_fence(act.new_id(), plant_id, fence))
        if gone := self.removal:
            plant_id = uuid_of("Plant", gone.plant_id, field=f"{within}.removal.plant_id")
            return FenceRemoval(plant_id=plant_id, kind=gone.kind, name=gone.name)
        if self.rule:
            try:
                return RuleChange(rule=self.rule.command(act.new_id()))
            except BadId as wrong:
                wrong.field = f"{within}.rule.{wrong.field}"
                raise
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


async def _safety(info: Info, given: SafetyLevelSetInput, within: str) -> SetSafetyLevel:
    """Raises BadId, PlantForbidden."""
    try:
        location = await plant_and_location(info, given.location_id)
    except (BadId, PlantForbidden) as wrong:
        wrong.field = f"{within}.location_id"
        raise
    return SetSafetyLevel(
        plant_id=location.plant_id,
        location_id=location.location_id,
        sku=given.sku,
        level=given.level,
    )


async def changes_of(
    info: Info, act: Act, given: Sequence[ReleaseChangeInput] | None, within: str
) -> tuple[Change, ...]:
    return tuple(
        [
            await each.change(info, act.part(f"{within}.{position}"), f"{within}.{position}")
            for position, each in enumerate(given or ())
        ]
    )


CHANGE_CODES = {
    **FENCE_CODES,
    "CHANGE_SHAPE": "A change is not exactly one of its members.",
    "CODE_INVALID": "The code of a rule is empty, too long or holds other characters.",
    "COUNT_INVALID": "Too few or too many entries in a list.",
    "GIVEN_TWICE": "Something stands twice in a list, such as two changes of one key.",
    "LIMIT_INVALID": "The largest distance is not a number above 0.",
    "LOCATION_UNKNOWN": "A location of a chain does not exist.",
    "NOTHING_TO_REMOVE": "There is no such fence in force.",
    "QUANTITY_INVALID": "A safety level is out of range.",
    "RELEASE_TOO_LARGE": "The changes are too large together.",
}
