"""What `make` and the containers say agrees with what the runner does."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hedgerow_local import environment
from hedgerow_local.nats_keys import NatsKeys
from hedgerow_local.places import ROOT, SERVICES

COMPOSE = (ROOT / "infra/compose.yaml").read_text()


def make(*words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "USER": "somebody"}
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_make_alone_explains_every_target_in_groups() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)) - {"help"}

    shown = make().stdout

    assert re.findall(r"^(\w+)$", shown, re.M) == ["Run", "Check", "Generate"]
    assert set(re.findall(r"^  ([a-z-]+) +\S", shown, re.M)) == targets


def test_the_user_of_a_token_is_never_taken_from_the_environment() -> None:
    refused = make("demo-token")

    assert refused.returncode == 2
    assert "usage: make demo-token USER=name" in refused.stderr
    assert refused.stdout == ""


def test_ci_ends_with_the_tests() -> None:
    commands = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line[:1].isalpha()]

    assert commands[-1] == "make test"
    assert {"make lint", "make types", "make contracts"} <= set(commands)


def test_an_unknown_verb_is_answered_with_the_known_ones() -> None:
    answer = subprocess.run(
        ["python3", "-m", "hedgerow_local", "dance"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "infra")},
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert answer.returncode == 2
    assert "setup | up | down | reset | migrate" in answer.stderr


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> environment.Suite:
    monkeypatch.setattr(environment, "SECRETS", tmp_path)
    for name in [name for name in os.environ if name.startswith("HEDGEROW_")]:
        monkeypatch.delenv(name)
    admin = "postgresql://postgres:word@db.example:5433/postgres?sslmode=require"
    nats = "nats://localhost:4222"
    return environment.Suite(admin, nats, "nats://op:x@localhost:4222", NatsKeys(tmp_path), 8800)


def ours(env: object) -> set[str]:
    return {name for name in dict(env) if name.startswith("HEDGEROW_")}  # type: ignore[call-overload]


def test_a_service_gets_its_own_database_beside_the_superusers(suite: environment.Suite) -> None:
    env = suite.for_service("orders")

    word = re.fullmatch(
        r"postgresql://hedgerow_orders:([0-9a-f]{32})"
        r"@db\.example:5433/hedgerow_orders\?sslmode=require",
        env["HEDGEROW_DATABASE_URL"],
    )
    assert word is not None
    assert suite.for_service("orders") == env
    assert word[1] not in suite.for_service("rma")["HEDGEROW_DATABASE_URL"]
    assert "word@" not in str({name: env[name] for name in ours(env)})


def test_compose_tells_each_program_what_the_runner_tells_it(suite: environment.Suite) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    services = yaml.safe_load(COMPOSE)["services"]
    extra = {"HEDGEROW_OTLP_ENDPOINT"}

    for name in SERVICES:
        assert set(services[name]["environment"]) - extra == ours(suite.for_service(name))
        wanted = services[f"migrate-{name}"]["environment"]
        assert set(wanted) - extra == ours(suite.for_migration(name))
        assert f"hedgerow_{name}:" in wanted["HEDGEROW_DATABASE_URL"]
        assert wanted["HEDGEROW_DATABASE_URL"].endswith(f"/hedgerow_{name}")
        assert services[name]["build"]["args"] == {"MEMBER": name}
    assert set(services["gateway"]["environment"]) - extra == ours(suite.for_gateway())
    assert set(services["demo"]["environment"]) == ours(suite.for_client())


def test_compose_names_no_variable_that_the_runner_does_not_know(suite: environment.Suite) -> None:
    known = {"HEDGEROW_PASSWORD", "HEDGEROW_OTLP_ENDPOINT"}
    for env in (
        suite.for_migration("orders"),
        suite.for_gateway(),
        suite.for_client(),
    ):
        known |= ours(env)

    assert set(re.findall(r"HEDGEROW_[A-Z_]+", COMPOSE)) == known


def test_the_image_is_built_for_all_five_members_and_not_as_root() -> None:
    text = (ROOT / "infra/Dockerfile").read_text()

    assert "gateway)" in text
    assert f"{'|'.join(SERVICES)})" in text
    assert text.rindex("USER 10001") > text.rindex("FROM ")


def test_the_dockerfile_copies_only_what_is_let_into_its_context() -> None:
    let_in = (ROOT / "infra/Dockerfile.dockerignore").read_text().splitlines()

    for source in re.findall(
        r"^COPY (?!--from)(\S+)", (ROOT / "infra/Dockerfile").read_text(), re.M
    ):
        assert f"!{source}" in let_in
        assert (ROOT / source).exists()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_ci_script_is_sound_and_may_be_run() -> None:
    script = ROOT / ".ci/run"

    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], timeout=10).returncode == 0
    assert "set -euo pipefail" in script.read_text()
