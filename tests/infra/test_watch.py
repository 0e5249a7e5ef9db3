"""A child that ends by itself is started again, but not for ever."""

from pathlib import Path

import pytest
from hedgerow_local import watch
from hedgerow_local.trouble import Trouble


class Child:
    """Lives as often as it is told to."""

    def __init__(self, log: Path, lives: int) -> None:
        self.log = log
        self.lives = lives
        self.starts = 0

    def alive(self) -> bool:
        return self.starts > self.lives

    def restart(self) -> None:
        self.starts += 1


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_PAUSE_S", "LONGEST_PAUSE_S", "LOOK_S"):
        monkeypatch.setattr(watch, name, 0.001)


def test_it_is_started_until_it_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("one\nwhat went wrong\n")
    child = Child(tmp_path / "log", lives=2)
    looking = watch.Watch()
    looking.over("orders", child)

    assert looking.until(child.alive, 5)

    assert child.starts == 3
    assert "orders ended by itself" in capsys.readouterr().out


def test_six_ends_within_a_minute_are_trouble_that_shows_the_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("what went wrong\n")
    child = Child(tmp_path / "log", lives=99)
    looking = watch.Watch()
    looking.over("orders", child)

    with pytest.raises(Trouble, match=r"orders ended 6 times.*\n    \| what went wrong"):
        looking.until(child.alive, 5)

    assert child.starts == 5


def test_a_wait_has_an_end(tmp_path: Path) -> None:
    assert not watch.Watch().until(lambda: False, 0.01)
