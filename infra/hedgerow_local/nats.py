"""A NATS server of our own with JetStream: its own store and port.

server = NatsServer.start(Path(".local/nats"))
server.url           # the operator's: nats://hedgerow:PASSWORD@127.0.0.1:PORT
server.address       # for the programs, which show keys: nats://127.0.0.1:PORT
server.keys.seed_file("orders")
server.kill(); server.restart()      # the same store on the same port
server.stop(); server.remove()
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from .nats_keys import NatsKeys
from .places import NATS_CONF, make_private, program, write_private
from .ports import HOST, free_port, is_free
from .processes import Identity, Steps, Words, end, last_lines, spawn, wait_until
from .trouble import Trouble

OLDEST = (2, 12)
START_S = 30.0
STOP = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0))
KILL = ((signal.SIGKILL, 10.0),)


class NatsServer:
    """One nats-server with JetStream. Begin with `start`."""

    def __init__(self, directory: Path, sync_interval: str, log: Path, keys: Path) -> None:
        self.directory = make_private(directory.resolve())
        self.log = log
        self.keys = NatsKeys.make(keys)
        self.port = 0
        self._program = _need_program()
        self._sync_interval = sync_interval
        self._password = _password(self.directory / "password")
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(
        cls,
        directory: Path,
        *,
        port: int = 0,
        sync_interval: str = "1s",
        log: Path | None = None,
        keys: Path | None = None,
    ) -> "NatsServer":
        """Start the server whose store is below `directory`.

        Port 0 takes the one it had last if that is free, else any free one. `sync_interval`
        is how long an acknowledged message may stay unwritten: a time, or `always`. `keys` is
        the folder of the programs' keys, one below `directory` if not given. A server left over
        from a killed run is stopped first.
        """
        server = cls(
            directory, sync_interval, log or directory / "server.log", keys or directory / "keys"
        )
        end_leftover(server.directory)
        server._begin([port] if port else server._likely_ports())
        return server

    @property
    def url(self) -> str:
        """Where the operator connects, with the password; tests do so too."""
        return _operators_url(self._password, self.port)

    @property
    def address(self) -> str:
        """Where the programs connect, each with its own key."""
        return f"nats://{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The server's process number while it runs."""
        return self._process.pid if self._process and self.alive() else None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop in order. The store stays."""
        self._end(STOP)

    def kill(self) -> None:
        """SIGKILL the server, as a crash would."""
        self._end(KILL)

    def restart(self) -> None:
        """Start again on the same store and port, stopping first if it runs."""
        self.stop()
        wait_until(lambda: is_free(self.port), 15)
        self._begin([self.port])

    def remove(self) -> None:
        """Stop, and drop the store."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _likely_ports(self) -> list[int]:
        ports = [free_port() for _ in range(4)]
        with contextlib.suppress(OSError, ValueError):
            ports.insert(0, int((self.directory / "port").read_text()))
        return ports

    def _begin(self, ports: list[int]) -> None:
        """Run on the first of these ports that nobody else has."""
        for port in filter(is_free, ports):
            if self._run(port):
                self.port = port
                (self.directory / "port").write_text(f"{port}\n")
                return
            if is_free(port):
                raise Trouble(
                    f"nats-server did not start. The end of {self.log}:\n{last_lines(self.log)}",
                    "if its store is damaged and may go: `make reset`",
                )
        raise Trouble(
            f"Port {ports[-1]} on {HOST}, meant for NATS, is taken by another program.",
            f"`ss -ltnp | grep {ports[-1]}` names it: stop it and start again",
        )

    def _run(self, port: int) -> bool:
        store = make_private(self.directory / "jetstream")
        words: Words = [self._program, "--config", NATS_CONF, "--store_dir", store]
        self._process = spawn(
            [*words, "--addr", HOST, "--port", str(port)],
            log=self.log,
            env={
                **os.environ,
                **self.keys.public(),
                "NATS_PASSWORD": self._password,
                "NATS_SYNC_INTERVAL": self._sync_interval,
            },
            cwd=self.directory,
        )
        if identity := Identity.of(self._process.pid, str(store)):
            identity.write(self.directory / "pid")
        wait_until(lambda: bool(greeting(port)) or not self.alive(), START_S)
        if self.alive() and greeting(port).get("jetstream"):
            return True
        self._end(STOP)
        return False

    def _end(self, steps: Steps) -> None:
        if self._process is not None and self.alive():
            if identity := Identity.of(self._process.pid, "nats-server"):
                end([identity], steps)
            self._process.wait(timeout=10)
        (self.directory / "pid").unlink(missing_ok=True)


def end_leftover(directory: Path) -> None:
    """End the server of this store that a killed run left behind, if there is one."""
    leftover = Identity.read(directory / "pid")
    if leftover and not end([leftover], STOP):
        raise Trouble(
            f"An older nats-server (process {leftover.pid}) does not end.",
            f"look at `ps -fp {leftover.pid}`",
        )


def running_nats_url(directory: Path) -> str:
    """The operator's address of the server that runs on this store; empty when none does."""
    running = Identity.read(directory / "pid")
    if running is None or not running.alive():
        return ""
    port = (directory / "port").read_text().strip()
    return _operators_url(_password(directory / "password"), int(port))


def greeting(port: int, host: str = HOST) -> dict[str, Any]:
    """What the server at this port says of itself first; empty when none answers."""
    with contextlib.suppress(OSError, ValueError):
        with socket.create_connection((host, port), timeout=2) as connection:
            line = connection.makefile("rb").readline()
            if line.startswith(b"INFO "):
                return dict(json.loads(line[5:]))
    return {}


def check_version(text: str, where: str) -> None:
    """Raise Trouble when the server of version `text` is too old."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", text)[:2])
    if numbers < OLDEST:
        raise Trouble(
            f"The nats-server {where} is {text}; Hedgerow needs {OLDEST[0]}.{OLDEST[1]} or newer.",
            "`make setup` installs one into .venv; Debian's own is too old",
        )


def _need_program() -> Path:
    beside = Path(sys.executable).with_name("nats-server")
    for candidate in (program("nats-server"), beside):
        if candidate.exists():
            break
    else:
        raise Trouble("There is no nats-server in .venv.", "run `make setup`")
    answer = subprocess.run(
        [str(candidate), "--version"], capture_output=True, text=True, check=False, timeout=20
    )
    check_version(answer.stdout.strip().rpartition(" ")[2], f"at {candidate}")
    return candidate


def _operators_url(password: str, port: int) -> str:
    return f"nats://hedgerow:{password}@{HOST}:{port}"


def _password(file: Path) -> str:
    if not file.exists():
        # A letter first: NATS reads a password of digits from the environment as a number.
        write_private(file, f"p{secrets.token_hex(16)}")
    return file.read_text()
