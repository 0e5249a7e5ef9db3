"""`make up`: the whole suite in the foreground, until Ctrl-C."""

import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from .environment import HOST, Suite, gateway_port, make_keys
from .interruption import Interruption
from .locks import RunnerLock
from .migrate import migrate_all
from .nats import NatsServer, check_version, greeting
from .places import (
    LOCAL,
    LOGS,
    NATS_DIRECTORY,
    NATS_KEYS,
    POSTGRES_DIRECTORY,
    ROOT,
    RUNNER_LOCK,
    SERVICES,
    make_passable,
    program,
)
from .ports import answers, is_free
from .postgres import PostgresServer
from .processes import Identity, end, spawn
from .programs import STOP, Program, end_orphans, stop_together
from .setup import set_up
from .trouble import Trouble, say, show
from .watch import Watch

READY_S = 120.0
DEMO_S = 900.0


class Up:
    """One run of the suite, from the first server to the last."""

    def __init__(self, interruption: Interruption) -> None:
        self._interruption = interruption
        self._watch = Watch()
        self._servers: list[PostgresServer | NatsServer] = []
        self._programs: list[Program] = []
        self._client: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Start everything, say when it is ready, look after it until interrupted."""
        make_passable(LOCAL)
        set_up()
        port = gateway_port()
        self._recover()
        if not is_free(port):
            raise Trouble(
                f"Port {port} on {HOST} is taken by another program.",
                f"stop it (`ss -ltnp | grep {port}` names it), or `HEDGEROW_PORT=8801 make up`",
            )
        make_keys()
        suite = self._servers_of(port)
        migrate_all(suite)
        self._start_programs(suite)
        self._load_demo(suite)
        self._greet(suite)
        self._watch.for_ever()

    def stop(self) -> None:
        """Stop all children in order: what asks before what answers."""
        if self._client is not None and self._client.poll() is None:
            if identity := Identity.of(self._client.pid, "hedgerow"):
                end([identity], STOP)
            self._client.wait(timeout=10)
        gateway = [one for one in self._programs if one.name == "gateway"]
        services = [one for one in self._programs if one.name != "gateway"]
        for what, programs in (("the gateway", gateway), ("the services", services)):
            if programs:
                say(f"Stopping {what} …")
                stop_together(programs)
        for server in reversed(self._servers):
            say(f"Stopping {'NATS' if isinstance(server, NatsServer) else 'PostgreSQL'} …")
            server.stop()

    def _recover(self) -> None:
        for name in end_orphans():
            say(f"Stopped {name}, left over from a run that was killed.")

    def _servers_of(self, port: int) -> Suite:
        postgres_url = self._postgres()
        if url := self._named_nats():
            return Suite(postgres_url, url, url, None, port)
        server = self._nats()
        return Suite(postgres_url, server.address, server.url, server.keys, port)

    def _postgres(self) -> str:
        if url := os.environ.get("HEDGEROW_POSTGRES_URL"):
            _reachable("PostgreSQL", url, 5432)
            return url
        say("Starting PostgreSQL …")
        with self._interruption.held():
            server = PostgresServer.start(POSTGRES_DIRECTORY, log=_log("postgres"))
            self._servers.append(server)
        self._watch.over("PostgreSQL", server)
        return server.admin_url

    def _named_nats(self) -> str | None:
        """One that the environment names, with its own accounts; the URL has the credentials."""
        if url := os.environ.get("HEDGEROW_NATS_URL"):
            host, port = _reachable("NATS", url, 4222)
            check_version(str(greeting(port, host).get("version", "0")), f"at {host}:{port}")
            return url
        return None

    def _nats(self) -> NatsServer:
        say("Starting NATS …")
        with self._interruption.held():
            server = NatsServer.start(NATS_DIRECTORY, log=_log("nats"), keys=NATS_KEYS)
            self._servers.append(server)
        self._watch.over("NATS", server)
        return server

    def _start_programs(self, suite: Suite) -> None:
        say("Starting the four services and the gateway …")
        python = program("python")
        for name in (*SERVICES, "gateway"):
            module = f"hedgerow_{name}"
            env = suite.for_gateway() if name == "gateway" else suite.for_service(name)
            child = Program(
                name, [python, "-m", module, "serve"], mark=module, env=env, log=_log(name)
            )
            with self._interruption.held():
                child.restart()
                self._programs.append(child)
            self._watch.over(name, child)
        if not self._watch.until(lambda: _answer(f"{suite.url}/readyz")[0] == 200, READY_S):
            status, text = _answer(f"{suite.url}/readyz")
            raise Trouble(
                f"{suite.url}/readyz was not ready after {READY_S:g} s: {status} {text[:500]}",
                f"the logs are in {LOGS}",
            )

    def _load_demo(self, suite: Suite) -> None:
        say("Loading the demo company …")
        with self._interruption.held():
            self._client = spawn(
                [program("hedgerow"), "load-demo"], log=None, env=suite.for_client(), cwd=ROOT
            )
        client = self._client
        if not self._watch.until(lambda: client.poll() is not None, DEMO_S):
            raise Trouble("The demo company was not loaded in 15 minutes.", "see the logs")
        if client.returncode != 0:
            raise Trouble(
                f"Loading the demo company failed (exit code {client.returncode}).",
                f"its message is above, the logs are in {LOGS}; `make reset` starts from nothing",
            )

    def _greet(self, suite: Suite) -> None:
        say(f"GraphQL     {suite.url}/graphql")
        say(f"logs        {LOGS}")
        say("a token     make demo-token USER=name")
        show(f"ready: {suite.url} (Ctrl-C stops everything)")


def up() -> None:
    """Run until interrupted. Raises Trouble for everything else that ends it."""
    interruption = Interruption()
    interruption.install()
    lock = RunnerLock(RUNNER_LOCK)
    if not lock.take():
        holder = lock.holder()
        number = f" (process {holder.pid})" if holder else ""
        raise Trouble(
            f"`make up` already runs in this checkout{number}.", "use that one, or `make down`"
        )
    run = Up(interruption)
    with interruption.ends_with(run.stop):
        run.run()


def _reachable(what: str, url: str, default_port: int) -> tuple[str, int]:
    """Host and port of a server named by the environment. Raises Trouble when none answers."""
    address = urlsplit(url.split(",")[0])
    host, port = address.hostname or HOST, address.port or default_port
    if not answers(port, host):
        raise Trouble(
            f"Nobody answers at {host}:{port}, where {what} should be.",
            f"start it, or unset HEDGEROW_{'NATS' if what == 'NATS' else 'POSTGRES'}_URL",
        )
    say(f"Using {what} at {host}:{port}.")
    return host, port


def _log(name: str) -> Path:
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def _answer(url: str) -> tuple[int, str]:
    """Status and text of a GET; status 0 when nobody answers. Ignores proxy settings."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return response.status, response.read(10_000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(10_000).decode(errors="replace")
    except (OSError, ValueError) as error:
        return 0, str(error)
