"""Every link in every document leads somewhere, and every path they name is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {".venv", ".local", ".git", "node_modules", ".pytest_cache", ".hypothesis"}
LINK = re.compile(r"(?<!!)\[[^\]\[]*(?:\[[^\]]*\][^\]\[]*)*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
CODE = re.compile(r"`([^`\n]+)`")


def documents() -> list[str]:
    found = (file.relative_to(ROOT) for file in ROOT.rglob("*.md"))
    return sorted(str(file) for file in found if not ELSEWHERE & set(file.parts))


@cache
def anchors(file: Path) -> frozenset[str]:
    """Of its headings, as they are made on the usual hosts."""
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", file.read_text("utf-8")), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return frozenset(each.strip().replace(" ", "-") for each in plain)


def faults(document: Path, within: Path = ROOT) -> list[str]:
    text = CODE.sub("", FENCE.sub("", document.read_text("utf-8")))
    wrong = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists():
            wrong.append(f"{target}: no such file")
        elif not file.is_relative_to(within):
            wrong.append(f"{target}: leads out of the repository")
        elif anchor and anchor not in anchors(file):
            wrong.append(f"{target}: no such heading")
    return wrong


def named_paths(text: str) -> list[str]:
    """Paths in code spans that begin with a folder of ours; patterns and placeholders apart."""
    folders = "shared|services|gateway|tests|docs|infra"
    spans = (word for span in CODE.findall(text) for word in span.split())
    return [
        word
        for word in spans
        if re.match(rf"(?:{folders})/[\w./*-]+$", word) and not re.search(r"[<>…]", word)
    ]


@pytest.mark.parametrize("document", documents())
def test_links_lead_somewhere(document: str) -> None:
    assert faults(ROOT / document) == []


@pytest.mark.parametrize(
    "document", [name for name in documents() if name.startswith(("docs/", "CONTRIBUTING"))]
)
def test_paths_that_are_named_are_there(document: str) -> None:
    made_by_the_reader = {
        "tests/orders/test_change_phone.py",
        "tests/contracts/golden/hedgerow.cmd.orders.change_phone.v1.json",
    }
    text = FENCE.sub("", (ROOT / document).read_text("utf-8"))

    missing = {path for path in named_paths(text) if not list(ROOT.glob(path.rstrip("/")))}

    assert missing - made_by_the_reader == set()


def test_functions_that_walks_name_are_in_their_files() -> None:
    step = re.compile(r"^ *\d+[a-z]? +(\S+\.py) +(\S+)", re.M)

    named = [
        (file.name, path, function.split("."))
        for file in (ROOT / "docs/walks").glob("*.md")
        for path, function in step.findall(file.read_text("utf-8"))
    ]

    assert len({walk for walk, _, _ in named}) == 4
    for walk, path, names in named:
        code = (ROOT / path).read_text("utf-8")
        found = [re.search(rf"^ *(?:class|def|async def) {name}\b", code, re.M) for name in names]
        assert all(found), (walk, path, names)


def test_the_newcomers_table_names_paths_in_every_row_but_the_searches() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = text.partition("## Where would I look?")[2].partition("\n## ")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ")][2:]

    assert len(rows) >= 10
    assert all(named_paths(row) or "`grep " in row for row in rows)


def test_every_decision_is_listed_once_and_numbered_without_a_gap() -> None:
    files = sorted(file.name for file in (ROOT / "docs/decisions").glob("*.md"))
    listed = re.findall(r"\(decisions/(\S+)\)", (ROOT / "docs/index.md").read_text("utf-8"))

    assert listed == files
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    for name in files:
        text = (ROOT / "docs/decisions" / name).read_text("utf-8")
        assert re.findall(r"^## (.+)$", text, re.M) == [
            "Context", "Decision", "Consequences", "Revisit when",
        ]  # fmt: skip


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "# A page\n[good](#a-page) [bad](nowhere.md) [worse](#elsewhere) [web](https://x.y)\n"
        "`[code](nothing.md)`\n",
        "utf-8",
    )

    assert faults(document, tmp_path) == ["nowhere.md: no such file", "#elsewhere: no such heading"]
