"""One keep-alive connection to the gateway. A hundred thousand answers are fetched through a few of
these; with httpx the asking would take longer than the answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.load import HOST, post


class Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, token: str, body: bytes) -> str:
        """The body of the answer to a GraphQL request."""
        self._writer.write(post("/graphql", body, token))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return (await self._reader.readexactly(length)).decode()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection(HOST, port, limit=2**22)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()
