from datetime import timedelta

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.presence import (
    PresenceAct,
    PresencePolicies,
    PresencePolicyPublished,
    PresencePolicyView,
    PublishPresencePolicy,
)
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.publish_presence_policy import publish_presence_policy
from hedgerow_routing.store.presence_tables import presence_policy_versions
from hedgerow_routing.views.policies import presence_policies
from routing.makers import NINGBO, SUZHOU, as_caller, count, found_plant
from routing.people import evident
from sqlalchemy import select
from worlds import NOON, administrator, caller, transaction

RECEIVE, SIGN = PresenceAct.STOCK_RECEIVE, PresenceAct.ORDER_SIGN


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def plant(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    tx.recorded.clear()
    return plant


def publish(plant_id: PlantId, *acts: PresenceAct) -> PublishPresencePolicy:
    return PublishPresencePolicy(plant_id=plant_id, acts=acts)


async def test_each_publication_is_a_version(tx, plant):
    first = await publish_presence_policy(publish(plant.plant_id, RECEIVE, SIGN), tx)
    tx.now = NOON + timedelta(hours=1)
    second = await publish_presence_policy(publish(plant.plant_id), tx)

    assert first == PresencePolicyView(
        plant_id=plant.plant_id, version=1, acts=(RECEIVE, SIGN), active_from=NOON
    )
    assert (second.version, second.acts) == (2, ())
    assert [(each.event, each.aggregate, each.version) for each in tx.emitted] == [
        (PresencePolicyPublished(policy=p), f"presence_policy:{plant.plant_id}", p.version)
        for p in (first, second)
    ]
    assert [change.changes for change in tx.recorded] == [
        {"version": (None, 1), "acts": (None, (RECEIVE, SIGN))},
        {"version": (1, 2), "acts": (["STOCK_RECEIVE", "ORDER_SIGN"], ())},
    ]
    rows = await tx.conn.execute(
        select(
            presence_policy_versions.c.published_by, presence_policy_versions.c.active_to
        ).order_by(presence_policy_versions.c.version)
    )
    assert rows.all() == [("administrator", NOON + timedelta(hours=1)), ("administrator", None)]
    asked = PresencePolicies(plant_ids=(plant.plant_id,))
    assert await presence_policies(asked, tx) == (second,)
    assert await evident(tx) == 2


async def test_policies_are_told_for_plants_in_sight(tx, plant):
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    policy = await publish_presence_policy(publish(plant.plant_id, SIGN), tx)
    who = caller(tx.tenant_id, plants={plant.plant_id: Role.PICKER})
    asked = PresencePolicies(plant_ids=(suzhou.plant_id, PlantId(new_id()), plant.plant_id))
    nothing = PresencePolicyView(plant_id=suzhou.plant_id, version=0, acts=(), active_from=None)

    assert await presence_policies(asked, tx) == (nothing, None, policy)
    assert await presence_policies(asked, await as_caller(tx, who)) == (None, None, policy)


@pytest.mark.parametrize(
    ("role", "acts", "outcome"),
    [
        (Role.PLANT_MANAGER, (SIGN,), ("NOT_PERMITTED", "")),
        (Role.CUSTOMER, (SIGN,), ("PLANT_FORBIDDEN", "plant_id")),
        (Role.AREA_ADMIN, (SIGN, RECEIVE, SIGN), ("GIVEN_TWICE", "acts.2")),
    ],
)
async def test_who_may_not_publish_changes_nothing(tx, plant, role, acts, outcome):
    who = caller(tx.tenant_id, plants={plant.plant_id: role})
    seen = await as_caller(tx, who)

    with pytest.raises(Refused) as refused:
        await publish_presence_policy(publish(plant.plant_id, *acts), seen)

    assert (refused.value.code, refused.value.field) == outcome
    assert await count(await as_caller(tx, tx.caller), presence_policy_versions) == 0
    assert (seen.emitted, seen.recorded) == ([], [])
