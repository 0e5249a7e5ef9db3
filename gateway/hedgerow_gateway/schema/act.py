"""One mutation of a document: its idempotency key, and ids that stay the same when it is repeated.

A client that repeats a mutation with its key must be answered as the first time. The service
compares the repeated command with the first, so the command may hold nothing new: an id that the
gateway makes is therefore worked out from the key, and unguessable without it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLNonNull,
    GraphQLString,
)
from graphql.execution.values import get_directive_values
from hedgerow.auth import Presence
from hedgerow.contracts.message import Command
from hedgerow.contracts.values import new_id
from hedgerow.errors import Invalid

from hedgerow_gateway.context import Context, Info

R = TypeVar("R")

MOST_KEY = 200

IDEMPOTENT = GraphQLDirective(
    "idempotent",
    [DirectiveLocation.FIELD],
    {"key": GraphQLArgument(GraphQLNonNull(GraphQLString))},
    description=(
        "On a field of Mutation: repeated with the same key and input, it is not done again and "
        "the first answer is given again. Without it every call is a new one."
    ),
)


class BadKey(Invalid):
    code = "INVALID_IDEMPOTENCY_KEY"

    def __init__(self) -> None:
        super().__init__(
            f"An idempotency key has 1 to {MOST_KEY} printable characters.",
            f"幂等键须为 1 到 {MOST_KEY} 个可打印字符",
        )


@dataclass(frozen=True, slots=True)
class Act:
    """secret  of the key, the caller and the mutation together; empty without a key"""

    context: Context
    secret: bytes

    @classmethod
    def of(cls, info: Info) -> Act:
        """Raises BadKey."""
        raw: Any = info._raw_info
        node = raw.field_nodes[0]
        given = get_directive_values(IDEMPOTENT, node, raw.variable_values)
        if given is None:
            return cls(info.context, b"")
        key: str = given["key"]
        if not 1 <= len(key) <= MOST_KEY or not key.isprintable():
            raise BadKey
        caller = info.context.caller
        parts = (str(caller.tenant_id), caller.subject, node.name.value, key)
        secret = hashlib.sha256("\0".join(parts).encode()).digest()
        return cls(info.context, secret)

    @property
    def keyed(self) -> bool:
        """Whether the client may have sent this before."""
        return bool(self.secret)

    def new_id(self) -> Any:
        """For the thing that the mutation makes: with a key a UUIDv8 (RFC 9562) made from it,
        else a UUIDv7. One per mutation."""
        if not self.secret:
            return new_id()
        number = int.from_bytes(self.secret[:16], "big")
        number &= ~(0xF000 << 64) & ~(0xC000 << 48)
        return UUID(int=number | (0x8000 << 64) | (0x8000 << 48))

    def part(self, name: str) -> Act:
        """For a further thing or command of the same mutation, told apart by `name`."""
        if not self.secret:
            return self
        return Act(self.context, hashlib.sha256(self.secret + name.encode()).digest())

    async def send(self, command: Command[R], *, presence: Presence | None = None) -> R:
        """Without a key of the client's a fresh one is used, so that the bus may try again.

        presence  what routing attested of the caller's position
        """
        key = self.secret[16:].hex() if self.secret else new_id().hex
        return await self.context.ask(command, key=key, presence=presence)
