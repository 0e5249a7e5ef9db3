"""How every handler that moves stock announces that a location has tripped or cleared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hedgerow.contracts.inventory import OverflowState
from hedgerow.contracts.message import Message
from hedgerow.contracts.overflow import OverflowCleared, OverflowTripped
from hedgerow.transaction import Transaction

from hedgerow_inventory.domain.stock import Stock

_ALONE: Mapping[str, Message] = MappingProxyType({})


def announce_turns(
    tx: Transaction, stock: Iterable[Stock], because: Mapping[str, Message] = _ALONE
) -> None:
    """Emit what has become of each booked item since it was loaded, after its StockChanged.

    because  the messages of a batch, by the references of their movements
    """
    for item in stock:
        for number, turn in enumerate(item.turns, start=1):
            told = OverflowTripped if turn.state is OverflowState.TRIPPED else OverflowCleared
            tx.emit(
                told(
                    sku=item.sku,
                    location_id=item.location_id,
                    plant_id=item.plant_id,
                    available=turn.available,
                    safety_level=item.safety_level,
                    clear_percent=item.clear_percent,
                    clear_level=item.clear_level,
                    kind=turn.kind,
                    because=turn.because,
                    occurred_at=tx.now,
                ),
                aggregate=item.aggregate,
                version=item.version + number,
                plant_id=item.plant_id,
                because=because.get(turn.because),
            )
