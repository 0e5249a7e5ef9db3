"""The HTTP side: statuses, media types, caps, and who is let in."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx
import pytest
from gateway_world import serving
from hedgerow.contracts.routing import PublishFence
from hedgerow.errors import Invalid
from hedgerow_gateway.schema.ids import global_id

VIEWER = "{ viewer { subject } }"
REQUEST = {"query": VIEWER}


def codes(answer: httpx.Response) -> list[str]:
    return [each["extensions"]["code"] for each in answer.json()["errors"]]


async def test_an_answer_tells_its_request_and_its_cost(gateway):
    async with gateway.user("tenant_admin") as user:
        answer = await user.post(VIEWER)

    said = answer.json()
    assert answer.status_code == 200
    assert said["data"] == {"viewer": {"subject": "tester"}}
    assert said["extensions"]["cost"] == {"requestedQueryCost": 1, "maximumQueryCost": 5000}
    assert len(said["extensions"]["requestId"]) == 32
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_request_id_is_the_callers_trace(gateway):
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with gateway.user("tenant_admin") as user:
        user.http.headers["traceparent"] = f"00-{trace}-b7ad6b7169203331-01"
        known = await user.post(VIEWER)
        user.http.headers["traceparent"] = "00-" + "0" * 32 + "-b7ad6b7169203331-01"
        unknown = await user.post(VIEWER)

    assert known.json()["extensions"]["requestId"] == trace
    assert unknown.json()["extensions"]["requestId"] != "0" * 32


async def test_the_newer_media_type_is_spoken_when_asked_for(gateway):
    async with gateway.user("tenant_admin") as user:
        user.http.headers["accept"] = "application/graphql-response+json"
        answer = await user.post(VIEWER)

    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic eA=="])
async def test_without_a_token_nothing_is_answered(gateway, authorization):
    async with httpx.AsyncClient(headers={"authorization": authorization}) as http:
        answer = await http.post(f"{gateway.url}/graphql", json=REQUEST)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="hedgerow"'
    assert codes(answer) == ["UNAUTHENTICATED"]
    assert "data" not in answer.json()


@pytest.mark.parametrize("change", [{"exp": 1}, {"aud": "another"}, {"iss": "another"}])
async def test_a_wrong_token_is_no_token(gateway, change):
    token = gateway.keys.token("tester", str(uuid4()), "tenant_admin", **change)
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}) as http:
        answer = await http.post(f"{gateway.url}/graphql", json=REQUEST)

    assert (answer.status_code, codes(answer)) == (401, ["UNAUTHENTICATED"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_operations_go_by_post_only(gateway, services, method):
    async with gateway.user("tenant_admin") as user:
        answer = await user.http.request(method, "/graphql?query={viewer{subject}}")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert services.of_users == []


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/graphql", "application/json; charset=utf-16"],
)  # fmt: skip
async def test_a_body_is_json_or_nothing(gateway, kind):
    async with gateway.user("tenant_admin") as user:
        answer = await user.http.post(
            "/graphql", content=json.dumps(REQUEST), headers={"content-type": kind}
        )

    assert (answer.status_code, codes(answer)) == (415, ["BAD_USER_INPUT"])


async def test_graphiql_is_for_people_in_development(gateway, environment, keys):
    async with httpx.AsyncClient(headers={"accept": "text/html"}) as http:
        shown = await http.get(f"{gateway.url}/graphql")
        production = environment | {
            "HEDGEROW_ENVIRONMENT": "production",
            "HEDGEROW_DEV_ISSUER_KEY_FILE": "",
            "HEDGEROW_OIDC_ISSUERS": "https://a.example=https://a.example/keys",
        }
        async with serving(production, keys) as other:
            hidden = await http.get(f"{other.url}/graphql")
            demo = keys.token("tester", str(uuid4()), "tenant_admin")
            refused = await http.post(
                f"{other.url}/graphql", json=REQUEST, headers={"authorization": f"Bearer {demo}"}
            )

    assert shown.status_code == 200
    assert "GraphiQL" in shown.text
    assert hidden.status_code == 405
    assert refused.status_code == 401


async def test_a_body_of_20_mb_is_refused_and_the_connection_serves_on(gateway):
    async with gateway.user("dispatcher") as user:
        huge = {"query": VIEWER, "variables": {"x": "x" * 20_000_000}}
        refused = await user.http.post("/graphql", json=huge)
        after = await user.post(VIEWER)

    assert (refused.status_code, codes(refused)) == (413, ["BAD_USER_INPUT"])
    assert after.status_code == 200


async def test_a_body_without_a_length_is_counted_while_it_comes(gateway):
    async def endless():
        for _ in range(200):
            yield b"x" * 10_000

    async with gateway.user("auditor") as user:
        answer = await user.http.post(
            "/graphql", content=endless(), headers={"content-type": "application/json"}
        )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("group", "status"), [("tenant_admin", 200), ("dispatcher", 200), ("auditor", 413)]
)
async def test_who_publishes_or_drafts_fences_may_send_a_large_area(
    gateway, services, group, status
):
    def refuse(*_):
        raise Invalid("no", "no")

    services.answer(PublishFence, refuse)
    ring = [[120 + n / 1e5, 30 + n / 1e6] for n in range(20_000)]
    given = {
        "plantId": global_id("Plant", uuid4()),
        "kind": "SERVICE_AREA",
        "name": "main",
        "datum": "WGS84",
        "geojson": {"type": "Polygon", "coordinates": [ring]},
    }
    async with gateway.user(group) as user:
        answer = await user.post(
            "mutation($input: FencePublishInput!) { fencePublish(input: $input) "
            "{ userErrors { code } } }",
            input=given,
        )

    assert answer.status_code == status


async def test_other_sites_are_let_in_by_name_only(gateway, environment, keys):
    allowed = environment | {"HEDGEROW_ALLOWED_ORIGINS": "https://console.example"}
    preflight = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    async with serving(allowed, keys) as other, httpx.AsyncClient() as http:
        known = await http.options(
            f"{other.url}/graphql", headers=preflight | {"origin": "https://console.example"}
        )
        unknown = await http.options(
            f"{other.url}/graphql", headers=preflight | {"origin": "https://evil.example"}
        )

    assert known.headers["access-control-allow-origin"] == "https://console.example"
    assert "access-control-allow-origin" not in unknown.headers


async def test_health_and_metrics(gateway, services):
    async with httpx.AsyncClient(base_url=gateway.url) as http:
        alive = await http.get("/healthz")
        ready = await http.get("/readyz")
        metrics = await http.get("/metrics")
        missing = await http.get("/nothing")

    assert (alive.status_code, alive.text) == (200, "ok")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "troubles": []})
    assert metrics.status_code == 200
    assert "python_info" in metrics.text
    assert missing.status_code == 404
