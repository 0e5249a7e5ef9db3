"""`make up` from the first child to the last, with services of straw."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from infra.straw import Checkout

if sys.platform != "linux":
    pytest.skip("looks at /proc", allow_module_level=True)

Soon = Callable[[Callable[[], bool]], None]


def test_up_says_ready_and_a_ctrl_c_leaves_nothing_running(checkout: Checkout) -> None:
    run = checkout.up()

    assert len(checkout.processes()) >= 7

    run.send_signal(signal.SIGINT)
    rest = run.communicate(timeout=60)[0]

    assert run.returncode == 0
    assert rest.split("\n")[:4] == [
        "  Stopping the gateway …",
        "  Stopping the services …",
        "  Stopping NATS …",
        "  Stopping PostgreSQL …",
    ]
    assert checkout.processes() == {}


def test_a_killed_runner_takes_its_children_along_and_the_next_one_starts(
    checkout: Checkout, soon: Soon
) -> None:
    first = checkout.up()
    passwords = (checkout.root / ".local/secrets/orders").read_text()

    first.kill()
    first.wait()

    soon(lambda: checkout.processes() == {})
    checkout.up()
    assert (checkout.root / ".local/secrets/orders").read_text() == passwords


def test_a_child_that_dies_is_started_again(checkout: Checkout, soon: Soon) -> None:
    run = checkout.up()
    old = {name: checkout.the(name) for name in ("hedgerow_orders", "nats-server", "postgres -D")}

    for pid in old.values():
        os.kill(pid, signal.SIGKILL)

    said = [run.stdout.readline() for _ in range(3)]
    assert any("ended by itself; starting it again in 0.5 s" in line for line in said)
    soon(lambda: set(old.values()).isdisjoint(checkout.processes()))
    soon(lambda: len([c for c in checkout.processes().values() if "-m hedgerow_o" in c]) == 1)
    soon(lambda: len([c for c in checkout.processes().values() if "nats-server" in c]) == 1)
    soon(lambda: len([c for c in checkout.processes().values() if "postgres -D" in c]) == 1)


def test_a_child_that_never_stays_up_ends_the_run(checkout: Checkout) -> None:
    watch = checkout.root / "infra/hedgerow_local/watch.py"
    original = watch.read_text()
    watch.write_text(original.replace("= 0.5, 8.0", "= 0.05, 0.05"))

    done = checkout.local("up", FAILING="rma")

    watch.write_text(original)
    assert done.returncode == 1
    assert "rma ended 6 times within a minute" in done.stderr
    assert "| cannot serve" in done.stderr
    assert checkout.processes() == {}


def test_a_second_up_is_refused_and_down_stops_the_first(checkout: Checkout) -> None:
    run = checkout.up()

    second = checkout.local("up")

    assert second.returncode == 1
    assert f"already runs in this checkout (process {run.pid})" in second.stderr
    assert "`make down`" in second.stderr

    assert checkout.local("down").returncode == 0

    assert run.wait(timeout=10) == 0
    assert checkout.processes() == {}


def test_a_taken_port_is_named_with_the_cure(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", checkout.port)):
        done = checkout.local("up")

    assert done.returncode == 1
    assert f"Port {checkout.port} on 127.0.0.1 is taken" in done.stderr
    assert "HEDGEROW_PORT=8801 make up" in done.stderr


@pytest.mark.parametrize(
    ("variable", "url", "answer"),
    [
        ("HEDGEROW_PORT", "eighty", "HEDGEROW_PORT is 'eighty'."),
        (
            "HEDGEROW_POSTGRES_URL",
            "postgresql://postgres:x@127.0.0.1:1/postgres",
            "Nobody answers at 127.0.0.1:1, where PostgreSQL should be.",
        ),
    ],
)
def test_wrong_settings_are_refused_by_name(
    checkout: Checkout, variable: str, url: str, answer: str
) -> None:
    done = checkout.local("up", **{variable: url})

    assert done.returncode == 1
    assert answer in done.stderr
    assert "cure:" in done.stderr


def test_servers_that_are_named_are_used_and_left_alone(checkout: Checkout, tmp_path: Path) -> None:
    lent = checkout.up()
    word = (checkout.root / ".local/postgres/password").read_text()
    port = (checkout.root / ".local/postgres/port").read_text().strip()
    nats = (checkout.root / ".local/nats/password").read_text()
    nats_port = (checkout.root / ".local/nats/port").read_text().strip()
    other = Checkout(tmp_path / "other")

    run = other.up(
        HEDGEROW_POSTGRES_URL=f"postgresql://postgres:{word}@127.0.0.1:{port}/postgres",
        HEDGEROW_NATS_URL=f"nats://hedgerow:{nats}@127.0.0.1:{nats_port}",
    )

    assert not [one for one in other.processes().values() if "postgres -D" in one]
    assert f"127.0.0.1:{port}/hedgerow_orders" in (other.root / ".local/log/orders.log").read_text()
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=60) == 0
    run.stdout.close()
    assert other.processes() == {}
    assert lent.poll() is None
