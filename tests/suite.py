"""The whole suite as processes of its own, and a GraphQL client to talk to it as users do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hedgerow_local.processes import spawn
from hedgerow_local.servers import NatsServer
from worlds import SERVICES, Databases

READY_S = 60.0


class Keys:
    """The caller key pair and the development issuer's key, as files."""

    def __init__(self, folder: Path) -> None:
        self.caller = _write_key(folder / "caller.pem")
        self.caller_public = _write_public(self.caller)
        self.issuer = _write_key(folder / "issuer.pem")
        self.anchors = {name: _write_key(folder / f"anchor-{name}.pem") for name in SERVICES}
        for key in self.anchors.values():
            _write_public(key, ".pub.pem")

    def token(self, subject: str, tenant: str, *groups: str, **claims: Any) -> str:
        """A bearer token as the development issuer signs it."""
        now = int(time.time())
        payload = {
            "iss": "hedgerow-dev",
            "aud": "hedgerow",
            "sub": subject,
            "iat": now,
            "exp": now + 3600,
            "hedgerow_tenant": tenant,
            "groups": list(groups),
        }
        return jwt.encode(payload | claims, self.issuer.read_bytes(), algorithm="EdDSA")


def _write_key(file: Path) -> Path:
    file.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def _write_public(private: Path, suffix: str = ".pub") -> Path:
    key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    file = private.with_suffix(suffix)
    file.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return file


class Suite:
    """Four services and the gateway, each with its own key for NATS. Begin with `start`; members
    are named as their packages."""

    def __init__(
        self,
        folder: Path,
        databases: Databases,
        nats: NatsServer,
        *,
        port: int | None = None,
        extra: dict[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.keys = Keys(folder)
        self.databases = databases
        self.database_urls: dict[str, str] = {}
        self.port = port or free_port()
        self.nats = nats
        self._extra = extra or {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        for name in SERVICES:
            if name not in self.database_urls:
                self.database_urls[name] = await self.databases.fresh(name)
        for name in (*SERVICES, "gateway"):
            self.run(name)
        await self.ready()

    def run(self, name: str) -> None:
        """name  "routing", or "routing-2" for one more of the same"""
        program = name.partition("-")[0]
        self._running[name] = spawn(
            [sys.executable, "-m", f"hedgerow_{program}", "serve"],
            log=self.folder / f"{name}.log",
            env={**_clean(), **self._settings(program), **self._extra},
            cwd=self.folder,
        )

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would."""
        self._running[name].kill()
        self._running[name].wait(timeout=10)

    def end(self, name: str) -> None:
        """In order, and for good."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)

    async def ready(self) -> None:
        ends_at = time.monotonic() + READY_S
        said = ""
        async with httpx.AsyncClient() as client:
            while time.monotonic() < ends_at:
                for name, process in self._running.items():
                    assert process.poll() is None, f"{name} ended:\n{self.log(name)}"
                try:
                    answer = await client.get(f"{self.url}/readyz", timeout=3)
                    said = answer.text
                    if answer.status_code == 200:
                        return
                except httpx.TransportError as wrong:
                    said = repr(wrong)
                await asyncio.sleep(0.1)
        raise AssertionError(f"not ready after {READY_S} s: {said}")

    async def stop(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in self._running.items():
            try:
                await asyncio.to_thread(process.wait, 20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError(f"{name} did not end on SIGTERM") from None

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-6000:]

    def violations(self) -> list[str]:
        """What the broker refused any member, from their logs; empty when all lists are right."""
        return [
            line
            for name in self._running
            for line in (self.folder / f"{name}.log").read_text().splitlines()
            if "permissions violation" in line
        ]

    def _settings(self, name: str) -> dict[str, str]:
        broker = {
            "HEDGEROW_NATS_URL": self.nats.address,
            "HEDGEROW_NATS_SEED_FILE": str(self.nats.keys.seed_file(name)),
        }
        if name == "gateway":
            return broker | {
                "HEDGEROW_CALLER_KEY_FILE": str(self.keys.caller),
                "HEDGEROW_HOST": "127.0.0.1",
                "HEDGEROW_PORT": str(self.port),
                "HEDGEROW_ENVIRONMENT": "development",
                "HEDGEROW_DEV_ISSUER_KEY_FILE": str(self.keys.issuer),
            }
        return broker | {
            "HEDGEROW_DATABASE_URL": self.database_urls[name],
            "HEDGEROW_CALLER_PUBLIC_KEY_FILE": str(self.keys.caller_public),
            "HEDGEROW_ANCHOR_KEY_FILE": str(self.keys.anchors[name]),
        }

    @asynccontextmanager
    async def client(
        self, tenant: str, *groups: str, subject: str = "", language: str = "zh"
    ) -> AsyncIterator[Client]:
        """As a user of `tenant` with these groups: "tenant_admin", "sales@NGB"."""
        token = self.keys.token(subject or "+".join(groups) or "nobody", tenant, *groups)
        async with httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}", "Accept-Language": language},
            timeout=20,
            limits=httpx.Limits(max_connections=128),
        ) as http:
            yield Client(http)


class Client:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def raw(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables})  # escapes a lone surrogate
        answer = await self.http.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )
        said: dict[str, Any] = answer.json()
        said["status"] = answer.status_code
        return said

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data; anything in `errors` fails the test."""
        said = await self.raw(query, **variables)
        assert "errors" not in said, said
        data: dict[str, Any] = said["data"]
        return data

    async def do(self, mutation: str, fields: str, key: str = "", **input: Any) -> dict[str, Any]:
        """Call one mutation; its payload."""
        kind = mutation[0].upper() + mutation[1:]
        data = await self.ask(
            f"mutation($input: {kind}Input!, $key: String!) {{ "
            f"{mutation}(input: $input) @idempotent(key: $key) {{ "
            f"{fields} userErrors {{ code message field }} }} }}",
            input=input,
            key=key or str(uuid4()),
        )
        payload: dict[str, Any] = data[mutation]
        return payload

    async def done(self, mutation: str, fields: str, key: str = "", **input: Any) -> Any:
        """Like `do`, and it must not be refused."""
        payload = await self.do(mutation, fields, key, **input)
        assert payload["userErrors"] == [], payload
        return payload


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HEDGEROW_")}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def codes(payload: dict[str, Any]) -> Sequence[str]:
    return [error["code"] for error in payload["userErrors"]]
