"""What a handler is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.auth import Caller
from hedgerow.contracts.message import Event, Message
from hedgerow.contracts.values import PlantId, TenantId, new_id

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Ask(Generic[M]):
    """One message of a batch, with the caller behind it."""

    message: M
    caller: Caller


@dataclass(frozen=True, slots=True)
class Emission:
    """An event on its way into the outbox.

    aggregate  `<kind>:<id>`; events of one aggregate arrive everywhere in the order of `version`
    version    1 for the first event of the aggregate, then without a gap
    plant_id   whose data space the event belongs to; None while unassigned
    """

    msg_id: UUID
    event: Event
    aggregate: str
    version: int
    plant_id: PlantId | None
    traceparent: str


@dataclass(slots=True)
class Transaction:
    """The connection, who asks, when, and a way to announce.

    The pipeline in `hedgerow.service` begins it, limits what its statements may see to the
    caller's reach, commits it when the handler returns and rolls it back when it raises. Handlers
    never commit. In a batch the callers differ by message (`Ask.caller`); they share one reach.

    now  one aware UTC instant for the whole transaction
    """

    conn: AsyncConnection
    caller: Caller
    now: datetime
    traces: Mapping[int, str] = field(default_factory=dict)
    emitted: list[Emission] = field(default_factory=list)

    @property
    def tenant_id(self) -> TenantId:
        return self.caller.tenant_id

    def emit(
        self,
        event: Event,
        *,
        aggregate: str,
        version: int,
        plant_id: PlantId | None,
        because: Message | None = None,
    ) -> None:
        """Announce `event`: it is written with the transaction and published after it, at least
        once. `because` is the message of the batch that caused it, so that its trace goes on;
        a handler that takes one message need not say."""
        trace = self.traces.get(id(because)) if because is not None else None
        if trace is None:
            trace = next(iter(self.traces.values()), "")
        self.emitted.append(Emission(new_id(), event, aggregate, version, plant_id, trace))
