"""python -m benchmarks.table: the newest figures of .local/bench.jsonl into docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from hedgerow_local.places import LOCAL, ROOT

from .report import Figure, plain

FILE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
HEAD = "| figure | value | unit | min to max | baseline | ratio |\n| --- | --- | --- | --- | --- | --- |"


def table(figures: Iterable[Figure]) -> str:
    """In Markdown; of figures with one name the last."""
    newest = {figure.name: figure for figure in figures}
    rows = [
        f"| `{each.name}` | {plain(each.value)} | {each.unit} | "
        f"{plain(each.min)} to {plain(each.max)} | {plain(each.baseline)} | {plain(each.ratio)} |"
        for each in newest.values()
    ]
    return "\n".join((HEAD, *rows, ""))


def rewrite(file: Path, figures: Iterable[Figure]) -> None:
    before, begin, rest = file.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    file.write_text(before + begin + table(figures) + end + after, "utf-8")


if __name__ == "__main__":
    lines = (LOCAL / "bench.jsonl").read_bytes().splitlines()
    rewrite(FILE, (msgspec.json.decode(line, type=Figure) for line in lines))
