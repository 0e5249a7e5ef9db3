"""Each program of the local run has its own key for NATS, which nobody else can read."""

import stat
import sys
from pathlib import Path

import pytest
from hedgerow_local.nats_keys import MEMBERS, NatsKeys
from infra.straw import Checkout

if sys.platform != "linux":
    pytest.skip("looks at /proc", allow_module_level=True)


def environment_of(pid: int) -> dict[str, str]:
    words = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_program_gets_its_own_seed_and_no_password(checkout: Checkout) -> None:
    checkout.up()

    folder = checkout.root / ".local/keys/nats"
    password = (checkout.root / ".local/nats/password").read_text()
    for member in MEMBERS:
        told = environment_of(checkout.the(f"hedgerow_{member}"))
        assert told["HEDGEROW_NATS_SEED_FILE"] == str(folder / f"{member}.seed")
        assert told["HEDGEROW_NATS_URL"].startswith("nats://127.0.0.1:")
        assert "HEDGEROW_NATS_ADMIN_URL" not in told
        assert password not in str(told)
        assert mode(folder / f"{member}.seed") == 0o600
        assert (folder / f"{member}.seed").read_text().startswith("SU")
    assert mode(folder) == 0o700
    server = environment_of(checkout.the("nats-server"))
    assert {name: server[name] for name in server if "NKEY" in name} == NatsKeys(folder).public()
    assert len(set(NatsKeys(folder).public().values())) == 5
    assert all(one.startswith("U") for one in NatsKeys(folder).public().values())


def test_keys_stay_and_a_lost_one_is_made_anew(tmp_path: Path) -> None:
    keys = NatsKeys.make(tmp_path / "nats")
    before, seed = dict(keys.public()), keys.seed_file("orders").read_text()

    assert NatsKeys.make(tmp_path / "nats").public() == before
    assert keys.seed_file("orders").read_text() == seed

    keys.seed_file("orders").unlink()
    after = dict(NatsKeys.make(tmp_path / "nats").public())

    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"HEDGEROW_NKEY_ORDERS"}
