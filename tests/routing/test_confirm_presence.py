"""A second person vouches for an uncertain position, and what that is good for."""

import asyncio
from datetime import timedelta

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.presence import ConfirmPresence, PresenceAct
from hedgerow.contracts.values import Basis, PresenceVerdict
from hedgerow.errors import Refused
from hedgerow_routing.handlers.attest_presence import attest_presence
from hedgerow_routing.handlers.confirm_presence import confirm_presence
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.presence_tables import presence_attestations
from routing.makers import NINGBO, SUZHOU, as_caller, found_plant, presence, wgs84
from routing.test_attest_presence import at_distance, attest, position
from sqlalchemy import select
from worlds import NOON, administrator, caller, transaction

MINUTE = timedelta(minutes=1)
BASIS = Basis("WITNESS", "gate-1", "seen at the gate")
EDGE = at_distance(505.0)


class People:
    """A picker whose position is uncertain, and a lead who may confirm it."""

    def __init__(self, admin, plant):
        self.admin, self.plant = admin, plant
        self.picker = self._who("li.wei", Role.PICKER)
        self.lead = self._who("zhao.min", Role.WAREHOUSE_LEAD)

    def _who(self, subject: str, role: Role):
        return caller(self.admin.tenant_id, plants={self.plant.plant_id: role}, subject=subject)

    async def acts(self, who, *, after=timedelta()):
        tx = await as_caller(self.admin, who)
        tx.now = NOON + after
        return tx

    async def uncertain(self, **changed):
        tx = await self.acts(self.picker)
        return await attest_presence(attest(self.plant, position(EDGE), **changed), tx)

    async def confirm(self, number: str, who=None, *, after=MINUTE, basis=BASIS):
        tx = await self.acts(who or self.lead, after=after)
        return await confirm_presence(ConfirmPresence(number=number, basis=basis), tx), tx

    async def again(self, confirmation: str, point=EDGE, *, after=2 * MINUTE, **changed):
        tx = await self.acts(changed.pop("who", self.picker), after=after)
        fix = position(point, at=NOON + after)
        command = attest(self.plant, fix, confirmation=confirmation, **changed)
        return await attest_presence(command, tx), tx


@pytest.fixture
async def people(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await publish_fence(presence(plant.plant_id, wgs84(NINGBO), 500.0), tx)
        yield People(tx, plant)


async def kept(people):
    rows = await people.admin.conn.execute(
        select(
            presence_attestations.c.number,
            presence_attestations.c.verdict,
            presence_attestations.c.confirmed_by,
            presence_attestations.c.used_at,
        ).order_by(presence_attestations.c.number)
    )
    return [tuple(row) for row in rows]


async def refused(awaitable) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        await awaitable
    return refusal.value.code, refusal.value.field


async def test_a_confirmed_position_is_good_for_the_act_once(people):
    first = await people.uncertain()
    assert first.verdict is PresenceVerdict.UNCERTAIN

    vouched, tx = await people.confirm(first.number)

    assert (vouched.verdict, vouched.confirmed_by) == (PresenceVerdict.UNCERTAIN, "zhao.min")
    assert (vouched.confirmed_at, vouched.used_at) == (NOON + MINUTE, None)
    [change] = tx.recorded
    assert (change.aggregate, change.action) == (f"attestation:{first.number}", "confirmed")
    assert (change.basis, change.plant_id) == (BASIS, people.plant.plant_id)

    second, tx = await people.again(first.number)

    assert (second.verdict, second.confirmed_by) == (PresenceVerdict.CONFIRMED, "zhao.min")
    assert second.number == "PC20260329-0002"
    assert [(change.aggregate, change.action) for change in tx.recorded] == [
        ("attestation:PC20260329-0002", "attested"),
        ("attestation:PC20260329-0001", "used"),
    ]
    assert await refused(people.again(first.number)) == ("CONFIRMATION_USED", "confirmation")
    assert await kept(people) == [
        ("PC20260329-0001", "UNCERTAIN", "zhao.min", NOON + 2 * MINUTE),
        ("PC20260329-0002", "CONFIRMED", "zhao.min", None),
    ]


async def test_nobody_confirms_their_own_position(people):
    first = await people.uncertain()
    own = caller(
        people.admin.tenant_id,
        plants={people.plant.plant_id: Role.WAREHOUSE_LEAD},
        subject="li.wei",
    )

    assert await refused(people.confirm(first.number, own)) == ("OWN_PRESENCE", "number")
    assert await kept(people) == [("PC20260329-0001", "UNCERTAIN", "", None)]


async def test_only_those_with_the_right_at_the_plant_confirm(people):
    first = await people.uncertain()
    picker = caller(
        people.admin.tenant_id, plants={people.plant.plant_id: Role.PICKER}, subject="other"
    )
    await as_caller(people.admin, people.admin.caller)
    suzhou = await found_plant(people.admin, "SUZHOU", SUZHOU)
    foreign = caller(people.admin.tenant_id, plants={suzhou.plant_id: Role.PLANT_MANAGER})

    assert await refused(people.confirm(first.number, picker)) == ("NOT_PERMITTED", "")
    assert await refused(people.confirm(first.number, foreign)) == ("PLANT_FORBIDDEN", "number")
    assert await refused(people.confirm("PC20260329-9999")) == ("PLANT_FORBIDDEN", "number")
    assert await kept(people) == [("PC20260329-0001", "UNCERTAIN", "", None)]


async def test_a_confirmation_needs_its_basis(people):
    first = await people.uncertain()

    outcome = await refused(people.confirm(first.number, basis=Basis("WITNESS", " ")))

    assert outcome == ("BASIS_REQUIRED", "basis.ref")


@pytest.mark.parametrize("metres", [100.0, 900.0])
async def test_only_an_uncertain_position_is_confirmed(people, metres: float):
    tx = await people.acts(people.picker)
    sure = await attest_presence(attest(people.plant, position(at_distance(metres))), tx)

    assert await refused(people.confirm(sure.number)) == ("NOT_UNCERTAIN", "number")


async def test_a_position_is_confirmed_once_and_within_ten_minutes(people):
    first = await people.uncertain()

    late = await refused(people.confirm(first.number, after=10 * MINUTE + timedelta(seconds=1)))
    assert late == ("CONFIRMATION_LATE", "number")
    await people.confirm(first.number, after=10 * MINUTE)
    assert await refused(people.confirm(first.number)) == ("ALREADY_CONFIRMED", "number")


async def test_an_unconfirmed_position_is_no_confirmation(people):
    first = await people.uncertain()

    assert await refused(people.again(first.number)) == ("NOT_CONFIRMED", "confirmation")
    assert await refused(people.again("PC1")) == ("CONFIRMATION_UNKNOWN", "confirmation")
    assert await refused(people.again("PC\0")) == ("TEXT_INVALID", "confirmation")


async def test_a_confirmation_is_for_the_same_person_and_act(people):
    first = await people.uncertain()
    await people.confirm(first.number)

    for changed in ({"who": people.lead}, {"act": PresenceAct.ORDER_SIGN}):
        assert await refused(people.again(first.number, **changed)) == (
            "CONFIRMATION_UNKNOWN",
            "confirmation",
        )


async def test_a_confirmation_is_good_for_ten_minutes_after_the_position(people):
    first = await people.uncertain()
    await people.confirm(first.number)

    late = people.again(first.number, after=10 * MINUTE + timedelta(seconds=1))
    assert await refused(late) == ("CONFIRMATION_LATE", "confirmation")
    second, _ = await people.again(first.number, after=10 * MINUTE)
    assert second.verdict is PresenceVerdict.CONFIRMED


@pytest.mark.parametrize(
    ("metres", "verdict"), [(100.0, PresenceVerdict.INSIDE), (900.0, PresenceVerdict.OUTSIDE)]
)
async def test_a_position_that_is_certain_stays_so_and_uses_nothing_up(people, metres, verdict):
    first = await people.uncertain()
    await people.confirm(first.number)

    second, _ = await people.again(first.number, at_distance(metres))

    assert (second.verdict, second.confirmed_by) == (verdict, "")
    third, _ = await people.again(first.number)
    assert third.verdict is PresenceVerdict.CONFIRMED


async def test_of_two_acts_at_once_one_uses_the_confirmation(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        await publish_fence(presence(plant.plant_id, wgs84(NINGBO), 500.0), tx)
        people = People(tx, plant)
        first = await people.uncertain()
        await people.confirm(first.number)
        await tx.conn.commit()

    async def act() -> PresenceVerdict:
        async with transaction(routing_db, people.picker, now=NOON + MINUTE) as tx:
            fix = position(EDGE, at=NOON + MINUTE)
            made = await attest_presence(attest(plant, fix, confirmation=first.number), tx)
            await asyncio.sleep(0.2)
            await tx.conn.commit()
            return made.verdict

    outcomes = await asyncio.gather(act(), act(), return_exceptions=True)

    assert sorted(getattr(each, "code", each) for each in outcomes) == [
        "CONFIRMATION_USED",
        "CONFIRMED",
    ]
