"""Presence policies, and positions that were attested, for tests of whatever needs them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hedgerow.access import (
    OutsideFence,
    PresenceRequired,
    PresenceUncertain,
    on_presence_policy_published,
)
from hedgerow.auth import Caller, Presence
from hedgerow.contracts.presence import PresenceAct, PresencePolicyPublished, PresencePolicyView
from hedgerow.contracts.values import PlantId, PresenceVerdict, new_id
from hedgerow.transaction import Source, Transaction
from hedgerow.transaction.tenancy import enter
from worlds import NOON

GOOD_FOR = timedelta(minutes=2)
ELSEWHERE = PlantId(new_id())

# What is wrong with a position, and the refusal; None is no position at all.
UNFIT: dict[str, tuple[dict[str, Any] | None, type[Exception]]] = {
    "missing": (None, PresenceRequired),
    "outside": ({"verdict": PresenceVerdict.OUTSIDE}, OutsideFence),
    "uncertain": ({"verdict": PresenceVerdict.UNCERTAIN}, PresenceUncertain),
    "another plant": ({"plant_id": ELSEWHERE}, PresenceRequired),
    "another act": ({"act": "TEA"}, PresenceRequired),
    "too old": ({"attested_at": NOON - GOOD_FOR - timedelta(microseconds=1)}, PresenceRequired),
}
FIT: dict[str, dict[str, Any]] = {
    "inside": {},
    "confirmed": {"verdict": PresenceVerdict.CONFIRMED, "confirmed_by": "zhou"},
    "just in time": {"attested_at": NOON - GOOD_FOR},
}


def position(plant_id: PlantId, act: PresenceAct, /, **changed: Any) -> Presence:
    given = {
        "number": "PC20260329-0001",
        "plant_id": plant_id,
        "act": str(act),
        "verdict": PresenceVerdict.INSIDE,
        "lon": 121.5440,
        "lat": 29.8683,
        "accuracy_m": 12.5,
        "at": NOON,
        "attested_at": NOON,
    }
    return Presence(**given | changed)


def at(tx: Transaction, presence: Presence | None) -> None:
    """The request of `tx` comes with this position."""
    tx.sources = {0: Source(tx.caller.subject, presence=presence)}


async def demanded(tx: Transaction, plant_id: PlantId, *acts: PresenceAct) -> None:
    """The plant's policy is known, as if it had been published."""
    service = Caller.service("tester", tx.tenant_id)
    await enter(tx.conn, service.reach(), timeout_s=20)
    policy = PresencePolicyView(plant_id=plant_id, version=1, acts=acts, active_from=NOON)
    event = PresencePolicyPublished(policy=policy)
    await on_presence_policy_published(event, Transaction(tx.conn, service, tx.now))
    await enter(tx.conn, tx.caller.reach(), timeout_s=20)
