"""Figures: the median of some rounds, beside that of a baseline from the same run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """value and baseline are medians; ratio is the one by the other, null without a baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    rounds: int
    min: float
    median: float
    max: float

    @classmethod
    def of(
        cls, name: str, unit: str, rounds: Sequence[float], baseline: Sequence[float] = ()
    ) -> Figure:
        value = median(rounds)
        beside = median(baseline) if baseline else None
        return cls(
            name=name,
            value=_rounded(value),
            unit=unit,
            baseline=None if beside is None else _rounded(beside),
            ratio=None if not beside else _rounded(value / beside),
            rounds=len(rounds),
            min=_rounded(min(rounds)),
            median=_rounded(value),
            max=_rounded(max(rounds)),
        )

    def line(self) -> str:
        return " ".join(
            (self.name, plain(self.value), self.unit, plain(self.ratio), plain(self.baseline))
        )


class Report:
    """Writes figures as they come, and keeps them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.figures: list[Figure] = []

    def add(
        self, name: str, unit: str, rounds: Sequence[float], baseline: Sequence[float] = ()
    ) -> Figure:
        figure = Figure.of(name, unit, rounds, baseline)
        self.figures.append(figure)
        print(figure.line(), flush=True)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab") as file:
            file.write(msgspec.json.encode(figure) + b"\n")
        return figure


def plain(number: float | None) -> str:
    """A number for people: three digits or more, never an exponent; "-" for none."""
    if number is None:
        return "-"
    if abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:.2f}" if abs(number) >= 1 or number == 0 else f"{number:.3f}"


def say(text: str) -> None:
    """Progress."""
    print(f"  {text}", file=sys.stderr, flush=True)


def _rounded(number: float) -> float:
    return round(number, 4)
