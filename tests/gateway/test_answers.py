"""What a client is told when a service is down, slow or broken, and in which language."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import httpx
import pytest
from gateway_makers import ORDER
from gateway_world import serving
from hedgerow.contracts.orders import ListOrders, OrderByNumber
from hedgerow.contracts.routing import ListPlants, PublishFence
from hedgerow.errors import Invalid, Unavailable
from hedgerow_gateway.schema.ids import global_id

VIEWER = "{ viewer { subject } }"
REQUEST = {"query": VIEWER}


def codes(answer: httpx.Response) -> list[str]:
    return [each["extensions"]["code"] for each in answer.json()["errors"]]


async def test_a_service_that_is_not_there_is_503_and_worth_another_try(gateway, services):
    def down(*_):
        raise Unavailable("Try again.", "请重试")

    services.answer(ListPlants, down)
    async with gateway.user("tenant_admin") as user:
        answer = await user.post("{ plants { id } }")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert error["extensions"]["retryable"] is True
    assert error["path"] == ["plants"]


async def test_what_else_was_asked_is_answered_beside_a_service_that_is_not_there(
    gateway, services
):
    def down(*_):
        raise Unavailable("Try again.", "请重试")

    services.answer(ListPlants, down)
    async with gateway.user("tenant_admin") as user:
        answer = await user.post("{ plants { id } viewer { subject } }")

    assert answer.status_code == 200
    assert answer.json()["data"] == {"plants": None, "viewer": {"subject": "tester"}}


async def test_a_mutation_that_could_not_be_carried_out_is_no_user_error(gateway, services):
    def down(*_):
        raise Unavailable("Try again.", "请重试")

    services.answer(PublishFence, down)
    async with gateway.user("tenant_admin") as user:
        answer = await user.post(
            'mutation { fencePublish(input: {plantId: "UGxhbnQ6MDE5NTgwMDAtMDAwMC03MDAwLTgwMDAtMDAw'
            'MDAwMDAwMGEx", kind: PRESENCE, name: "x"}) { userErrors { code } } }'
        )

    assert answer.status_code == 503
    assert answer.json()["data"] == {"fencePublish": None}
    assert codes(answer) == ["SERVICE_UNAVAILABLE"]


async def test_a_bug_says_nothing_of_itself(gateway, services, caplog):
    services.answer(OrderByNumber, ZeroDivisionError("secret db password"))
    services.answer(ListOrders, "not a page")
    async with gateway.user("tenant_admin") as user:
        answers = [
            await user.post('{ order(number: "HY-1") { id } }'),
            await user.post("{ orders(first: 1) { nodes { id } } }"),
        ]

    for answer in answers:
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "INTERNAL"
        assert error["message"] == "Something went wrong on our side; it has been reported."
        assert answer.json()["extensions"]["requestId"] == error["extensions"]["requestId"]
    assert "secret" not in "".join(answer.text for answer in answers)


async def test_a_request_ends_at_its_time(gateway, services, environment, keys):
    async def slow(*_):
        await asyncio.sleep(5)

    services.answer(ListPlants, slow)
    async with serving(environment | {"HEDGEROW_REQUEST_TIMEOUT_S": "0.3"}, keys) as other:
        other.tenant = gateway.tenant
        async with other.user("tenant_admin") as user:
            began = time.perf_counter()
            answer = await user.post("{ plants { id } }")

    assert time.perf_counter() - began < 1.0
    assert (answer.status_code, codes(answer)) == (503, ["SERVICE_UNAVAILABLE"])


async def test_nobody_works_for_a_client_that_has_gone(gateway, services, caplog):
    """The second of two mutations is not begun when the client went during the first."""
    begun = asyncio.Event()

    async def slow(*_):
        begun.set()
        await asyncio.sleep(0.5)
        raise Invalid("no", "no")

    services.answer(PublishFence, slow)
    one = 'fencePublish(input: {plantId: "%s", kind: PRESENCE, name: "x"}) { userErrors { code } }'
    one %= global_id("Plant", uuid4())
    async with gateway.user("tenant_admin") as user:
        asking = asyncio.create_task(user.post(f"mutation {{ a: {one} b: {one} }}"))
        await begun.wait()
        await asyncio.sleep(0.1)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(0.8)

    assert len(services.messages(PublishFence)) == 1
    assert "Exception in ASGI" not in caplog.text


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ("", "您无权"),
        ("*", "您无权"),
        ("fr-FR", "您无权"),
        ("en", "You may not"),
        ("en-GB, zh;q=0.9", "You may not"),
        ("zh-TW, en;q=0.9", "您无权"),
        ("zh;q=0.1, en;q=0.2", "You may not"),
        ("en;q=x", "You may not"),
    ],
)
async def test_the_language_is_the_one_asked_for_first(gateway, services, accept, words):
    services.answer(OrderByNumber, None)
    async with gateway.user("tenant_admin", language=accept) as user:
        (error,) = await user.errors("query($n: String!) { order(number: $n) { id } }",
                                     n=ORDER.number)  # fmt: skip

    assert error["message"].startswith(words)
