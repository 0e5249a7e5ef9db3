"""What a handler is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.auth import NOWHERE, Caller, Origin, Presence
from hedgerow.contracts.message import Event, Message
from hedgerow.contracts.values import Basis, PlantId, TenantId, new_id

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
    because: Message | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What stands behind a message of the transaction.

    actor  whose change it is: a person, or a service that reacts
    cause  the request's subject, or the event: "order:<id> v1 order_submitted"
    """

    actor: str
    cause: str = ""
    traceparent: str = ""
    origin: Origin = NOWHERE
    presence: Presence | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What has become of one aggregate, on its way into the evidence.

    aggregate  `<kind>:<id>`, as in Emission: each has a chain of its own
    action     what was done, as the history names it: "cancelled"
    changes    field -> (before, after); before is None for what is new
    plant_id   whose data space the aggregate belongs to from now on; None while unassigned
    """

    aggregate: str
    action: str
    plant_id: PlantId | None
    changes: Mapping[str, tuple[Any, Any]]
    basis: Basis | None
    because: Message | None


@dataclass(slots=True)
class Transaction:
    """The connection, who asks, when, and a way to announce.

    The pipeline in `hedgerow.service` begins it, limits what its statements may see to the
    caller's reach, commits it when the handler returns and rolls it back when it raises. Handlers
    never commit. In a batch the callers differ by message (`Ask.caller`); they share one reach.

    now         one aware UTC instant for the whole transaction
    sources     what stands behind each message, by its id()
    anchor_keys what the anchors of the evidence were signed with, as far as this process knows
    kept        what the process keeps in memory for the service's handlers: see Service.keeps
    """

    conn: AsyncConnection
    caller: Caller
    now: datetime
    sources: Mapping[int, Source] = field(default_factory=dict)
    emitted: list[Emission] = field(default_factory=list)
    recorded: list[Change] = field(default_factory=list)
    anchor_keys: tuple[Ed25519PublicKey, ...] = ()
    kept: object = None

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
        trace = self.source(because).traceparent
        self.emitted.append(Emission(new_id(), event, aggregate, version, plant_id, trace, because))

    def record(
        self,
        aggregate: str,
        action: str,
        changes: Mapping[str, tuple[Any, Any]],
        *,
        plant_id: PlantId | None,
        basis: Basis | None = None,
        because: Message | None = None,
    ) -> None:
        """Leave evidence of a change: one entry in the aggregate's chain, written with the
        transaction. Stores call it for every row of an aggregate that they write.

        because  the message of a batch that caused it; by default that of the event about the
                 same aggregate, else the transaction's first
        """
        self.recorded.append(Change(aggregate, action, plant_id, changes, basis, because))

    def source(self, because: Message | None = None) -> Source:
        """What stands behind `because`; behind the first message when it is not said."""
        known = self.sources.get(id(because)) if because is not None else None
        if known is None:
            known = next(iter(self.sources.values()), None)
        return known if known is not None else Source(self.caller.subject)
