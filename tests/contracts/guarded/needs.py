"""What a message needs: what happens without each single permission."""

from __future__ import annotations

from contracts.guarded.asked import Asked, Stage, holding
from contracts.guarded.outcome import Outcome, send
from hedgerow.auth import Permission
from hedgerow.contracts.message import Command
from hedgerow.contracts.values import TenantId
from hedgerow.service import Service
from sqlalchemy.ext.asyncio import AsyncConnection

ALL = frozenset(Permission)
HIDDEN, REFUSED, NOTHING, LESS, ONE_OF, NOT_NEEDED = "H", "N", "0", "<", "o", "."
EXCEEDS = "E"
MARKS = {"PLANT_FORBIDDEN": HIDDEN, "NOT_PERMITTED": REFUSED, "ROLE_EXCEEDS_YOURS": EXCEEDS}

Needs = dict[Permission, str]


async def needs_of(
    conn: AsyncConnection,
    service: Service,
    asked: Asked,
    stage: Stage,
    tenant_id: TenantId,
    full: Outcome,
) -> Needs:
    """By permission, a mark. `full` is the outcome with all of them."""

    async def outcome(held: frozenset[Permission]) -> Outcome:
        who = holding(held, asked, stage, tenant_id)
        return await send(conn, service, asked.message, who)

    needs = {each: mark(await outcome(ALL - {each}), asked, full) for each in Permission}
    needed = frozenset(each for each, found in needs.items() if found != NOT_NEEDED)
    if mark(await outcome(needed), asked, full) == NOT_NEEDED:
        return needs
    for each in ALL - needed:
        if mark(await outcome(needed | {each}), asked, full) == NOT_NEEDED:
            needs[each] = ONE_OF
    assert ONE_OF in needs.values(), f"{asked.name} needs two more permissions at once"
    return needs


def mark(outcome: Outcome, asked: Asked, full: Outcome) -> str:
    """What is refused has changed nothing, and a query never has."""
    if outcome.refused:
        assert outcome.refused in MARKS, outcome
        assert outcome.untouched, outcome
        return MARKS[outcome.refused]
    if isinstance(asked.message, Command):
        assert outcome.written, outcome
        return NOT_NEEDED
    assert outcome.untouched, outcome
    if outcome.answer == full.answer:
        return NOT_NEEDED
    return NOTHING if outcome.blank else LESS
