"""A message that changes something, and what is known of a service's tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from hedgerow.auth import Caller
from hedgerow.contracts.access import AccessChanged
from hedgerow.contracts.message import Message
from hedgerow.contracts.presence import PresencePolicyPublished, PresencePolicyView
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.transaction import Transaction
from worlds import NOON


@dataclass(frozen=True, slots=True)
class Step:
    """who  None: an administrator for commands, the service itself for events"""

    message: Message
    who: Caller | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A service. aggregates  table -> the kind of aggregate that its rows belong to
    no_aggregate  table -> why its rows belong to none
    """

    prepare: Callable[[Transaction], Awaitable[Sequence[Step]]]
    aggregates: Mapping[str, str]
    no_aggregate: Mapping[str, str]


KERNEL: Mapping[str, str] = {
    "outbox": "events on their way out",
    "inbox": "how far each aggregate of others has been heard",
    "idempotency": "answers, to be repeated",
    "dead_letters": "events that could not be applied",
    "evidence": "is the evidence",
    "evidence_heads": "is the evidence",
    "evidence_anchors": "is about the evidence",
    "access_versions": "projection of AccessChanged, which is routing's",
    "presence_policies": "projection of PresencePolicyPublished, which is routing's",
}


def of_the_kernel() -> list[Step]:
    """What every service reacts to."""
    policy = PresencePolicyView(plant_id=PlantId(new_id()), version=1, acts=(), active_from=NOON)
    return [
        Step(AccessChanged(subject="li.wei", version=1, membership=None)),
        Step(PresencePolicyPublished(policy=policy)),
    ]
