"""Changes of a release as they are entered."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry
from hedgerow.contracts.presence import PublishPresencePolicy
from hedgerow.contracts.releases import (
    Change,
    FenceChange,
    LimitsChange,
    PresenceChange,
    RuleChange,
)
from hedgerow.contracts.routing import SetRoutingLimits
from hedgerow.errors import Invalid

from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.fences import FENCE_CODES, FencePublishInput, publish_fence
from hedgerow_gateway.schema.fields import entered
from hedgerow_gateway.schema.ids import BadId, uuid_of
from hedgerow_gateway.schema.presence import PresencePolicyPublishInput
from hedgerow_gateway.schema.routing_rules import OverflowRulePublishInput, RoutingLimitsSetInput


class ChangeShape(Invalid):
    code = "CHANGE_SHAPE"

    def __init__(self, field: str) -> None:
        super().__init__(
            "A change is exactly one of fence, rule, limits and policy.",
            "一项变更须为围栏、规则、限制、现场策略之一",
            field=field,
        )


@strawberry.input(description="One change; exactly one of the members.")
class ReleaseChangeInput:
    fence: FencePublishInput | None = entered(
        "围栏", "Fence", "Replaces the plant's fence of this kind and name.", optional=True
    )
    rule: OverflowRulePublishInput | None = entered(
        "溢出规则", "Rule", "Replaces the rule of this code.", optional=True
    )
    limits: RoutingLimitsSetInput | None = entered(
        "路由限制", "Limits", "How far routing reaches.", optional=True
    )
    policy: PresencePolicyPublishInput | None = entered(
        "现场策略", "Presence policy", "What must be done at a plant itself.", optional=True
    )

    def change(self, act: Act, within: str) -> Change:
        """act  for the id of what it makes"""
        given = [each for each in (self.fence, self.rule, self.limits, self.policy) if each]
        if len(given) != 1:
            raise ChangeShape(within)
        if fence := self.fence:
            plant_id = uuid_of("Plant", fence.plant_id, field=f"{within}.fence.plant_id")
            return FenceChange(fence=publish_fence(act.new_id(), plant_id, fence))
        if self.rule:
            try:
                return RuleChange(rule=self.rule.command(act.new_id()))
            except BadId as wrong:
                wrong.field = f"{within}.rule.{wrong.field}"
                raise
        if self.limits:
            kilometres = self.limits.max_distance_km
            return LimitsChange(limits=SetRoutingLimits(max_distance_km=kilometres))
        assert self.policy
        plant_id = uuid_of("Plant", self.policy.plant_id, field=f"{within}.policy.plant_id")
        return PresenceChange(
            policy=PublishPresencePolicy(plant_id=plant_id, acts=tuple(self.policy.acts))
        )


def changes_of(
    act: Act, given: Sequence[ReleaseChangeInput] | None, within: str
) -> tuple[Change, ...]:
    return tuple(
        each.change(act.part(f"{within}.{position}"), f"{within}.{position}")
        for position, each in enumerate(given or ())
    )


CHANGE_CODES = {
    **FENCE_CODES,
    "CHANGE_SHAPE": "A change is not exactly one of its members.",
    "CODE_INVALID": "The code of a rule is empty, too long or holds other characters.",
    "COUNT_INVALID": "Too few or too many entries in a list.",
    "GIVEN_TWICE": "Something stands twice in a list, such as two changes of one key.",
    "LIMIT_INVALID": "The largest distance is not a number above 0.",
    "LOCATION_UNKNOWN": "A location of a chain does not exist.",
    "RELEASE_TOO_LARGE": "The changes are too large together.",
}
