"""Messages of routing about people: their roles, what they were refused, where they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from contracts.guarded.asked import Asked, at_plant, services_only, somewhere, tenant_wide
from contracts.guarded.outcome import LATER
from hedgerow.auth import Role
from hedgerow.contracts.access import (
    AccessBySubjects,
    AccessCaseByNumber,
    BindPlant,
    ClaimedRole,
    ExplainAccess,
    ListMemberships,
    Member,
    ObserveClaims,
    RecordDenial,
    RevokeRole,
)
from hedgerow.contracts.presence import (
    ConfirmPresence,
    PresenceAct,
    PresencePolicies,
    PublishPresencePolicy,
)
from hedgerow.contracts.routing import ListAreas, PlantView, SetPlantArea
from hedgerow.contracts.values import MembershipId, Page, PlantId, new_id
from hedgerow.transaction import Ask, Transaction
from hedgerow_routing.handlers.attest_presence import attest_presence
from hedgerow_routing.handlers.publish_presence_policy import publish_presence_policy
from hedgerow_routing.handlers.record_denial import record_denial
from routing.makers import NINGBO, around, as_caller, service_area
from routing.people import BASIS, found_area_of, found_grant, gateway, grant, new_area
from routing.test_attest_presence import at_distance, attest, position
from worlds import caller

PAGE = Page(first=10, total=True)


async def prepare_people(tx: Transaction, plant: PlantView) -> Sequence[Asked]:
    """A member of the plant, an area, a case, a policy, and somebody whose position is uncertain."""
    plant_id = plant.plant_id
    membership = await found_grant(tx, "li.wei", Role.PICKER, plant)
    await found_area_of(tx, "EAST", plant)
    await publish_presence_policy(
        PublishPresencePolicy(plant_id=plant_id, acts=(PresenceAct.ORDER_SIGN,)), tx
    )
    case = await _case(tx, plant_id)
    uncertain = await _uncertain(tx, plant)
    member = Member(membership_id=MembershipId(new_id()), subject="wu.fang", role="picker")
    fence = service_area(plant_id, around(NINGBO, 0.3))
    return [
        tenant_wide(new_area("WEST")),
        tenant_wide(SetPlantArea(plant_id=plant_id, area_id=None, basis=BASIS)),
        at_plant(grant("zhao.min", Role.PICKER, plant)),
        tenant_wide(grant("zhao.min", Role.AUDITOR), "tenant"),
        at_plant(RevokeRole(membership_id=membership.membership_id, basis=BASIS)),
        at_plant(BindPlant(fence=fence, members=(member,), basis=BASIS)),
        services_only(ObserveClaims(subject="li.wei", roles=(ClaimedRole("picker", plant_id),))),
        services_only(_denial(plant_id)),
        services_only(AccessBySubjects(subjects=("li.wei",))),
        at_plant(PublishPresencePolicy(plant_id=plant_id, acts=(PresenceAct.ORDER_DISPATCH,))),
        at_plant(attest(plant, position(at=LATER))),
        at_plant(ConfirmPresence(number=uncertain, basis=BASIS)),
        at_plant(PresencePolicies(plant_ids=(plant_id,))),
        somewhere(ListAreas()),
        at_plant(ListMemberships(page=PAGE)),
        at_plant(ExplainAccess(subject="li.wei", plant_id=plant_id), own_answer=True),
        tenant_wide(ExplainAccess(subject="li.wei", plant_id=None), "no-plant", own_answer=True),
        at_plant(AccessCaseByNumber(number=case)),
    ]


def _denial(plant_id: PlantId) -> RecordDenial:
    return RecordDenial(
        subject="li.wei",
        operation="orderCancel",
        code="PLANT_FORBIDDEN",
        asked=("Order:1",),
        plant_id=plant_id,
        permission="",
    )


async def _case(tx: Transaction, plant_id: PlantId) -> str:
    recording = await as_caller(tx, gateway(tx))
    [case] = await record_denial([Ask(_denial(plant_id), recording.caller)], recording)
    await as_caller(tx, tx.caller)
    return case.number  # type: ignore[union-attr]


async def _uncertain(tx: Transaction, plant: PlantView) -> str:
    """Half a minute before the messages are sent, by somebody at the plant's edge."""
    picker = caller(tx.tenant_id, plants={plant.plant_id: Role.PICKER}, subject="li.wei")
    acting = await as_caller(tx, picker)
    acting.now = LATER - timedelta(seconds=30)
    fix = position(at_distance(505.0), at=acting.now)
    attestation = await attest_presence(attest(plant, fix), acting)
    await as_caller(tx, tx.caller)
    return attestation.number
