"""Calls of the stores of routing that keep who may do what, and who was where."""

from __future__ import annotations

from contracts.grants.write import Write, Writes
from hedgerow.auth import NOWHERE, Permission
from hedgerow.contracts.access import ClaimedRole, GrantRole, MembershipView, RecordDenial, Scope
from hedgerow.contracts.presence import AttestationView, PresencePolicyView
from hedgerow.contracts.routing import PlantView
from hedgerow.contracts.values import Basis, MembershipId, new_id
from hedgerow.transaction import Transaction
from hedgerow_routing.domain.attestation import attest, confirmed
from hedgerow_routing.domain.denial import new_case
from hedgerow_routing.domain.membership import new_membership, revoked
from hedgerow_routing.domain.plant import new_area
from hedgerow_routing.store.access import AccessStore
from hedgerow_routing.store.areas import AreaStore
from hedgerow_routing.store.attestations import AttestationStore
from hedgerow_routing.store.cases import CaseStore
from hedgerow_routing.store.claims import ClaimStore
from hedgerow_routing.store.memberships import MembershipStore
from hedgerow_routing.store.plants import PlantStore
from hedgerow_routing.store.policies import PolicyStore
from routing import people, test_attest_presence
from routing.makers import NINGBO, found_plant
from worlds import NOON

BASIS = Basis("LETTER", "17")

writes = Writes("routing")


def _membership(plant: PlantView) -> MembershipView:
    command = GrantRole(
        membership_id=MembershipId(new_id()),
        subject="li.wei",
        role="picker",
        scope=Scope.PLANT,
        plant_id=plant.plant_id,
        basis=BASIS,
    )
    return new_membership(command, by="x", at=NOON)


@writes.of("MembershipStore.add")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    given = _membership(plant)
    return Write(
        lambda grant: MembershipStore(tx).add({plant.plant_id: grant}, [given]),
        (Permission.ROLE_GRANT,),
        at=plant.plant_id,
    )


@writes.of("MembershipStore.revoke")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    given = await people.found_grant(tx, "li.wei", "picker", plant)
    ended = revoked(given, BASIS, by="x", at=NOON)
    return Write(
        lambda grant: MembershipStore(tx).revoke({plant.plant_id: grant}, ended),
        (Permission.ROLE_GRANT,),
        at=plant.plant_id,
    )


@writes.of("AreaStore.add")
async def _(tx: Transaction) -> Write:
    area = new_area(people.new_area(), at=NOON)
    return Write(
        lambda grant: AreaStore(tx).add(grant, area), (Permission.AREA_SET,), everywhere=True
    )


@writes.of("PlantStore.set_area")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    area = await people.found_area_of(tx, "EAST")
    return Write(
        lambda grant: PlantStore(tx).set_area(grant, plant, area.area_id, BASIS),
        (Permission.AREA_SET,),
        everywhere=True,
    )


@writes.of("AccessStore.raise_versions")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    changes = {"li.wei": (_membership(plant),)}
    return Write(
        lambda grant: AccessStore(tx).raise_versions({plant.plant_id: grant}, changes),
        (Permission.ROLE_GRANT, Permission.AREA_SET, Permission.PLANT_CREATE),
        at=plant.plant_id,
    )


@writes.of("ClaimStore.keep")
async def _(tx: Transaction) -> Write:
    roles = [ClaimedRole("sales", None)]
    return Write(
        lambda grant: ClaimStore(tx).keep(grant, "li.wei", roles),
        (Permission.ROLE_GRANT,),
        everywhere=True,
    )


@writes.of("CaseStore.add")
async def _(tx: Transaction) -> Write:
    denial = RecordDenial(
        subject="li.wei",
        operation="orderCancel",
        code="NOT_PERMITTED",
        asked=(),
        plant_id=None,
        permission="order:cancel",
    )
    case = new_case(denial, number="AC20260329-0001", origin=NOWHERE, at=NOON)
    return Write(
        lambda grant: CaseStore(tx).add(grant, [(case, denial)]),
        (Permission.ACCESS_READ,),
        everywhere=True,
    )


@writes.of("PolicyStore.publish")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    policy = PresencePolicyView(plant_id=plant.plant_id, version=1, acts=(), active_from=NOON)
    return Write(
        lambda grant: PolicyStore(tx).publish(grant, policy),
        (Permission.PRESENCE_SET,),
        at=plant.plant_id,
    )


def _uncertain(plant: PlantView) -> AttestationView:
    return attest(
        test_attest_presence.attest(plant),
        number="PC20260329-0001",
        subject="li.wei",
        wgs84=NINGBO,
        distance_m=0.0,
        earlier=None,
        at=NOON,
    )


async def _attested(tx: Transaction) -> AttestationView:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    made = _uncertain(plant)
    grant = tx.caller.grant(plant.plant_id, Permission.PLANT_READ)
    await AttestationStore(tx).add(grant, made)
    people.forget(tx)
    return made


@writes.of("AttestationStore.add")
async def _(tx: Transaction) -> Write:
    plant = await found_plant(tx, "NINGBO", NINGBO)
    made = _uncertain(plant)
    return Write(
        lambda grant: AttestationStore(tx).add(grant, made),
        (Permission.PLANT_READ,),
        at=plant.plant_id,
    )


@writes.of("AttestationStore.confirm")
async def _(tx: Transaction) -> Write:
    vouched = confirmed(await _attested(tx), by="zhao.min", at=NOON)
    return Write(
        lambda grant: AttestationStore(tx).confirm(grant, vouched, BASIS),
        (Permission.PRESENCE_CONFIRM,),
        at=vouched.plant_id,
    )


@writes.of("AttestationStore.use")
async def _(tx: Transaction) -> Write:
    vouched = confirmed(await _attested(tx), by="zhao.min", at=NOON)
    confirming = tx.caller.grant(vouched.plant_id, Permission.PRESENCE_CONFIRM)
    await AttestationStore(tx).confirm(confirming, vouched, BASIS)
    people.forget(tx)
    return Write(
        lambda grant: AttestationStore(tx).use(grant, vouched, at=NOON),
        (Permission.PLANT_READ,),
        at=vouched.plant_id,
    )
