from datetime import timedelta

import pytest
from hedgerow.auth import Caller, Role
from hedgerow.contracts.access import ClaimedRole, ObserveClaims
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.observe_claims import observe_claims
from hedgerow_routing.store.access_tables import claimed_roles
from routing.makers import as_caller, count
from routing.people import evident, versions
from sqlalchemy import select
from worlds import NOON, administrator, caller, transaction

PLANT = PlantId(new_id())
PICKER, SALES = ClaimedRole("picker", PLANT), ClaimedRole("sales", None)


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, Caller.service("gateway", new_id())) as tx:
        yield tx


def claims(*roles: ClaimedRole, subject: str = "li.wei") -> ObserveClaims:
    return ObserveClaims(subject=subject, roles=roles)


async def test_the_last_claims_stay_and_only_a_difference_is_evident(tx):
    plain = [
        {"role": "picker", "plant_id": str(PLANT)},
        {"role": "sales", "plant_id": None},
    ]

    assert await observe_claims(claims(SALES, PICKER), tx) is True
    tx.now = NOON + timedelta(hours=1)
    assert await observe_claims(claims(PICKER, SALES), tx) is False
    [row] = (await tx.conn.execute(select(claimed_roles))).all()
    assert (row.subject, row.roles, row.at) == ("li.wei", plain, tx.now)
    assert await observe_claims(claims(SALES), tx) is True

    assert [(c.aggregate, c.action, c.plant_id, c.changes) for c in tx.recorded] == [
        (
            f"access:{tx.tenant_id}:li.wei",
            "claims_observed",
            None,
            {"claimed_roles": (before, after)},
        )
        for before, after in ((None, plain), (plain, plain[1:]))
    ]
    assert (tx.emitted, await versions(tx)) == ([], {})
    assert await evident(tx) == 2


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (claims(SALES, ClaimedRole("emperor", None)), "ROLE_UNKNOWN", "roles.1.role"),
        (claims(SALES, SALES), "GIVEN_TWICE", "roles.1"),
        (claims(SALES, subject="service:x"), "SUBJECT_INVALID", "subject"),
    ],
)
async def test_what_is_wrong_is_refused(tx, command, code: str, field: str):
    with pytest.raises(Refused) as refusal:
        await observe_claims(command, tx)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert await count(tx, claimed_roles) == 0
    assert tx.recorded == []


async def test_people_neither_tell_nor_read_claims(tx):
    await observe_claims(claims(SALES), tx)
    plant = caller(tx.tenant_id, plants={PLANT: Role.AREA_ADMIN})

    assert await count(await as_caller(tx, plant), claimed_roles) == 0
    admin = await as_caller(tx, administrator(tx.tenant_id))
    with pytest.raises(Refused) as refusal:
        await observe_claims(claims(), admin)
    assert refusal.value.code == "SERVICES_ONLY"
    assert await count(admin, claimed_roles) == 1
