import math
from datetime import timedelta

import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.auth import Permission, Role
from hedgerow.contracts.datum import from_wgs84, to_wgs84
from hedgerow.contracts.presence import AttestationView, AttestPresence, PositionFix, PresenceAct
from hedgerow.contracts.values import (
    AttestationId,
    Datum,
    GeoPoint,
    LonLat,
    PlantId,
    PresenceVerdict,
    new_id,
)
from hedgerow.errors import PlantForbidden, Refused
from hedgerow_routing.handlers.attest_presence import attest_presence
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.presence_tables import presence_attestations
from routing.makers import NINGBO, SUZHOU, as_caller, count, found_plant, presence, wgs84
from routing.people import evident
from worlds import NOON, administrator, caller, transaction

SECOND = timedelta(seconds=1)


@pytest.fixture
async def admin(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


@pytest.fixture
async def plant(admin):
    plant = await found_plant(admin, "NINGBO", NINGBO)
    await publish_fence(presence(plant.plant_id, wgs84(NINGBO), 500.0), admin)
    return plant


@pytest.fixture
async def tx(admin, plant):
    """As somebody who works there."""
    who = caller(admin.tenant_id, plants={plant.plant_id: Role.PICKER}, subject="li.wei")
    return await as_caller(admin, who)


def at_distance(metres: float) -> LonLat:
    end = Geodesic.WGS84.Direct(NINGBO.lat, NINGBO.lon, 45, metres)
    return LonLat(end["lon2"], end["lat2"])


def position(point: LonLat | GeoPoint = NINGBO, **changed) -> PositionFix:
    given = wgs84(point) if isinstance(point, LonLat) else point
    fields = {"point": given, "accuracy_m": 10.0, "at": NOON, "nonce": str(new_id())}
    return PositionFix(**fields | changed)


def attest(plant, fix: PositionFix | None = None, **changed) -> AttestPresence:
    fields = {
        "attestation_id": AttestationId(new_id()),
        "plant_id": plant.plant_id,
        "act": PresenceAct.STOCK_RECEIVE,
        "fix": fix or position(),
    }
    return AttestPresence(**fields | changed)


async def refusal(command, tx) -> tuple[str, str]:
    before = await count(tx, presence_attestations)
    recorded = len(tx.recorded)
    with pytest.raises(Refused) as refused:
        await attest_presence(command, tx)
    assert await count(tx, presence_attestations) == before
    assert (len(tx.recorded), tx.emitted) == (recorded, [])
    return refused.value.code, refused.value.field


async def test_an_attestation_says_everything_and_leaves_evidence(tx, plant):
    given = from_wgs84(at_distance(400.0), Datum.GCJ02)
    command = attest(plant, position(given, at=NOON - 3 * SECOND))

    view = await attest_presence(command, tx)

    assert view == AttestationView(
        attestation_id=command.attestation_id,
        number="PC20260329-0001",
        plant_id=plant.plant_id,
        subject="li.wei",
        act=PresenceAct.STOCK_RECEIVE,
        verdict=PresenceVerdict.INSIDE,
        fix=command.fix,
        wgs84=to_wgs84(given),
        distance_m=view.distance_m,
        attested_at=NOON,
        confirmed_by="",
        confirmed_at=None,
        used_at=None,
    )
    assert view.distance_m == pytest.approx(-100.0, abs=0.001)
    assert tx.emitted == []
    [change] = tx.recorded
    assert (change.aggregate, change.action) == ("attestation:PC20260329-0001", "attested")
    assert change.plant_id == plant.plant_id
    assert change.changes["verdict"] == (None, PresenceVerdict.INSIDE)
    assert change.changes["lon"] == (None, given.lon)
    assert change.changes["nonce"] == (None, command.fix.nonce)
    assert await evident(tx) == 1


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize(
    ("metres", "accuracy_m", "verdict"),
    [
        (499.9, 0.0, "INSIDE"),
        (500.1, 0.0, "OUTSIDE"),
        (499.9, 0.05, "INSIDE"),
        (499.9, 0.2, "UNCERTAIN"),
        (500.1, 0.05, "OUTSIDE"),
        (500.1, 0.2, "UNCERTAIN"),
    ],
)
async def test_the_verdict_is_in_the_answer_whatever_it_is(
    tx, plant, metres: float, accuracy_m: float, verdict: str, datum: Datum
):
    point = from_wgs84(at_distance(metres), datum)

    view = await attest_presence(attest(plant, position(point, accuracy_m=accuracy_m)), tx)

    assert view.verdict == verdict


async def test_a_plant_without_a_fence_has_nobody_inside(admin):
    plant = await found_plant(admin, "SUZHOU", SUZHOU)

    view = await attest_presence(attest(plant, position(SUZHOU)), admin)

    assert (view.verdict, view.distance_m) == (PresenceVerdict.OUTSIDE, None)


@pytest.mark.parametrize("age_s", [-5, 0, 60])
async def test_a_time_near_now_is_taken(tx, plant, age_s: int):
    view = await attest_presence(attest(plant, position(at=NOON - age_s * SECOND)), tx)

    assert view.verdict is PresenceVerdict.INSIDE


@pytest.mark.parametrize("age_s", [-5.001, 60.001, 86_400, -86_400])
async def test_a_stale_time_or_one_from_the_future_is_refused(tx, plant, age_s: float):
    command = attest(plant, position(at=NOON - age_s * SECOND))

    assert await refusal(command, tx) == ("POSITION_STALE", "fix.at")


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"nonce": "x" * 15}, "NONCE_INVALID", "fix.nonce"),
        ({"nonce": "x" * 65}, "NONCE_INVALID", "fix.nonce"),
        ({"nonce": "nonce with blanks"}, "NONCE_INVALID", "fix.nonce"),
        ({"nonce": "n\0" * 8}, "NONCE_INVALID", "fix.nonce"),
        ({"nonce": "随机数" * 6}, "NONCE_INVALID", "fix.nonce"),
        ({"accuracy_m": -1.0}, "ACCURACY_INVALID", "fix.accuracy_m"),
        ({"accuracy_m": 10_000.1}, "ACCURACY_INVALID", "fix.accuracy_m"),
        ({"accuracy_m": math.nan}, "ACCURACY_INVALID", "fix.accuracy_m"),
        ({"at": NOON.replace(tzinfo=None)}, "TIME_INVALID", "fix.at"),
        ({"point": GeoPoint(181.0, 30.0, Datum.WGS84)}, "BAD_COORDINATE", "fix.point.lon"),
    ],
)
async def test_what_is_wrong_with_a_fix_is_refused_by_field(tx, plant, changed, code, field):
    assert await refusal(attest(plant, position(**changed)), tx) == (code, field)


async def test_a_nonce_is_good_once_also_for_another_act_and_place(tx, plant):
    fix = position()
    await attest_presence(attest(plant, fix), tx)

    assert await refusal(attest(plant, fix), tx) == ("NONCE_REPLAYED", "fix.nonce")
    moved = attest(plant, position(SUZHOU, nonce=fix.nonce), act=PresenceAct.ORDER_SIGN)
    assert await refusal(moved, tx) == ("NONCE_REPLAYED", "fix.nonce")


async def test_a_nonce_of_another_plant_that_is_out_of_sight_by_now_is_used_too(admin, plant):
    suzhou = await found_plant(admin, "SUZHOU", SUZHOU)
    there = caller(admin.tenant_id, plants={suzhou.plant_id: Role.PICKER}, subject="li.wei")
    here = caller(admin.tenant_id, plants={plant.plant_id: Role.PICKER}, subject="li.wei")
    fix = position()
    await attest_presence(attest(suzhou, fix), await as_caller(admin, there))

    assert await refusal(attest(plant, fix), await as_caller(admin, here)) == (
        "NONCE_REPLAYED",
        "fix.nonce",
    )


async def test_another_person_may_happen_to_make_the_same_nonce(admin, tx, plant):
    fix = position()
    await attest_presence(attest(plant, fix), tx)
    other = caller(admin.tenant_id, plants={plant.plant_id: Role.PICKER}, subject="wang.fang")

    view = await attest_presence(attest(plant, fix), await as_caller(admin, other))

    assert view.number == "PC20260329-0002"


async def test_an_id_is_used_once(tx, plant):
    first = attest(plant)
    await attest_presence(first, tx)

    again = attest(plant, attestation_id=first.attestation_id)

    assert await refusal(again, tx) == ("ID_TAKEN", "attestation_id")


async def test_at_a_plant_out_of_sight_and_at_none_nobody_is_looked_at(admin, tx, plant):
    await as_caller(admin, admin.caller)
    hidden = await found_plant(admin, "HIDDEN", SUZHOU)
    tx = await as_caller(admin, tx.caller)

    for plant_id in (hidden.plant_id, PlantId(new_id())):
        assert await refusal(attest(plant, plant_id=plant_id), tx) == (
            "PLANT_FORBIDDEN",
            "plant_id",
        )
    await as_caller(admin, admin.caller)
    with pytest.raises(PlantForbidden):
        await attest_presence(attest(plant, plant_id=PlantId(new_id())), admin)


async def test_whoever_only_sees_another_plant_needs_the_right_to_see_this(admin, plant):
    who = caller(admin.tenant_id, plants={plant.plant_id: frozenset({Permission.ORDER_READ})})

    assert await refusal(attest(plant), await as_caller(admin, who)) == (
        "PLANT_FORBIDDEN",
        "plant_id",
    )
