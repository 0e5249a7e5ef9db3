"""The gateway as a process: it starts, says what is wrong with its settings, and ends in order."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from hedgerow.settings import BadSettings, load
from hedgerow_gateway.app import parts_of
from hedgerow_gateway.issuers import issuers_of
from hedgerow_gateway.settings import GatewaySettings, faults


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def started(environment: dict[str, str]) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEDGEROW_")}
    return subprocess.Popen(
        [sys.executable, "-m", "hedgerow_gateway", "serve"],
        env=clean | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_it_serves_until_it_is_told_to_stop(environment, services):
    port = free_port()
    process = started(environment | {"HEDGEROW_PORT": str(port)})
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        for _ in range(200):
            try:
                ready = await http.get("/readyz")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.05)
        metrics = await http.get("/metrics")
    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.to_thread(process.communicate, timeout=20)

    assert ready.json() == {"ready": True, "troubles": []}
    assert metrics.status_code == 200
    assert process.returncode == 0
    assert "Traceback" not in said


async def test_it_waits_for_nats(environment):
    settings = load(GatewaySettings, environment | {"HEDGEROW_NATS_URL": "nats://127.0.0.1:1"})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            async with parts_of(settings):
                pass


def test_all_wrong_settings_are_named_at_once(environment):
    wrong = environment | {
        "HEDGEROW_PORT": "x",
        "HEDGEROW_CALLER_KEY_FILE": "/nowhere",
        "HEDGEROW_NATS_URL": "",
    }
    process = started(wrong)
    _, said = process.communicate(timeout=20)

    assert process.returncode == 2
    for name in ("HEDGEROW_PORT", "HEDGEROW_CALLER_KEY_FILE", "HEDGEROW_NATS_URL"):
        assert name in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"HEDGEROW_ENVIRONMENT": "staging"}, "HEDGEROW_ENVIRONMENT"),
        ({"HEDGEROW_ENVIRONMENT": "production"}, "HEDGEROW_DEV_ISSUER_KEY_FILE"),
        ({"HEDGEROW_ENVIRONMENT": "production"}, "HEDGEROW_OIDC_ISSUERS"),
        ({"HEDGEROW_MAX_BODY_BYTES": "0"}, "HEDGEROW_MAX_BODY_BYTES"),
        ({"HEDGEROW_REQUEST_TIMEOUT_S": "-1"}, "HEDGEROW_REQUEST_TIMEOUT_S"),
    ],
)
def test_settings_that_make_no_sense_are_named(environment, change, name):
    found = faults(load(GatewaySettings, environment | change))

    assert any(name in each for each in found)


async def test_issuers_are_read_in_two_forms(environment):
    short = "https://a.example=https://a.example/keys?x=1, https://b.example = http://b.example/k"
    full = """[{"issuer": "https://c.example", "jwks_url": "https://c.example/keys",
                "audience": "orders", "tenant_claim": "org", "groups_claim": "roles"}]"""
    async with httpx.AsyncClient() as http:
        named = [
            issuers_of(load(GatewaySettings, environment | {"HEDGEROW_OIDC_ISSUERS": text}), http)
            for text in (short, full)
        ]

    assert list(named[0]) == ["https://a.example", "https://b.example", "hedgerow-dev"]
    assert named[0]["https://a.example"].tenant_claim == "hedgerow_tenant"
    issuer = named[1]["https://c.example"]
    assert (issuer.audience, issuer.tenant_claim, issuer.groups_claim) == ("orders", "org", "roles")


@pytest.mark.parametrize(
    "text", ["https://a.example", "=https://a/keys", "a=ftp://a/keys", "[{}]", "[", '[{"x": 1}]']
)
async def test_issuers_that_cannot_be_read_stop_the_start(environment, text):
    settings = load(GatewaySettings, environment | {"HEDGEROW_OIDC_ISSUERS": text})
    async with httpx.AsyncClient() as http:
        with pytest.raises(BadSettings, match="HEDGEROW_OIDC_ISSUERS"):
            issuers_of(settings, http)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nx", b"x"])
async def test_a_key_file_without_a_key_stops_the_start(environment, tmp_path, content):
    file = tmp_path / "key.pem"
    file.write_bytes(content)
    for name in ("HEDGEROW_CALLER_KEY_FILE", "HEDGEROW_DEV_ISSUER_KEY_FILE"):
        settings = load(GatewaySettings, environment | {name: str(file)})
        with pytest.raises(BadSettings):
            async with parts_of(settings):
                pass
