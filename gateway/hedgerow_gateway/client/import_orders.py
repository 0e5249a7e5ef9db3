"""Sends the orders of a CSV file to the gateway; can be stopped and started again."""

from __future__ import annotations

import asyncio
import csv
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from hedgerow_gateway.client.api import Api, ClientError, Refused, RequestFailed
from hedgerow_gateway.client.journal import Journal
from hedgerow_gateway.client.order_row import Fault, OrderRow
from hedgerow_gateway.client.orders_csv import OrderFile
from hedgerow_gateway.client.together import together

# Orders learns of new SKUs by an event: for so long after registering, an unknown one may be new.
SKU_PATIENCE_S = 15.0
BREATHE_ROWS = 500

ERRORS = ("row", "order_id", "field", "message")
RESULTS = ("row", "order_id", "id", "number", "state", "sourcing", "plant")

SUBMIT = """
mutation ImportOrder($key: String!, $input: OrderSubmitInput!) {
  orderSubmit(input: $input) @idempotent(key: $key) {
    order { id number state sourcing plant { code } }
    settled
    userErrors { code message field }
  }
}
"""


@dataclass(slots=True)
class Report:
    """What a run did. accepted  by what became of the orders' stock"""

    rows: int = 0
    done_before: int = 0
    checked: int = 0
    refused: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False

    def sentence(self, errors: Path) -> str:
        parts = [f"{self.rows} rows read"]
        if self.done_before:
            parts.append(f"{self.done_before} done before")
        if self.checked:
            parts.append(f"{self.checked} good (nothing was sent)")
        if accepted := self.accepted.total():
            kinds = ", ".join(f"{count} {kind}" for kind, count in self.accepted.most_common())
            parts.append(f"{accepted} accepted ({kinds})")
        if self.refused:
            parts.append(f"{self.refused} refused, listed in {errors}")
        if self.interrupted:
            parts.append("stopped early: run the same command again to go on")
        return "; ".join(parts) + "."


class Table:
    """A CSV file that is there only when it has rows."""

    def __init__(self, path: Path, header: Sequence[str], *, keep: bool = False) -> None:
        """keep  go on below what an earlier run wrote. Raises ClientError."""
        self._path, self._header, self._stack = path, header, ExitStack()
        self._writer: Any = None
        self._kept = keep and path.exists()
        try:
            if not self._kept:
                path.unlink(missing_ok=True)
        except OSError as wrong:
            raise ClientError(f"{path} cannot be written: {wrong.strerror}") from wrong

    def add(self, *values: object) -> None:
        """Raises ClientError when the file cannot be made."""
        if self._writer is None:
            try:
                file = self._path.open(
                    "a", buffering=1, encoding="utf-8", errors="backslashreplace", newline=""
                )
            except OSError as wrong:
                raise ClientError(f"{self._path} cannot be written: {wrong.strerror}") from wrong
            self._writer = csv.writer(self._stack.enter_context(file))
            if not self._kept:
                self._writer.writerow(self._header)
        self._writer.writerow(values)

    def close(self) -> None:
        self._stack.close()


@dataclass(slots=True)
class Import:
    """One run. Rows that the journal knows are passed over; refused ones are not in it, so that
    the next run tries them again.

    api                 None for a dry run: rows are checked and nothing is sent
    skus_registered_at  loop time at which this run registered SKUs, or None
    """

    file: OrderFile
    journal: Journal | None
    errors: Table
    results: Table | None
    api: Api | None
    concurrency: int
    skus_registered_at: float | None = None
    report: Report = field(default_factory=Report)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> Report:
        """Raises ClientError when the gateway does not play its part; the journal stays true."""
        queue: asyncio.Queue[OrderRow | None] = asyncio.Queue(self.concurrency)
        with self._bar() as bar, _interruptible(self._stop):
            senders = [self._send_all(queue, bar) for _ in range(self.concurrency)]
            await together([self._read_all(queue, bar), *senders])
        self.report.interrupted = self._stop.is_set()
        return self.report

    async def _read_all(self, queue: asyncio.Queue[OrderRow | None], bar: tqdm[Any]) -> None:
        for row in self.file.rows():
            if self._stop.is_set():
                break
            self.report.rows += 1
            if row.faults:
                self._refuse(row, row.faults)
            elif self.journal is not None and (row.number, row.order_id) in self.journal:
                self.report.done_before += 1
            elif self.api is None:
                self.report.checked += 1
            else:
                await queue.put(row)
            if self.report.rows % BREATHE_ROWS == 0:
                self._show(bar)
                await asyncio.sleep(0)
        for _ in range(self.concurrency):
            await queue.put(None)

    async def _send_all(self, queue: asyncio.Queue[OrderRow | None], bar: tqdm[Any]) -> None:
        while (row := await queue.get()) is not None:
            if not self._stop.is_set():
                await self._send(row)
                self._show(bar)

    async def _send(self, row: OrderRow) -> None:
        try:
            answer = await self._submit(row)
        except Refused as refused:
            self._refuse(row, [Fault(e.field, f"{e.code}: {e.message}") for e in refused.errors])
            return
        except RequestFailed as failed:
            if failed.is_of_the_document:
                raise
            self._refuse(row, [Fault("", str(failed))])
            return
        order = answer["order"]
        self.report.accepted[order["sourcing"]] += 1
        if self.journal is not None:
            self.journal.add(row.number, row.order_id)
        if self.results is not None:
            plant = (order["plant"] or {}).get("code", "")
            known = (order["id"], order["number"], order["state"], order["sourcing"], plant)
            self.results.add(row.number, row.order_id, *known)

    async def _submit(self, row: OrderRow) -> dict[str, Any]:
        assert self.api is not None
        while True:
            try:
                data = await self.api.execute(SUBMIT, {"key": row.key, "input": row.input})
            except Refused as refused:
                if refused.codes != {"UNKNOWN_SKU"} or not self._skus_are_fresh():
                    raise
                await asyncio.sleep(0.5)
                continue
            payload: dict[str, Any] = data["orderSubmit"]
            return payload

    def _skus_are_fresh(self) -> bool:
        if self.skus_registered_at is None or self._stop.is_set():
            return False
        return asyncio.get_running_loop().time() < self.skus_registered_at + SKU_PATIENCE_S

    def _refuse(self, row: OrderRow, faults: tuple[Fault, ...] | list[Fault]) -> None:
        self.report.refused += 1
        for fault in faults:
            self.errors.add(row.number, row.order_id, fault.field, fault.message)

    def _bar(self) -> tqdm[Any]:
        return tqdm(total=self.file.size, unit="B", unit_scale=True, disable=None)

    def _show(self, bar: tqdm[Any]) -> None:
        bar.update(self.file.position() - bar.n)
        bar.set_postfix(rows=self.report.rows, refused=self.report.refused, refresh=False)


@contextmanager
def _interruptible(stop: asyncio.Event) -> Iterator[None]:
    """The first Ctrl-C lets the orders on their way arrive and ends the run; the second ends it at
    once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
