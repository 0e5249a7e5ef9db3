"""Why an order does not change."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hedgerow.contracts.orders import OrderState, OrderStep, Sourcing
from hedgerow.errors import Conflict, Invalid

STATE_ZH: Mapping[OrderState, str] = MappingProxyType(
    {
        OrderState.PENDING_REVIEW: "待审核",
        OrderState.KIT_LOCKED: "齐套锁定",
        OrderState.IN_PRODUCTION: "生产派工",
        OrderState.QUALITY_RELEASED: "质检放行",
        OrderState.SIGNED: "物流签收",
        OrderState.CANCELLED: "已取消",
    }
)


class StepOutOfOrder(Conflict):
    """No step may be skipped, and none is taken twice."""

    code = "STEP_OUT_OF_ORDER"

    def __init__(self, step: OrderStep, needed: OrderState, state: OrderState) -> None:
        super().__init__(
            f"{step} needs an order in {needed}; this one is in {state}.",
            f"此步骤要求订单处于“{STATE_ZH[needed]}”，当前为“{STATE_ZH[state]}”",
            field="step",
        )


class NotReserved(Conflict):
    """The guard of LOCK_KIT that can be told at once; inventory tells the others later."""

    code = "GUARD_FAILED"

    def __init__(self, sourcing: Sourcing) -> None:
        super().__init__(
            f"The kit can be locked once stock is reserved; the sourcing of this order is "
            f"{sourcing}.",
            f"库存预留后方可齐套锁定，当前货源状态为 {sourcing}",
            field="step",
        )


class KitLockPending(Conflict):
    code = "KIT_LOCK_PENDING"

    def __init__(self) -> None:
        super().__init__(
            "The kit lock was already asked for and is being checked.",
            "齐套锁定已申请，正在核对库存",
            field="step",
        )


class SignerRequired(Invalid):
    code = "SIGNER_REQUIRED"

    def __init__(self) -> None:
        super().__init__("Say who signed for the goods.", "请填写签收人", field="signer")


class NotCancellable(Conflict):
    code = "NOT_CANCELLABLE"

    def __init__(self, state: OrderState) -> None:
        super().__init__(
            f"An order can be cancelled until production starts; this one is in {state}.",
            f"订单仅可在生产派工前取消，当前为“{STATE_ZH[state]}”",
            field="order_id",
        )


class StaleVersion(Conflict):
    code = "STALE_VERSION"

    def __init__(self, expected: int, version: int) -> None:
        super().__init__(
            f"The order has changed since you read it: it is now at version {version}.",
            f"订单已被更新，当前版本为 {version}，请刷新后重试",
            field="expected_version",
            detail=f"expected {expected}",
        )
