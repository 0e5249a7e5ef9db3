"""Children are recognised again, and strangers are left alone."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hedgerow_local import programs
from hedgerow_local.processes import Identity, end, spawn

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STOP = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
Soon = Callable[[Callable[[], bool]], None]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(SLEEP, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def identity_of(process: subprocess.Popen[bytes]) -> Identity:
    found = Identity.of(process.pid, "time.sleep")
    assert found is not None
    return found


def test_an_identity_survives_its_file(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    identity_of(sleeper).write(tmp_path / "pid")

    assert Identity.read(tmp_path / "pid") == identity_of(sleeper)
    assert identity_of(sleeper).alive()


@pytest.mark.parametrize("text", ["", "123", "{}", '{"pid": "x", "started": "", "mark": ""}'])
def test_a_damaged_pid_file_names_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "pid").write_text(text)

    assert Identity.read(tmp_path / "pid") is None


@pytest.mark.parametrize("change", [{"started": "another boot/1"}, {"mark": "hedgerow_orders"}])
def test_a_stranger_with_the_same_number_is_left_alone(
    sleeper: subprocess.Popen[bytes], change: dict[str, str]
) -> None:
    former = replace(identity_of(sleeper), **change)

    assert not former.alive()
    assert end([former], STOP)
    assert sleeper.poll() is None


def test_a_zombie_is_not_alive(sleeper: subprocess.Popen[bytes], soon: Soon) -> None:
    identity = identity_of(sleeper)

    os.kill(sleeper.pid, signal.SIGKILL)

    soon(lambda: not identity.alive())


def test_who_ignores_the_gentle_signal_is_killed_with_its_children(
    tmp_path: Path, soon: Soon
) -> None:
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    process = spawn([sys.executable, "-c", stubborn], log=log, env=os.environ, cwd=tmp_path)
    soon(lambda: log.read_text().endswith("\n"))
    grandchild = Identity.of(int(log.read_text()), "sleep")

    assert end([identity_of(process)], ((signal.SIGTERM, 0.2), (signal.SIGKILL, 5.0)))

    assert process.wait() == -signal.SIGKILL
    soon(lambda: grandchild is not None and not grandchild.alive())


def test_orphans_of_a_killed_run_are_ended_and_strangers_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleeper: subprocess.Popen[bytes]
) -> None:
    monkeypatch.setattr(programs, "RUN", tmp_path)
    orphan = subprocess.Popen(SLEEP, start_new_session=True)
    identity_of(orphan).write(tmp_path / "orders.pid")
    replace(identity_of(sleeper), started="another boot/1").write(tmp_path / "rma.pid")

    assert programs.end_orphans() == ["orders"]

    assert orphan.wait(timeout=5) == -signal.SIGTERM
    assert sleeper.poll() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of the death")
@pytest.mark.parametrize("where", ["main thread", "passing thread"])
def test_a_child_does_not_outlive_a_killed_runner(tmp_path: Path, soon: Soon, where: str) -> None:
    start = "threading.Thread(target=start).start()" if where == "passing thread" else "start()"
    runner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, pathlib, threading, time\n"
            "from hedgerow_local.processes import spawn\n"
            "here = pathlib.Path.cwd()\n"
            "def start():\n"
            "    child = spawn(['sleep', '60'], log=here / 'log', env=os.environ, cwd=here)\n"
            "    (here / 'pid').write_text(f'{child.pid}\\n')\n"
            f"{start}\n"
            "time.sleep(60)\n",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(programs.__file__).parents[1])},
    )
    soon(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
    child = Identity.of(int((tmp_path / "pid").read_text()), "sleep")
    assert child is not None
    threading.Event().wait(0.3)
    assert child.alive()

    runner.kill()
    runner.wait()

    soon(lambda: not child.alive())
