"""The stream of anchors: outside the databases, and nobody may delete from it.

Events can be rebuilt from the outbox; anchors are here because they must not depend on the
databases whose evidence they vouch for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import nats.js.errors
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

from hedgerow.bus.connection import BusDown
from hedgerow.bus.streams import OTHER_SETTINGS

STREAM = "HEDGEROW_ANCHORS"
SUBJECTS = "hedgerow.anchor.>"


def subject_of(owner: str) -> str:
    return f"hedgerow.anchor.{owner}.v1"


def stream_config(replicas: int) -> StreamConfig:
    """Kept for ever: an anchor has some 500 bytes, so a year of one service is below 300 MB."""
    return StreamConfig(
        name=STREAM,
        subjects=[SUBJECTS],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        duplicate_window=120,
        num_replicas=replicas,
        deny_delete=True,
        deny_purge=True,
    )


class AnchorStream:
    def __init__(self, client: Client, *, replicas: int = 1) -> None:
        self._js = client.jetstream(timeout=5)
        self._replicas = replicas

    async def newest(self, owner: str) -> bytes | None:
        """The newest anchor of `owner`; creates the stream when it is missing. Raises BusDown."""
        try:
            await self._ensure()
            found = await self._js.get_last_msg(STREAM, subject_of(owner))
        except nats.js.errors.NotFoundError:
            return None
        except (NatsError, OSError, TimeoutError) as lost:
            raise BusDown(f"anchors of {owner}: {lost!r}") from lost
        return found.data

    async def _ensure(self) -> None:
        """A stream that is there stays as it is, whatever its settings."""
        try:
            await self._js.add_stream(stream_config(self._replicas))
        except nats.js.errors.BadRequestError as other:
            if other.err_code != OTHER_SETTINGS:
                raise

    async def publish(self, owner: str, number: int, message: bytes) -> None:
        """Raises BusDown unless the broker has stored it."""
        try:
            await self._js.publish(
                subject_of(owner),
                message,
                timeout=2,
                headers={"Nats-Msg-Id": f"anchor-{owner}-{number}"},
            )
        except (NatsError, OSError, TimeoutError) as lost:
            raise BusDown(f"anchor {number} of {owner}: {lost!r}") from lost

    async def all_of(self, owner: str) -> AsyncIterator[bytes]:
        """Every anchor of `owner` that was published, oldest first. Raises BusDown."""
        seq = 1
        while True:
            try:
                found = await self._js.get_msg(STREAM, seq, subject=subject_of(owner), next=True)
            except nats.js.errors.NotFoundError:
                return
            except (NatsError, OSError, TimeoutError) as lost:
                raise BusDown(f"anchors of {owner}: {lost!r}") from lost
            yield found.data or b""
            seq = (found.seq or seq) + 1
