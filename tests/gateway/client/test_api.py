import asyncio

import pytest
from hedgerow_gateway.client.api import (
    Api,
    LoginRefused,
    Refused,
    RequestFailed,
    Unreachable,
    UserError,
)

QUERY = "query { plants { id } }"
GOOD = {"data": {"plants": [{"id": "1"}]}}


def error(code, message="no"):
    return {"errors": [{"message": message, "extensions": {"code": code}}], "data": None}


async def ask(peer, *, patience_s=5.0, variables=None):
    async with Api(peer.url, "secret", patience_s=patience_s) as api:
        return await api.execute(QUERY, variables)


async def test_a_question_carries_the_token_and_its_variables(peer, reply):
    peer.in_turn(reply(GOOD))

    assert await ask(peer, variables={"a": "游标"}) == GOOD["data"]

    (request,) = peer.requests
    assert request["query"] == QUERY
    assert request["variables"] == {"a": "游标"}
    assert request["headers"]["authorization"] == "Bearer secret"
    assert request["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_gateway_is_asked_again(peer, reply, status):
    peer.in_turn(reply(b"", status), reply(b"", status), reply(GOOD))

    assert await ask(peer) == GOOD["data"]
    assert len(peer.requests) == 3
    assert peer.requests[0]["variables"] == peer.requests[2]["variables"]


@pytest.mark.parametrize("code", ["SERVICE_UNAVAILABLE", "THROTTLED", "DEADLINE_PASSED"])
async def test_a_passing_error_is_asked_again(peer, reply, code):
    peer.in_turn(reply(error(code)), reply(GOOD))

    assert await ask(peer) == GOOD["data"]


async def test_a_lost_connection_is_made_again(peer, reply):
    peer.in_turn(reply(None), reply(GOOD))

    assert await ask(peer) == GOOD["data"]


async def test_the_gateway_says_how_long_to_wait(peer, reply):
    peer.in_turn(reply(b"", 429, {"Retry-After": "1"}), reply(GOOD))
    clock = asyncio.get_running_loop().time
    begun = clock()

    await ask(peer)

    assert clock() - begun >= 1


async def test_patience_ends(peer, reply):
    peer.in_turn(reply(b"", 503))

    with pytest.raises(Unreachable, match=r"does not answer: status 503"):
        await ask(peer, patience_s=0.3)

    assert len(peer.requests) > 1


async def test_nobody_there_is_said_with_the_address():
    async with Api("http://127.0.0.1:1", "secret", patience_s=0.2) as api:
        with pytest.raises(Unreachable, match="http://127.0.0.1:1/graphql does not answer"):
            await api.execute(QUERY)


@pytest.mark.parametrize("url", ["", "gateway", "ftp://127.0.0.1"])
async def test_an_address_that_is_none_is_not_tried_again(url):
    async with Api(url, "secret") as api:
        with pytest.raises(RequestFailed, match="is no address of a gateway"):
            await api.execute(QUERY)


async def test_user_errors_become_one_refusal_with_paths(peer, reply):
    peer.in_turn(
        reply(
            {
                "data": {
                    "orderSubmit": {
                        "order": None,
                        "userErrors": [
                            {
                                "code": "QUANTITY_INVALID",
                                "message": "Above 0.",
                                "field": ["input", "lines", "0", "quantity"],
                            },
                            {"code": "CONFLICT", "message": "Too late.", "field": None},
                        ],
                    }
                }
            }
        )
    )

    with pytest.raises(Refused, match="QUANTITY_INVALID: Above 0.; CONFLICT: Too late.") as refused:
        await ask(peer)

    assert refused.value.errors == (
        UserError("QUANTITY_INVALID", "Above 0.", "lines.0.quantity"),
        UserError("CONFLICT", "Too late.", ""),
    )
    assert len(peer.requests) == 1


@pytest.mark.parametrize(("status", "code"), [(200, "UNAUTHENTICATED"), (401, "")])
async def test_a_refused_token_is_not_tried_again(peer, reply, status, code):
    peer.in_turn(reply(error(code, "The token has expired."), status))

    with pytest.raises(LoginRefused, match="refused the token: The token has expired."):
        await ask(peer)

    assert len(peer.requests) == 1


async def test_a_refused_token_may_come_without_graphql(peer, reply):
    peer.in_turn(reply(b"no", 401))

    with pytest.raises(LoginRefused, match="401"):
        await ask(peer)


@pytest.mark.parametrize(
    ("code", "sentence", "of_the_document"),
    [
        ("INTERNAL", "Something went wrong.", False),
        ("FORBIDDEN", "You need the permission plant:create for this.", False),
        ("BAD_USER_INPUT", "Variable '$id' got invalid value 7.", False),
        ("BAD_USER_INPUT", "Cannot query field 'x' on type 'Query'.", True),
        ("COST_LIMIT_EXCEEDED", "The document has more than 15 aliases.", True),
    ],
)
async def test_any_other_error_names_its_code(peer, reply, code, sentence, of_the_document):
    peer.in_turn(reply(error(code, sentence), 400))

    with pytest.raises(RequestFailed) as failed:
        await ask(peer)

    assert str(failed.value) == f"{code}: {sentence}"
    assert failed.value.is_of_the_document is of_the_document


@pytest.mark.parametrize(("body", "status"), [(b"<html>", 200), (b"[]", 200), (b"{}", 404)])
async def test_what_is_no_gateway_is_called_so(peer, reply, body, status):
    peer.in_turn(reply(body, status))

    with pytest.raises(RequestFailed, match=f"is no gateway: status {status}"):
        await ask(peer)


async def test_no_more_requests_at_a_time_than_agreed(peer, reply):
    async def slowly(request):
        await asyncio.sleep(0.02)
        return reply(GOOD)

    peer.answer = slowly
    async with Api(peer.url, "secret", concurrency=3) as api:
        await asyncio.gather(*(api.execute(QUERY) for _ in range(12)))

    assert len(peer.requests) == 12
    assert peer.most_at_once == 3
