"""The states of an order in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import strawberry

from hedgerow_gateway.schema.enums import OrderState

# Chinese, English.
LABELS: Mapping[OrderState, tuple[str, str]] = {
    OrderState.PENDING_REVIEW: ("待审核", "Pending review"),
    OrderState.KIT_LOCKED: ("齐套锁定", "Kit locked"),
    OrderState.IN_PRODUCTION: ("生产派工", "In production"),
    OrderState.QUALITY_RELEASED: ("质检放行", "Quality released"),
    OrderState.SIGNED: ("物流签收", "Signed"),
    OrderState.CANCELLED: ("已取消", "Cancelled"),
}


@strawberry.enum(description="A language of labels.")
class Locale(Enum):
    ZH = "zh"
    EN = "en"


def label_of(state: OrderState, language: str) -> str:
    zh, en = LABELS[state]
    return en if language == "en" else zh
