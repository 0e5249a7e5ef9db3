"""Reads a CSV file of orders row by row, and checks each row before anything is sent.

Needed columns: order_id, lon, lat, lines (JSON: [[sku, quantity, unit price], …]; the price may
be left out). Understood as well: customer_id, customer_name, region or state, city, address,
channel, placed_at, promised_at, datum. Other columns are left alone.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from hedgerow_gateway.client.api import ClientError
from hedgerow_gateway.client.order_row import Defaults, OrderRow, read_row

REQUIRED = ("order_id", "lon", "lat", "lines")
LONGEST_LINE = 1_000_000
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(slots=True)
class OrderFile:
    """An open file, plain or gzip. It is never read whole.

    columns  its header
    size     bytes on disk, compressed or not
    """

    path: Path
    columns: list[str]
    size: int
    _raw: BinaryIO
    _text: io.TextIOWrapper
    _records: Iterator[list[str]]
    _defaults: Defaults

    @classmethod
    def open(cls, path: Path, defaults: Defaults) -> OrderFile:
        """Raises ClientError when it cannot be read, or its header cannot be used."""
        try:
            raw = path.open("rb")
        except OSError as wrong:
            raise ClientError(f"{path} cannot be read: {wrong.strerror}") from wrong
        zipped = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        content = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if zipped else raw
        # Bytes that are no UTF-8 become surrogates, so that their row is refused, not the file.
        text = io.TextIOWrapper(content, "utf-8-sig", errors="surrogateescape", newline="")
        records = csv.reader(_lines(text, path), strict=True)
        file = cls(path, [], path.stat().st_size, raw, text, records, defaults)
        file.columns = file._header()
        return file

    def __enter__(self) -> OrderFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._text.close()
        self._raw.close()

    def position(self) -> int:
        """Bytes read so far, of `size`."""
        return self._raw.tell()

    def rows(self) -> Iterator[OrderRow]:
        """Every row after the header, good or not. The header is row 1, as in a spreadsheet."""
        number = 1
        while True:
            number += 1
            try:
                record = next(self._records)
            except StopIteration:
                return
            except csv.Error as wrong:
                yield OrderRow.broken(number, f"This row is not CSV: {wrong}.")
                continue
            except (EOFError, OSError, zlib.error) as wrong:
                raise ClientError(f"{self.path}, row {number}: cannot be read: {wrong}") from wrong
            if record:
                yield self._row(number, record)

    def _row(self, number: int, record: list[str]) -> OrderRow:
        if len(record) != len(self.columns):
            said = f"This row has {len(record)} values, the header {len(self.columns)}."
            return OrderRow.broken(number, said)
        return read_row(number, dict(zip(self.columns, record, strict=True)), self._defaults)

    def _header(self) -> list[str]:
        try:
            columns = [name.strip() for name in next(self._records, [])]
        except (csv.Error, EOFError, OSError, zlib.error) as wrong:
            raise ClientError(f"{self.path} cannot be read: {wrong}") from wrong
        missing = [name for name in REQUIRED if name not in columns]
        if missing:
            raise ClientError(f"{self.path} lacks the columns {', '.join(missing)}.")
        twice = sorted({name for name in columns if columns.count(name) > 1})
        if twice:
            raise ClientError(f"{self.path} has columns twice: {', '.join(twice)}.")
        if "datum" not in columns and self._defaults.datum is None:
            raise ClientError(
                f"{self.path} does not say the datum of its coordinates: give --datum "
                "WGS84, GCJ02 or BD09, or a column datum."
            )
        return columns


def _lines(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise ClientError(f"{path} has a line of over {LONGEST_LINE:,} characters: no CSV.")
        yield line
