"""The README's walk, block by block, on a suite with the demo company."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hedgerow_local.servers import NatsServer
from suite import Suite
from worlds import Databases

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
README = (ROOT / "README.md").read_text("utf-8")
WALK = README.partition("<!-- walk -->")[2].partition("<!-- end of the walk -->")[0]
ADDRESS = "http://127.0.0.1:8800"
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Step:
    query: str
    command: str
    answer: Any

    @property
    def name(self) -> str:
        return self.command.split()[-1]


def blocks(text: str) -> list[tuple[str, str]]:
    """(language, content) of each fenced block."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)


def steps() -> list[Step]:
    rest = blocks(WALK)[1:]
    assert [language for language, _ in rest] == ["graphql", "sh", "json"] * (len(rest) // 3)
    texts = [text for _, text in rest]
    return [
        Step(query, command, json.loads(answer))
        for query, command, answer in zip(texts[::3], texts[1::3], texts[2::3], strict=True)
    ]


def differences(printed: Any, said: Any, names: dict[str, str], at: str = "$") -> list[str]:
    """Where an answer is not the printed one. "<name>" stands for any text, the same one wherever
    that name is printed; "<any>" for any text at all."""
    if isinstance(printed, dict) and isinstance(said, dict) and printed.keys() == said.keys():
        pairs = [(f"{at}.{key}", value, said[key]) for key, value in printed.items()]
    elif isinstance(printed, list) and isinstance(said, list) and len(printed) == len(said):
        pairs = [
            (f"{at}[{number}]", *pair)
            for number, pair in enumerate(zip(printed, said, strict=True))
        ]
    else:
        name = re.fullmatch(r"<([\w ]+)>", str(printed))
        if name and isinstance(said, str) and said:
            printed = said if name[1] == "any" else names.setdefault(name[1], said)
        return [] if printed == said else [f"{at}: {said!r} instead of {printed!r}"]
    return [wrong for place, one, other in pairs for wrong in differences(one, other, names, place)]


def told(suite: Suite, folder: Path) -> dict[str, str]:
    return os.environ | {
        "HEDGEROW_URL": suite.url,
        "HEDGEROW_DEV_ISSUER_KEY_FILE": str(suite.keys.issuer),
        "HEDGEROW_WALK_FILE": str(folder / "walk.json"),
    }


def run(command: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
async def suite(workplace: Path, databases: Databases) -> AsyncIterator[Suite]:
    """With the demo company, and patient, so that a busy machine settles every order. On a broker
    of its own: two suites on one would mix."""
    folder = workplace / "readme"
    folder.mkdir()
    nats_server = NatsServer.start(folder / "nats")
    suite = Suite(
        folder,
        databases,
        nats_server,
        extra={"HEDGEROW_SETTLE_TIMEOUT_S": "15", "HEDGEROW_REQUEST_TIMEOUT_S": "40"},
    )
    try:
        await suite.start()
        loaded = subprocess.run(
            [sys.executable, "-m", "hedgerow_gateway.client", "load-demo"],
            env=told(suite, suite.folder),
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert loaded.returncode == 0, loaded.stderr[-3000:]
        yield suite
    finally:
        await suite.stop()
        nats_server.remove()


@pytest.mark.timeout(600)
async def test_the_walk_answers_what_the_readme_prints(suite: Suite, tmp_path: Path) -> None:
    (_, ask), *_ = blocks(WALK)
    env = told(suite, tmp_path)
    names: dict[str, str] = {}

    for step in steps():
        ends_at = time.monotonic() + PATIENCE_S
        while True:  # what a service hears by an event may come a moment after the step before
            said = json.loads(run(f"{ask}\n{step.command}", env))
            wrong = differences(step.answer, said, dict(names))
            if not wrong or time.monotonic() > ends_at:
                break
            time.sleep(0.3)
        assert not wrong, (step.name, wrong, said)
        differences(step.answer, said, names)


@pytest.mark.timeout(600)
async def test_the_readmes_first_request_is_answered(suite: Suite, tmp_path: Path) -> None:
    (curl,) = [text for language, text in blocks(README) if "curl" in text and language == "sh"]
    token = re.compile(r"make demo-token USER=([\w-]+)")
    assert ADDRESS in curl and token.search(curl)

    here = token.sub(r".venv/bin/hedgerow demo-token \1", curl.replace(ADDRESS, suite.url))
    said = json.loads(run(here, told(suite, tmp_path)))

    assert said["data"] == {"viewer": {"subject": "ningbo-sales"}}


def test_the_queries_of_the_readme_are_those_of_the_examples() -> None:
    walk = steps()

    assert [each.name for each in walk] == sorted(
        (file.stem for file in EXAMPLES.glob("*.graphql")), key=lambda name: int(name.split("-")[0])
    )
    for step in walk:
        assert step.query == (EXAMPLES / f"{step.name}.graphql").read_text("utf-8")
        assert step.answer == json.loads((EXAMPLES / f"{step.name}.json").read_text("utf-8"))


def test_another_plants_order_answers_like_one_that_never_was() -> None:
    refused, absent = (step.answer for step in steps() if step.name in ("4-refused", "5-absent"))

    for each in (refused, absent):
        del each["errors"][0]["extensions"]["caseNumber"]
    assert refused == absent
    assert refused["errors"][0]["message"] == "您无权访问该区域订单，请联系区域管理员"
