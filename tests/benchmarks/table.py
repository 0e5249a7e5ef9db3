"""python -m benchmarks.table: the newest figures of .local/bench.jsonl into docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from hedgerow_local.places import LOCAL, ROOT
from worlds import SERVICES

from .report import Figure, plain

FILE = ROOT / "docs" / "performance.md"
CPU = "orders_cpu_"
KINDS = ("settled", "alone", "unbatched")
PROCESSES = ("gateway", *SERVICES, "nats", "postgres", "total")

Figures = Mapping[str, Figure]


def rates(figures: Figures) -> str:
    """All but the CPU of orders, in Markdown."""
    rows = [
        f"| `{name}` | {plain(each.value)} | {each.unit} | "
        f"{plain(each.min)} to {plain(each.max)} | {plain(each.baseline)} | {plain(each.ratio)} |"
        for name, each in figures.items()
        if not name.startswith(CPU)
    ]
    head = "| figure | value | unit | min to max | baseline | ratio |"
    return "\n".join((head, "| --- " * 6 + "|", *rows, ""))


def cpu(figures: Figures) -> str:
    """Microseconds an order, process by process, in Markdown."""
    rows = []
    for process in PROCESSES:
        found = [figures.get(f"{CPU}{kind}_{process}") for kind in KINDS]
        cells = [plain(each.value if each else None) for each in found]
        rows.append(f"| {process} | {' | '.join(cells)} |")
    head = f"| process | {' | '.join(KINDS)} |"
    return "\n".join((head, "| --- " * 4 + "|", *rows, ""))


def rewrite(text: str, lines: Iterable[bytes]) -> str:
    """`text` with new tables between its marks; of figures with one name the last counts."""
    read = (msgspec.json.decode(line, type=Figure) for line in lines)
    figures = {figure.name: figure for figure in read}
    for name, table in (("figures", rates(figures)), ("cpu", cpu(figures))):
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->\n")
        text = before + begin + table + end + after
    return text


def main(source: Path, file: Path) -> None:
    file.write_text(rewrite(file.read_text("utf-8"), source.read_bytes().splitlines()), "utf-8")


if __name__ == "__main__":
    main(LOCAL / "bench.jsonl", FILE)
