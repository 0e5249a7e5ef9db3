"""A small checkout whose services do next to nothing, to try the runner on."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from hedgerow_local.ports import free_port

ROOT = Path(__file__).resolve().parents[2]

SERVICE = """
import os, signal, sys
if sys.argv[1] == "migrate":
    assert os.environ["HEDGEROW_POSTGRES_URL"].startswith("postgresql://postgres:")
    sys.exit()
assert "HEDGEROW_POSTGRES_URL" not in os.environ
if "hedgerow_" + os.environ.get("FAILING", "none") in __file__:
    sys.exit("cannot serve")
for name in ("HEDGEROW_DATABASE_URL", "HEDGEROW_NATS_URL", "HEDGEROW_CALLER_PUBLIC_KEY_FILE"):
    print(name, os.environ[name], flush=True)
signal.pause()
"""

GATEWAY = """
import os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
begun = time.monotonic()
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if time.monotonic() - begun > 0.3 and 'FAILING' not in os.environ else 503)
        self.end_headers()
    def log_message(self, *words):
        pass
address = os.environ["HEDGEROW_HOST"], int(os.environ["HEDGEROW_PORT"])
assert open(os.environ["HEDGEROW_CALLER_KEY_FILE"]).read().startswith("-----BEGIN PRIVATE KEY")
ThreadingHTTPServer(address, Ready).serve_forever()
"""

MEMBERS = ("shared", "gateway", "services/orders", "services/inventory", "services/routing")


class Checkout:
    """A copy of the runner beside services of straw."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self.runs: list[subprocess.Popen[str]] = []
        self._lay_out()

    def local(self, verb: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end."""
        return subprocess.run(
            self._words(verb), env=self._env(env), capture_output=True, text=True, timeout=60
        )

    def up(self, **env: str) -> subprocess.Popen[str]:
        """Start `up` and wait until it says that it is ready."""
        run = subprocess.Popen(
            self._words("up"),
            env=self._env(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.runs.append(run)
        assert run.stdout is not None
        said = []
        for line in run.stdout:
            said.append(line)
            if line.startswith("ready"):
                return run
        raise AssertionError(f"up ended with {run.wait()}:\n{''.join(said)}")

    def processes(self) -> dict[int, str]:
        """Everything that runs of this checkout, by number."""
        mark = f"TRIED_CHECKOUT={self.root}\0".encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (entry / "environ").read_bytes():
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(entry.name)] = command.decode(errors="replace")
        return found

    def the(self, mark: str) -> int:
        """The number of the one process with this word in its command line."""
        (found,) = [pid for pid, command in self.processes().items() if mark in command]
        return found

    def _words(self, verb: str) -> list[str]:
        return [sys.executable, "-m", "hedgerow_local", verb]

    def _env(self, more: dict[str, str]) -> dict[str, str]:
        ours = {
            "PYTHONPATH": str(self.root / "infra"),
            "HEDGEROW_PORT": str(self.port),
            "TRIED_CHECKOUT": str(self.root),
        }
        kept = {name: value for name, value in os.environ.items() if "HEDGEROW" not in name}
        return {**kept, **ours, **more}

    def _lay_out(self) -> None:
        shutil.copytree(ROOT / "infra", self.root / "infra")
        (self.root / "requirements.lock").touch()
        for member in (*MEMBERS, "services/rma"):
            (self.root / member).mkdir(parents=True)
            (self.root / member / "pyproject.toml").touch()
        for name in ("orders", "inventory", "routing", "rma", "gateway"):
            package = self.root / f"hedgerow_{name}"
            package.mkdir()
            (package / "__init__.py").touch()
            (package / "__main__.py").write_text(GATEWAY if name == "gateway" else SERVICE)
        programs = self.root / ".venv/bin"
        programs.mkdir(parents=True)
        (programs / "nats-server").symlink_to(Path(sys.executable).with_name("nats-server"))
        for name, text in (
            ("python", f'exec {sys.executable} "$@"'),
            ("hedgerow", 'echo "demo: $1 at $HEDGEROW_URL"'),
        ):
            (programs / name).write_text(f"#!/bin/sh\n{text}\n")
            (programs / name).chmod(0o755)
        stamp = "from hedgerow_local import python_env as e; e.STAMP.write_text(e._fingerprint())"
        subprocess.run([sys.executable, "-c", stamp], env=self._env({}), check=True, timeout=20)
