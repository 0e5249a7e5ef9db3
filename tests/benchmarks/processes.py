"""CPU time of processes, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from hedgerow_local.processes import numbers, parent_of

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
OWN, REAPED = slice(11, 13), slice(13, 15)  # utime, stime; cutime, cstime; counted from `state`


class Meter:
    """CPU seconds of some processes since the last look.

    alone      name -> process, counted by itself
    postmaster counted as "postgres" with its children, the living and the ended
    """

    def __init__(self, alone: Mapping[str, int], postmaster: int) -> None:
        self._alone = dict(alone)
        self._postmaster = postmaster
        self._last = self._look()

    def spent(self) -> dict[str, float]:
        """By name, since the last call or the beginning; "total" is their sum."""
        before, self._last = self._last, self._look()
        spent = {name: self._last[name] - before[name] for name in before}
        return {**spent, "total": sum(spent.values())}

    def _look(self) -> dict[str, float]:
        looked = {name: cpu_s(pid) for name, pid in self._alone.items()}
        looked["postgres"] = family_cpu_s(self._postmaster)
        return looked


def cpu_s(pid: int) -> float:
    """Of one process, in user and system mode; 0 when there is none."""
    return _seconds(pid, OWN)


def family_cpu_s(pid: int) -> float:
    """Of a process and its children; a child that ended counts from when it was waited for."""
    children = [child for child in numbers() if parent_of(child) == pid]
    return _seconds(pid, OWN) + _seconds(pid, REAPED) + sum(map(cpu_s, children))


def a_piece(spent: Iterable[Mapping[str, float]], counts: Iterable[int]) -> dict[str, list[float]]:
    """CPU microseconds by name, for each round of `spent` divided by its count."""
    found: dict[str, list[float]] = {}
    for each, count in zip(spent, counts, strict=True):
        for name, seconds in each.items():
            found.setdefault(name, []).append(seconds / count * 1e6)
    return found


def _seconds(pid: int, fields: slice) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return 0.0
    return sum(map(int, stat.rpartition(")")[2].split()[fields])) / TICKS_A_SECOND
