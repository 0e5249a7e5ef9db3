"""Keep children running: say when one ends by itself, and start it again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .processes import last_lines
from .trouble import Trouble, say, show

TRIES_A_MINUTE = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0
LOOK_S = 0.2


class Child(Protocol):
    """A server or a program: what all children have in common."""

    @property
    def log(self) -> Path: ...
    def alive(self) -> bool: ...
    def restart(self) -> None: ...


@dataclass(slots=True)
class _Watched:
    child: Child
    ends: list[float] = field(default_factory=list)
    due: float | None = None


class Watch:
    """Looks after the children it was told of."""

    def __init__(self) -> None:
        self._watched: dict[str, _Watched] = {}

    def over(self, name: str, child: Child) -> None:
        """Look after a child that runs."""
        self._watched[name] = _Watched(child)

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Look after the children until `condition` holds, at most `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() >= deadline:
                return False
            self.look()
            time.sleep(LOOK_S)
        return True

    def for_ever(self) -> None:
        """Look after the children until a signal ends it."""
        while True:
            self.look()
            time.sleep(LOOK_S)

    def look(self) -> None:
        """See to each child once. Raises Trouble for one that ends again and again."""
        for name, watched in self._watched.items():
            if watched.child.alive():
                continue
            now = time.monotonic()
            if watched.due is None:
                self._ended(name, watched, now)
            elif now >= watched.due:
                watched.due = None
                watched.child.restart()
                say(f"{name} runs again.")

    def _ended(self, name: str, watched: _Watched, now: float) -> None:
        watched.ends = [*(end for end in watched.ends if now - end < 60), now]
        log = watched.child.log
        if len(watched.ends) > TRIES_A_MINUTE:
            raise Trouble(
                f"{name} ended {len(watched.ends)} times within a minute. "
                f"The end of {log}:\n{last_lines(log)}",
                "mend what it says, then start again",
            )
        pause = min(FIRST_PAUSE_S * 2 ** (len(watched.ends) - 1), LONGEST_PAUSE_S)
        say(f"{name} ended by itself; starting it again in {pause:g} s. The end of {log}:")
        show(last_lines(log))
        watched.due = now + pause
