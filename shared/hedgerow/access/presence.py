"""Whether an act may be done from where its actor was."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Text, Uuid, bindparam, func, select

from hedgerow.auth import Presence
from hedgerow.contracts.message import Message
from hedgerow.contracts.presence import PresenceAct
from hedgerow.contracts.values import PlantId, PresenceVerdict
from hedgerow.errors import Conflict, Invalid
from hedgerow.transaction import Transaction

GOOD_FOR = timedelta(minutes=2)

_NEEDED = select(
    func.app.demands_presence(bindparam("plant", type_=Uuid), bindparam("act", type_=Text))
)


class PresenceRequired(Invalid):
    code = "PRESENCE_REQUIRED"

    def __init__(self, act: PresenceAct) -> None:
        super().__init__(
            f"This plant wants {act} to be done on its premises: send your position.",
            f"本工厂要求在厂区内执行 {act}，请提供当前位置",
            field="position",
        )


class OutsideFence(Conflict):
    code = "OUTSIDE_FENCE"

    def __init__(self, number: str) -> None:
        super().__init__(
            "Your position is outside the plant's presence fence.",
            "您的位置不在工厂围栏范围内",
            field="position",
            case=number,
        )


class PresenceUncertain(Conflict):
    """A second person with the right may confirm it, by its number."""

    code = "PRESENCE_UNCERTAIN"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Your position is too uncertain to tell whether you are at the plant; somebody with "
            f"the right to may confirm it under {number}.",
            f"定位精度不足，无法判断是否在厂区内，可由有权限的人员凭编号 {number} 确认",
            field="position",
            case=number,
        )


async def demand_presence(
    tx: Transaction, plant_id: PlantId, act: PresenceAct, because: Message | None = None
) -> None:
    """Turn away who is not at the plant, where its published policy wants that for `act`.

    because  the message of a batch; a handler that takes one need not say

    A position was attested by routing before the act, for this plant and act, at most two minutes
    ago. Raises PresenceRequired, OutsideFence, PresenceUncertain.
    """
    if not await tx.conn.scalar(_NEEDED, {"plant": plant_id, "act": str(act)}):
        return
    presence = tx.source(because).presence
    if presence is None or not _is_for(presence, plant_id, act, tx):
        raise PresenceRequired(act)
    if presence.verdict is PresenceVerdict.OUTSIDE:
        raise OutsideFence(presence.number)
    if presence.verdict is PresenceVerdict.UNCERTAIN:
        raise PresenceUncertain(presence.number)


def _is_for(presence: Presence, plant_id: PlantId, act: PresenceAct, tx: Transaction) -> bool:
    fits = presence.plant_id == plant_id and presence.act == act
    return fits and abs(tx.now - presence.attested_at) <= GOOD_FOR
