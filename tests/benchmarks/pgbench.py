"""PostgreSQL's own load generator, and scripts for it made from rows that exist."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hedgerow_local.servers import PostgresServer
from sqlalchemy import Column, DateTime, Table, Text

Cells = Mapping[str, str | None]
"""A row: column -> value as PostgreSQL writes it."""

THREADS = 2
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Ran:
    """transactions counts those that were committed; rate leaves the connecting out."""

    transactions: int
    rate: float


async def run(
    server: PostgresServer, database: str, script: Path, *, clients: int, seconds: int
) -> Ran:
    """One transaction after another from each client, with prepared statements.

    Raises RuntimeError when a client gave up.
    """
    at = urlsplit(server.admin_url)
    process = await asyncio.create_subprocess_exec(
        str(server.programs.bin / "pgbench"),
        *("--no-vacuum", "--protocol=prepared", f"--file={script}"),
        *(f"--client={clients}", f"--jobs={min(THREADS, clients)}", f"--time={seconds}"),
        env={
            **os.environ,
            **server.programs.env,
            "PGHOST": str(at.hostname),
            "PGPORT": str(at.port),
            "PGUSER": str(at.username),
            "PGPASSWORD": str(at.password),
            "PGDATABASE": database,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds + PATIENCE_S):
            said, complaints = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = said.decode()
    if process.returncode != 0:
        raise RuntimeError(f"pgbench failed: {complaints.decode()[-2000:]}")
    done = re.search(r"transactions actually processed: (\d+)", text)
    rate = re.search(r"^tps = ([0-9.]+)", text, re.MULTILINE)
    if done is None or rate is None:
        raise RuntimeError(f"pgbench said something new: {text}")
    return Ran(int(done[1]), float(rate[1]))


def literal(text: str | None) -> str:
    """A constant. pgbench takes every `:name` for a variable, inside quotes too, so colons are
    escaped."""
    if text is None:
        return "null"
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\x3a")
    return f"E'{quoted}'"


def uuid_of(variable: str) -> str:
    """An expression: a UUID made from a pgbench variable that holds a number."""
    return f"cast(lpad(to_hex(cast(:{variable} as bigint)), 32, '0') as uuid)"


def insert(
    table: Table,
    rows: Sequence[Cells],
    *,
    by_value: Mapping[str, str],
    by_column: Mapping[str, str],
) -> str:
    """One statement that writes these rows again under other keys.

    by_value   cells that read so become this expression
    by_column  all cells of the column become this expression
    Instants become now(); everything else stays as it was.
    """
    columns = written(table)

    def cell(column: Column[object], text: str | None) -> str:
        if column.name in by_column:
            return by_column[column.name]
        if text is not None and isinstance(column.type, DateTime):
            return "now()"
        if text is not None and text in by_value:
            found = by_value[text]
            return f"cast({found} as text)" if isinstance(column.type, Text) else found
        return literal(text)

    values = ",\n  ".join(
        "(" + ", ".join(cell(column, row[column.name]) for column in columns) + ")" for row in rows
    )
    names = ", ".join(f'"{column.name}"' for column in columns)
    return f"insert into {table.fullname} ({names})\nvalues {values};"


def written(table: Table) -> list[Column[object]]:
    """The columns that a writer gives; the others PostgreSQL works out."""
    return [each for each in table.columns if each.computed is None and each.identity is None]


def script(path: Path, numbers: Mapping[str, tuple[int, int]], statements: Iterable[str]) -> Path:
    """Write a script of one transaction; `numbers` are drawn anew for each, both ends included."""
    drawn = [f"\\set {name} random({low}, {high})" for name, (low, high) in numbers.items()]
    path.write_text("\n".join((*drawn, "begin;", *statements, "commit;", "")), "utf-8")
    return path
