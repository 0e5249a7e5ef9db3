"""What the pipeline promises to a caller."""

import asyncio
from decimal import Decimal
from typing import ClassVar

import pytest
from hedgerow.auth import Role
from hedgerow.bus import RemoteRefusal
from hedgerow.bus.calls import NotAnswering
from hedgerow.contracts.message import Query
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.errors import DeadlinePassed
from sample import AddThing, AllThings, Log, Stumble, ThingView
from sample_world import World
from worlds import caller


async def names(world: World) -> list[str]:
    return [each.name for each in await world.bus.request(AllThings(), world.caller)]


async def test_a_command_is_answered_with_its_reply(world: World) -> None:
    reply = await world.bus.request(AddThing(name="bolt", quantity=Decimal("2.5")), world.caller)

    assert reply == ThingView("bolt", Decimal("2.5"))
    assert await names(world) == ["bolt"]


async def test_what_waits_together_runs_together(world: World) -> None:
    asks = [AddThing(name=f"n{n:03}", quantity=Decimal(n)) for n in range(100)]

    replies = await asyncio.gather(*(world.bus.request(ask, world.caller) for ask in asks))

    assert [reply.name for reply in replies] == [ask.name for ask in asks]
    assert sum(Log.batches) == 100
    assert max(Log.batches) == 64


async def test_a_refused_command_leaves_its_neighbours_alone(world: World) -> None:
    asks = [AddThing(name=f"n{n}", quantity=Decimal(q)) for n, q in enumerate((1, 101, 3))]

    answers = await asyncio.gather(
        *(world.bus.request(ask, world.caller) for ask in asks), return_exceptions=True
    )

    refused = answers[1]
    assert isinstance(refused, RemoteRefusal)
    assert (refused.code, refused.family, refused.zh, refused.field) == (
        "TOO_MANY",
        "Conflict",
        "太多",
        "quantity",
    )
    assert await names(world) == ["n0", "n2"]


async def test_a_bug_in_one_message_of_a_batch_is_that_ones_answer(world: World) -> None:
    asks = [AddThing(name=name, quantity=Decimal(1)) for name in ("a", "broken", "c")]

    answers = await asyncio.gather(
        *(world.bus.request(ask, world.caller) for ask in asks), return_exceptions=True
    )

    assert isinstance(answers[1], RemoteRefusal)
    assert answers[1].code == "INTERNAL"
    assert "bug" not in answers[1].en
    assert await names(world) == ["a", "c"]


async def test_a_refusal_takes_back_what_the_handler_wrote(world: World) -> None:
    with pytest.raises(RemoteRefusal, match="Changed my mind"):
        await world.bus.request(Stumble(), world.caller)

    assert await names(world) == []


async def test_the_same_key_gives_the_first_answer_and_does_nothing_twice(world: World) -> None:
    ask = AddThing(name="once", quantity=Decimal(1))

    first = await world.bus.request(ask, world.caller, key="k1")
    again = await asyncio.gather(
        *(world.bus.request(ask, world.caller, key="k1") for _ in range(5))
    )

    assert again == [first] * 5
    assert await names(world) == ["once"]


async def test_the_same_key_at_the_same_moment_works_once(world: World) -> None:
    ask = AddThing(name="once", quantity=Decimal(1))

    answers = await asyncio.gather(
        *(world.bus.request(ask, world.caller, key="k2") for _ in range(20))
    )

    assert answers == [ThingView("once", Decimal(1))] * 20
    assert await names(world) == ["once"]


async def test_a_key_taken_for_another_request_is_refused(world: World) -> None:
    await world.bus.request(AddThing(name="a", quantity=Decimal(1)), world.caller, key="k3")

    with pytest.raises(RemoteRefusal) as refusal:
        await world.bus.request(AddThing(name="b", quantity=Decimal(1)), world.caller, key="k3")

    assert refusal.value.code == "IDEMPOTENCY_CONFLICT"
    assert await names(world) == ["a"]


async def test_another_caller_may_use_the_same_key(world: World) -> None:
    other = caller(world.caller.tenant_id, subject="other")
    await world.bus.request(AddThing(name="a", quantity=Decimal(1)), world.caller, key="k4")

    await world.bus.request(AddThing(name="b", quantity=Decimal(1)), other, key="k4")

    assert await names(world) == ["a", "b"]


async def test_tenants_never_share_a_batch_or_see_one_another(world: World) -> None:
    other = caller(subject="stranger")

    await asyncio.gather(
        *(
            world.bus.request(AddThing(name=f"n{n}", quantity=Decimal(1)), who)
            for n, who in enumerate([world.caller, other] * 4)
        )
    )

    assert await names(world) == ["n0", "n2", "n4", "n6"]
    assert max(Log.batches) <= 4


async def test_row_security_holds_even_where_the_handler_forgets(world: World) -> None:
    north, south = PlantId(new_id()), PlantId(new_id())
    for name, plant in (("n", north), ("s", south), ("nowhere", None)):
        await world.bus.request(
            AddThing(name=name, quantity=Decimal(1), plant_id=plant), world.caller
        )
    northern = caller(world.caller.tenant_id, plants={north: Role.PLANT_MANAGER})

    seen = await world.bus.request(AllThings(), northern)

    assert [each.name for each in seen] == ["n"]


async def test_a_malformed_body_names_the_field(world: World) -> None:
    wrong = AddThing(name="a", quantity="many")  # type: ignore[arg-type]

    with pytest.raises(RemoteRefusal) as refusal:
        await world.bus.request(wrong, world.caller)

    assert (refusal.value.code, refusal.value.field) == ("MALFORMED", "quantity")


async def test_nobody_is_kept_waiting_past_the_deadline(world: World) -> None:
    with pytest.raises(DeadlinePassed):
        await world.bus.request(Stumble(sleep_s=2), world.caller, timeout_s=0.2)


async def test_what_arrives_after_its_deadline_is_not_carried_out(world: World) -> None:
    blockers = [
        asyncio.create_task(world.bus.request(Stumble(sleep_s=0.6), world.caller)) for _ in range(8)
    ]
    await asyncio.sleep(0.1)
    late = [
        world.bus.request(
            AddThing(name=f"late{n}", quantity=Decimal(1)), world.caller, timeout_s=0.2
        )
        for n in range(3)
    ]

    answers = await asyncio.gather(*late, return_exceptions=True)
    await asyncio.gather(*blockers)
    await asyncio.sleep(0.3)

    outcomes = [type(each) for each in answers]
    done = [each.name for each in answers if isinstance(each, ThingView)]
    assert set(outcomes) <= {DeadlinePassed, RemoteRefusal, ThingView}
    assert await names(world) == done


async def test_no_responders_is_known_at_once(world: World) -> None:
    class Unowned(Query[int], frozen=True, kw_only=True):
        SUBJECT: ClassVar = "hedgerow.qry.nobody.unowned.v1"

    begun = asyncio.get_running_loop().time()
    with pytest.raises(NotAnswering):
        await world.bus.request(Unowned(), world.caller)

    assert asyncio.get_running_loop().time() - begun < 1.5
