"""A transaction's changes into its evidence, with one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, DateTime, Text, Uuid, bindparam, func, select

from hedgerow.contracts.message import Message
from hedgerow.evidence.entry import body_of
from hedgerow.transaction import Change, Transaction

_RECORD = select(
    func.app.record(
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("streams", type_=ARRAY(Text)),
        bindparam("plants", type_=ARRAY(Uuid)),
        bindparam("actors", type_=ARRAY(Text)),
        bindparam("bodies", type_=ARRAY(Text)),
    )
)


class EvidenceWriter:
    """on  False only to measure what evidence costs"""

    def __init__(self, *, on: bool = True) -> None:
        self._on = on

    async def write(self, tx: Transaction) -> None:
        """Write what the handler's stores recorded. The heads of its chains are locked from here
        to the end of the transaction, so this comes last."""
        if not tx.recorded or not self._on:
            return
        caused = {each.aggregate: each.because for each in tx.emitted}
        for wave in _waves(tx.recorded):
            sources = [tx.source(_because(each, caused)) for each in wave]
            await tx.conn.execute(
                _RECORD,
                {
                    "at": tx.now,
                    "streams": [each.aggregate for each in wave],
                    "plants": [each.plant_id for each in wave],
                    "actors": [source.actor for source in sources],
                    "bodies": [
                        body_of(each, source, tx)
                        for each, source in zip(wave, sources, strict=True)
                    ],
                },
            )


def _because(change: Change, caused: dict[str, Message | None]) -> Message | None:
    return change.because if change.because is not None else caused.get(change.aggregate)


def _waves(changes: Sequence[Change]) -> list[list[Change]]:
    """Wave n holds the n-th change of each aggregate, as the order of recording has it."""
    waves: list[list[Change]] = []
    seen: dict[str, int] = {}
    for each in changes:
        number = seen.get(each.aggregate, 0)
        seen[each.aggregate] = number + 1
        if number == len(waves):
            waves.append([])
        waves[number].append(each)
    return waves
