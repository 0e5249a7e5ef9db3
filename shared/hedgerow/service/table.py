"""A service is a table: which message goes to which function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

from hedgerow.contracts.message import Command, Event, Query, owner_of
from hedgerow.evidence import EvidenceTables
from hedgerow.transaction import MessageTables, Transaction

Handler = Callable[[Any, Transaction], Awaitable[Any]]
H = TypeVar("H", bound=Handler)

MOST = 64


def batched(most: int = MOST) -> Callable[[H], H]:
    """Declare a handler that takes all waiting messages of its kind at once, at most `most`.

    A batched command handler has the form

        async def submit_orders(
            asks: Sequence[Ask[SubmitOrder]], tx: Transaction
        ) -> list[OrderView | Refused]

    and answers in the order of `asks`; a refusal is that item's answer and touches nobody else.
    A batched reaction takes `Sequence[Event]` and returns nothing. All messages of a batch share
    tenant and reach. When it raises anything, the pipeline rolls back and hands it the messages
    one by one.
    """

    def mark(handler: H) -> H:
        handler.batch_most = most  # type: ignore[attr-defined]
        return handler

    return mark


def batch_of(handler: Handler) -> int | None:
    """How many messages `handler` takes at once; None when it takes one."""
    most: int | None = getattr(handler, "batch_most", None)
    return most


def answers_along(field: str) -> Callable[[H], H]:
    """Declare a query handler whose answer is a tuple in the order of the query's `field`.

    The pipeline then asks it once for all waiting queries of the same caller, with their fields
    joined, and takes the answer apart again.
    """

    def mark(handler: H) -> H:
        handler.answers_along = field  # type: ignore[attr-defined]
        return handler

    return mark


def field_answered(handler: Handler) -> str | None:
    """The field that `answers_along` named; None for other handlers."""
    field: str | None = getattr(handler, "answers_along", None)
    return field


class Kept(Protocol):
    """What a process keeps in memory for its handlers, beside what is in the database."""

    async def close(self) -> None:
        """End what it does in the background."""


@dataclass(frozen=True, slots=True)
class Service:
    """name        also the owner in its subjects, and `hedgerow_<name>` its database and role
    metadata    its tables; messages are the four every service has, evidence the three
    migrations  the folder of its Alembic scripts
    extensions  what its database needs from PostgreSQL
    keeps       makes what each of its processes keeps, once; None: nothing
    """

    name: str
    metadata: MetaData
    messages: MessageTables
    evidence: EvidenceTables
    migrations: Path
    extensions: tuple[str, ...] = ()
    commands: Mapping[type[Command[Any]], Handler] = field(default_factory=dict)
    queries: Mapping[type[Query[Any]], Handler] = field(default_factory=dict)
    reactions: Mapping[type[Event], Handler] = field(default_factory=dict)
    keeps: Callable[[AsyncEngine], Kept | None] = lambda _: None

    def listens_to(self) -> list[str]:
        """The owners of the events it reacts to."""
        return sorted({owner_of(event) for event in self.reactions})
