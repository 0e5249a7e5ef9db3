"""A checkout of straw to try the runner on."""

import signal
import time
from collections.abc import Callable, Iterator

import pytest
from infra.straw import Checkout


@pytest.fixture(scope="module")
def straw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    made = Checkout(tmp_path_factory.mktemp("straw") / "checkout")
    yield made
    assert made.local("reset").returncode == 0


@pytest.fixture
def checkout(straw: Checkout) -> Iterator[Checkout]:
    """One that nothing runs in, neither before nor after the test; its data stays."""
    yield straw
    for run in straw.runs:
        if run.poll() is None:
            run.send_signal(signal.SIGTERM)
            run.wait(timeout=60)
        if run.stdout:
            run.stdout.close()
    straw.runs.clear()
    assert straw.processes() == {}


@pytest.fixture
def soon() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds; fail when it does not within 15 seconds."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 15
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    return wait
