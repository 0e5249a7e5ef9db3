"""Refusals that were recorded, and who may look at them."""

import pytest
from hedgerow.auth import Caller, Origin, Role
from hedgerow.contracts.access import AccessCaseByNumber, AccessCaseView, AccessDenied, RecordDenial
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.errors import Refused
from hedgerow.transaction import Ask, Source, Transaction
from hedgerow_routing.handlers.record_denial import record_denial
from hedgerow_routing.store.access_tables import access_cases
from hedgerow_routing.store.refusals import ServicesOnly
from hedgerow_routing.views.cases import access_case_by_number
from routing.makers import NINGBO, SUZHOU, Statements, as_caller, count, found_plant
from routing.people import evident
from worlds import NOON, administrator, caller, transaction

ORIGIN = Origin("req-7", "203.0.113.9", "phone")


@pytest.fixture
async def tx(routing_db):
    """As the gateway acts."""
    async with transaction(routing_db, Caller.service("gateway", new_id())) as tx:
        yield tx


def denial(plant_id: PlantId | None = None, **changed) -> RecordDenial:
    fields = {
        "subject": "li.wei",
        "operation": "orderCancel",
        "code": "PLANT_FORBIDDEN",
        "asked": ("Order.number:HY20260329-0001",),
        "plant_id": plant_id,
        "permission": "",
    }
    return RecordDenial(**fields | changed)


async def record(tx, *denials: RecordDenial, who: Caller | None = None):
    sources = {id(each): Source("service:gateway", origin=ORIGIN) for each in denials}
    batch = Transaction(tx.conn, tx.caller, tx.now, sources)
    answers = await record_denial([Ask(each, who or tx.caller) for each in denials], batch)
    return answers, batch


async def test_a_refusal_gets_its_number_and_says_where_it_came_from(tx):
    plant = PlantId(new_id())

    [case], batch = await record(tx, denial(plant))

    assert case == AccessCaseView(
        number="AC20260329-0001",
        subject="li.wei",
        operation="orderCancel",
        code="PLANT_FORBIDDEN",
        asked=("Order.number:HY20260329-0001",),
        plant_id=plant,
        permission="",
        ip="203.0.113.9",
        device="phone",
        request_id="req-7",
        at=NOON,
    )
    [emitted] = batch.emitted
    assert (emitted.event, emitted.aggregate) == (AccessDenied(case=case), f"case:{case.number}")
    assert (emitted.version, emitted.plant_id) == (1, plant)
    [change] = batch.recorded
    assert (change.aggregate, change.action, change.plant_id) == (
        f"case:{case.number}",
        "denied",
        plant,
    )
    assert change.changes["asked"] == (None, case.asked)
    assert await evident(batch) == 1
    asked = AccessCaseByNumber(number=case.number)
    assert await access_case_by_number(asked, tx) == case


async def test_a_batch_takes_two_statements(tx):
    with Statements(tx) as statements:
        answers, batch = await record(tx, *(denial() for _ in range(20)))

    assert [each.number for each in answers] == [
        f"AC20260329-{number:04d}" for number in range(1, 21)
    ]
    assert len(statements.sent) == 2
    assert [each.because for each in batch.recorded] == [each.because for each in batch.emitted]


async def test_what_was_asked_is_kept_whatever_it_was(tx):
    odd = denial(subject="x" * 500, asked=("a\0b\ud83d\u202e", *("y" * 999,) * 50), operation="\n")

    [case], _ = await record(tx, odd)

    assert (len(case.subject), len(case.asked), len(case.asked[1])) == (200, 20, 200)
    assert (case.asked[0], case.operation) == ("a\ufffdb\ufffd\ufffd", "\ufffd")
    assert await access_case_by_number(AccessCaseByNumber(number=case.number), tx) == case


async def test_a_person_records_nothing_whatever_they_hold(tx):
    admin = administrator(tx.tenant_id)

    [answer], batch = await record(tx, denial(), who=admin)

    assert isinstance(answer, ServicesOnly)
    assert (batch.emitted, batch.recorded) == ([], [])
    assert await count(tx, access_cases) == 0


async def test_those_who_may_read_who_has_access_find_the_cases_of_their_plants(tx):
    ningbo = await found_plant(tx, "NINGBO", NINGBO)
    suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
    cases, _ = await record(tx, denial(ningbo.plant_id), denial(suzhou.plant_id), denial(None))

    async def found(who: Caller) -> list[bool]:
        seen = await as_caller(tx, who)
        asked = [AccessCaseByNumber(number=case.number) for case in cases]
        return [await access_case_by_number(each, seen) is not None for each in asked]

    def at_ningbo(role: Role) -> Caller:
        return caller(tx.tenant_id, plants={ningbo.plant_id: role}, subject="li.wei")

    assert await found(administrator(tx.tenant_id)) == [True, True, True]
    assert await found(caller(tx.tenant_id, tenant=Role.AUDITOR)) == [True, True, True]
    assert await found(at_ningbo(Role.AREA_ADMIN)) == [True, False, False]
    assert await found(at_ningbo(Role.PLANT_MANAGER)) == [False, False, False]
    assert await found(administrator()) == [False, False, False]


async def test_what_is_no_number_is_refused(tx):
    with pytest.raises(Refused) as refusal:
        await access_case_by_number(AccessCaseByNumber(number="AC\0"), tx)

    assert (refusal.value.code, refusal.value.field) == ("TEXT_INVALID", "number")
