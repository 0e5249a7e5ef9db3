"""Being at the plant: positions, what a plant demands, and the second person who vouches."""

from __future__ import annotations

from datetime import datetime

import strawberry
from hedgerow.auth import Presence
from hedgerow.contracts.presence import (
    AttestPresence,
    CheckPresence,
    ConfirmPresence,
    PositionFix,
    PublishPresencePolicy,
)
from hedgerow.contracts.values import PlantId
from hedgerow.errors import Refused

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.directives import CRITICAL
from hedgerow_gateway.schema.enums import PresenceAct, PresenceVerdict
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import derived, entered, member, query, same, shown
from hedgerow_gateway.schema.finding import to_plant
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.plants import Plant
from hedgerow_gateway.schema.values import BasisInput, GeoPointInput, Position

_CONFIRMATION_CODES = {
    "CONFIRMATION_LATE": "The position was confirmed, or is to be, too long after it was taken.",
    "CONFIRMATION_UNKNOWN": "There is no such position of this person, plant and act.",
}
# Of mutations that take a position.
PRESENCE_CODES = {
    "PRESENCE_REQUIRED": "The plant demands a position for this, and none was given.",
    "OUTSIDE_FENCE": "The position is outside the plant's presence fence.",
    "PRESENCE_UNCERTAIN": "The radius of accuracy crosses the fence; a second person may confirm.",
    "ACCURACY_INVALID": "The accuracy is out of range.",
    "BAD_COORDINATE": "A coordinate is not a number or out of range.",
    "NONCE_INVALID": "The nonce is too short, too long or not printable.",
    "NONCE_REPLAYED": "The nonce was used before.",
    "POSITION_STALE": "The position was taken too long ago, or in the future.",
    "TIME_INVALID": "The time is out of range.",
    **_CONFIRMATION_CODES,
    "CONFIRMATION_USED": "The confirmation was used before.",
    "NOT_CONFIRMED": "Nobody has confirmed that position.",
}


@strawberry.input(description="Where the caller's device says it is. It can be faked.")
class PositionInput:
    point: GeoPointInput = entered("位置", "Point", "In a datum that is named.")
    accuracy_m: float = entered("精度（米）", "Accuracy (m)", "Radius of the uncertainty.")
    at: datetime = entered("定位时间", "At", "When it was taken, by the device; at most 60 s ago.")
    nonce: str = entered("随机数", "Nonce", "Made for this position alone, 16 to 64 characters.")
    confirmation: str | None = entered(
        "确认编号",
        "Confirmation",
        "Number of an earlier, uncertain position that a second person has confirmed.",
        optional=True,
    )

    def command(self, act: Act, plant_id: PlantId, what: PresenceAct) -> AttestPresence:
        fix = PositionFix(
            point=self.point.contract(), accuracy_m=self.accuracy_m, at=self.at, nonce=self.nonce
        )
        return AttestPresence(
            attestation_id=act.new_id(),
            plant_id=plant_id,
            act=what,
            fix=fix,
            confirmation=self.confirmation or "",
        )


def position_entered() -> PositionInput | None:
    """The input field of a mutation that a plant may want to be done at the plant."""
    field: PositionInput | None = entered(
        "位置证明", "Position", "Needed where the plant's presence policy says so.", optional=True
    )
    return field


async def attested(
    act: Act,
    plant_id: PlantId | None,
    what: PresenceAct,
    position: PositionInput | None,
    *,
    named: str,
) -> Presence | None:
    """What routing says of the position, before the mutation's own command is sent.

    named  the input's field that the plant follows from

    Raises Refused, with the field of the position.
    """
    if not position or plant_id is None:
        return None
    part = act.part("presence")
    try:
        seen = await part.send(position.command(part, plant_id, what))
    except Refused as refused:
        refused.field = _field(refused.field, named)
        raise
    return Presence(
        number=seen.number,
        plant_id=seen.plant_id,
        act=seen.act,
        verdict=seen.verdict,
        lon=seen.wgs84.lon,
        lat=seen.wgs84.lat,
        accuracy_m=seen.fix.accuracy_m,
        at=seen.fix.at,
        attested_at=seen.attested_at,
        confirmed_by=seen.confirmed_by,
    )


def _field(of_command: str, named: str) -> str:
    head, _, rest = of_command.partition(".")
    if head == "plant_id":
        return named
    if head == "confirmation":
        return "position.confirmation"
    return f"position.{rest}" if head == "fix" and rest else "position"


@strawberry.type(description="What came of looking at a position.")
class Attestation:
    number: str = shown("编号", "Number", "For people.")
    user: str = derived(lambda it: it.subject, "用户", "User", "Whose position it is.")
    plant: Plant | None = to_plant("工厂", "Plant", "Where they wanted to act.")
    act: PresenceAct = shown("操作", "Act", "What they wanted to do.")
    verdict: PresenceVerdict = shown("判定", "Verdict", "Whether they are there.")
    wgs84: Position = shown("WGS-84 位置", "WGS-84 point", "The position, converted.")
    accuracy_m: float = derived(
        lambda it: it.fix.accuracy_m, "精度（米）", "Accuracy (m)", "Radius of the uncertainty."
    )
    distance_m: float | None = shown(
        "距围栏（米）", "Distance (m)", "To the fence's edge, negative inside; null without one."
    )
    attested_at: datetime = shown("判定时间", "Attested at", "When it was looked at.")
    confirmed_by: str | None = derived(
        lambda it: it.confirmed_by or None, "确认人", "Confirmed by", "Who vouched, or null."
    )
    confirmed_at: datetime | None = shown("确认时间", "Confirmed at", "Null until then.")


@strawberry.input(description="What must be done at the plant itself from now on.")
class PresencePolicyPublishInput:
    plant_id: strawberry.ID = entered("工厂", "Plant", "Whose policy it is.")
    acts: list[PresenceAct] = entered("操作", "Acts", "Those that need presence; none: nothing.")


@strawberry.type(description="What became of presencePolicyPublish.")
class PresencePolicyPublishPayload:
    plant: Plant | None = member("工厂", "Plant", "Whose policy is now in force.")
    user_errors: list[UserError] = user_errors(
        "PresencePolicyPublish",
        {
            "CHANGED_MEANWHILE": "Somebody else published at the same moment; try again.",
            "GIVEN_TWICE": "An act stands twice in the list.",
        },
    )


async def presence_policy_publish(
    info: Info, input: PresencePolicyPublishInput
) -> PresencePolicyPublishPayload:
    plant_id = uuid_of("Plant", input.plant_id, field="plant_id")
    policy = await Act.of(info).send(
        PublishPresencePolicy(plant_id=plant_id, acts=tuple(input.acts))
    )
    load = info.context.load
    load.presence_policies.know(plant_id, policy)
    return PresencePolicyPublishPayload(plant=same(await load.plants.load(plant_id)))


@strawberry.input(description="Vouches for somebody whose position was uncertain.")
class PresenceConfirmInput:
    number: str = entered("编号", "Number", "Of the attestation, as that person was told.")
    basis: BasisInput = entered("依据", "Basis", "How you know.")


@strawberry.type(description="What became of presenceConfirm.")
class PresenceConfirmPayload:
    attestation: Attestation | None = member("位置证明", "Attestation", "As it stands now.")
    user_errors: list[UserError] = user_errors(
        "PresenceConfirm",
        {
            "BASIS_REQUIRED": "The basis lacks its type or its reference.",
            **_CONFIRMATION_CODES,
            "ALREADY_CONFIRMED": "Somebody has confirmed it before.",
            "NOT_UNCERTAIN": "The position was not uncertain; there is nothing to confirm.",
            "OWN_PRESENCE": "Nobody confirms their own position.",
        },
    )


async def presence_confirm(info: Info, input: PresenceConfirmInput) -> PresenceConfirmPayload:
    command = ConfirmPresence(number=input.number, basis=input.basis.contract())
    return PresenceConfirmPayload(attestation=same(await Act.of(info).send(command)))


async def presence(
    info: Info,
    plant_id: strawberry.ID,
    point: GeoPointInput,
    accuracy_m: float | None = strawberry.UNSET,
) -> PresenceVerdict:
    return await info.context.ask(
        CheckPresence(
            plant_id=uuid_of("Plant", plant_id, field="plantId"),
            point=point.contract(),
            accuracy_m=accuracy_m or 0.0,
        )
    )


@strawberry.type
class PresenceQueries:
    presence: PresenceVerdict | None = query(
        presence, "Whether the point is inside the plant's presence fence; its edge counts."
    )


@strawberry.type
class PresenceMutations:
    presence_policy_publish: PresencePolicyPublishPayload | None = mutation(
        PresencePolicyPublishPayload,
        presence_policy_publish,
        "Say what must be done at a plant itself, from now on.",
    )
    presence_confirm: PresenceConfirmPayload | None = mutation(
        PresenceConfirmPayload,
        presence_confirm,
        "Vouch for somebody whose position was uncertain.",
        directives=[CRITICAL],
    )
