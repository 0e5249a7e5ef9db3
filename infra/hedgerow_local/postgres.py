"""A PostgreSQL server of our own: its own data directory and port, nothing shared with others.

server = PostgresServer.start(Path(".local/postgres"))
server.admin_url     # postgresql://postgres:PASSWORD@127.0.0.1:PORT/postgres
server.kill()        # as a power cut would
server.restart()     # the same data on the same port
server.stop()        # the data stays
server.remove()      # the data goes, too
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .places import make_passable
from .ports import HOST, free_port, is_free
from .postgres_data import account_for_postgres, data_of, drop_data, prepare_data
from .postgres_processes import DROP, KILL, STOP, end_leftovers, end_server, is_ready
from .postgres_programs import need_postgres
from .processes import Steps, last_lines, spawn, wait_until
from .trouble import Trouble

START_S = 90.0
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# Only for data that may be lost with the power: tests. A killed server still loses no commit.
WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer:
    """One PostgreSQL with PostGIS. Begin with `start`."""

    def __init__(
        self, directory: Path, settings: Mapping[str, str], log: Path, fsync: bool
    ) -> None:
        self.directory = make_passable(directory.resolve())
        self.programs = need_postgres()
        self.data = prepare_data(self.directory, self.programs, fsync=fsync)
        self.log = log
        self.port = 0
        self._settings = settings
        self._password = (self.directory / "password").read_text()
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(
        cls,
        directory: Path,
        *,
        port: int = 0,
        fsync: bool = True,
        settings: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> "PostgresServer":
        """Start the server whose data is below `directory`, creating it the first time.

        Port 0 takes the one it had last if that is free, else any free one. `settings` are
        further ones of postgresql.conf. A server left over from a killed run is stopped first.
        """
        chosen = {**SETTINGS, **({} if fsync else WITHOUT_FSYNC), **(settings or {})}
        server = cls(directory, chosen, log or directory / "server.log", fsync)
        end_leftovers(server.data)
        server._begin([port] if port else server._likely_ports())
        return server

    @property
    def admin_url(self) -> str:
        """The superuser's address. Whoever has it can do everything."""
        return _url(self._password, self.port)

    @property
    def pid(self) -> int | None:
        """The number of the server's first process while it runs."""
        return self._process.pid if self._process and self.alive() else None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Roll back what is open, write everything down, stop. The data stays."""
        self._end(STOP)

    def kill(self) -> None:
        """SIGKILL the server as a crash would; returns when no process of it is left."""
        self._end(KILL)

    def restart(self) -> None:
        """Start again on the same data and port, stopping first if it runs."""
        self.stop()
        end_leftovers(self.data)
        wait_until(lambda: is_free(self.port), 15)
        self._begin([self.port])

    def remove(self) -> None:
        """Stop at once, and drop the data."""
        self._end(DROP)
        drop_data(self.directory)

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
                    f"PostgreSQL did not start. The end of {self.log}:\n{last_lines(self.log)}",
                    "if the data is damaged and may go: `make reset`",
                )
        raise Trouble(
            f"Port {ports[-1]} on {HOST}, meant for PostgreSQL, is taken by another program.",
            f"`ss -ltnp | grep {ports[-1]}` names it: stop it and start again",
        )

    def _run(self, port: int) -> bool:
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        self._process = spawn(
            [self.programs.bin / "postgres", "-D", self.data, f"--port={port}", *settings],
            log=self.log,
            env={**os.environ, **self.programs.env},
            cwd=self.data,
            account=account_for_postgres(),
            parting=signal.SIGINT,
        )
        wait_until(lambda: is_ready(self.data) or not self.alive(), START_S)
        if self.alive() and is_ready(self.data):
            return True
        self._end(STOP)
        return False

    def _end(self, steps: Steps) -> None:
        if self._process is not None and self.alive():
            end_server(self._process.pid, self.data, steps)
            self._process.wait(timeout=10)


def running_url(directory: Path) -> str | None:
    """The superuser's address of the server that another process runs on `directory`."""
    with contextlib.suppress(OSError):
        if is_ready(data_of(directory)):
            password = (directory / "password").read_text()
            return _url(password, int((directory / "port").read_text()))
    return None


def _url(password: str, port: int) -> str:
    return f"postgresql://postgres:{password}@{HOST}:{port}/postgres"
