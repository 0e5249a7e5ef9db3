"""The facts that every event about a return carries."""

from __future__ import annotations

from typing import Any

from hedgerow.contracts.rma import RmaEvent
from hedgerow.transaction import Transaction

from hedgerow_rma.domain.rma import Rma


def announce(tx: Transaction, kind: type[RmaEvent], rma: Rma, **more: Any) -> None:
    """Emit `kind` for the change that `rma` has just made; `more` is what only this kind holds."""
    event = kind(
        rma_id=rma.id,
        number=rma.number,
        order_id=rma.order_id,
        plant_id=rma.plant_id,
        state=rma.state,
        occurred_at=rma.updated_at,
        **more,
    )
    tx.emit(event, aggregate=rma.aggregate, version=rma.version, plant_id=rma.plant_id)
