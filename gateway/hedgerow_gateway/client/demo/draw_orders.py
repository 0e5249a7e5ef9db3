"""The demo company's orders: always the same ones, drawn from one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from hedgerow_gateway.client.demo.company import Customer, Sku, customers, skus

COUNT = 300
SEED = "恒锐机械 1"
DAYS = 42
CHANNELS = ("DIRECT", "DEALER", "ONLINE")
# The README's own: its stock must be as the README says.
UNTOUCHED = "HR-BR-7014C"
# So many as no location has.
SCARCE, SCARCE_QUANTITY = "HR-SN-PRB", Decimal(12)
SIGNERS = ("李伟", "张敏", "刘洋", "黄磊", "徐丽", "马超", "胡静", "高峰")
# How far an order has come, by its place in the row from the oldest to the newest.
GOALS = (
    (90, "SIGNED"),
    (120, "QUALITY_RELEASED"),
    (150, "IN_PRODUCTION"),
    (200, "KIT_LOCKED"),
    (COUNT, "PENDING_REVIEW"),
)
CANCELLED_EVERY, SCARCE_EVERY, RETURNED_EVERY = 25, 60, 10
REASONS = ("规格不符", "数量多订", "表面划伤", "客户项目取消")


@dataclass(frozen=True, slots=True)
class DemoReturn:
    """Of the whole first line.

    goal         APPROVED (as it is requested), RECEIVED, ACCEPTED or REFUSED
    disposition  of accepted goods
    """

    reason: str
    goal: str
    disposition: str


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """index     from 0, the oldest first
    age       how long before the company's first day it was placed; no two are alike
    promised  how long after that
    goal      the state it is brought to
    """

    index: int
    customer: Customer
    channel: str
    lines: tuple[tuple[Sku, Decimal], ...]
    age: timedelta
    promised: timedelta
    goal: str
    signer: str
    returned: DemoReturn | None


def draw_orders() -> tuple[DemoOrder, ...]:
    chance = random.Random(SEED)
    return tuple(
        _draw(chance, index, age) for index, age in enumerate(sorted(_ages(chance), reverse=True))
    )


def _ages(chance: random.Random) -> set[timedelta]:
    """Office hours in China, seconds apart."""
    ages: set[timedelta] = set()
    while len(ages) < COUNT:
        day, second = chance.randint(1, DAYS), chance.randint(0, 10 * 3600)
        ages.add(timedelta(days=day) - timedelta(seconds=second))
    return ages


def _draw(chance: random.Random, index: int, age: timedelta) -> DemoOrder:
    scarce = index % SCARCE_EVERY == 33
    lines = _lines(chance)
    goal = next(goal for end, goal in GOALS if index < end)
    if scarce:
        known = next(sku for sku in skus() if sku.code == SCARCE)
        lines, goal = ((known, SCARCE_QUANTITY), *lines), "PENDING_REVIEW"
    elif index % CANCELLED_EVERY == 7:
        goal = "CANCELLED"
    return DemoOrder(
        index=index,
        customer=chance.choice(customers()),
        channel=chance.choices(CHANNELS, weights=(5, 3, 2))[0],
        lines=lines,
        age=age,
        promised=timedelta(days=chance.randint(10, 25)),
        goal=goal,
        signer=chance.choice(SIGNERS),
        returned=_return(index) if goal == "SIGNED" else None,
    )


def _lines(chance: random.Random) -> tuple[tuple[Sku, Decimal], ...]:
    ordinary = [sku for sku in skus() if sku.code not in (UNTOUCHED, SCARCE)]
    count = chance.choices((1, 2, 3, 4), weights=(4, 3, 2, 1))[0]
    return tuple((sku, _quantity(chance, sku)) for sku in chance.sample(ordinary, count))


def _quantity(chance: random.Random, sku: Sku) -> Decimal:
    if sku.price >= 10_000:
        return Decimal(chance.randint(1, 2))
    if sku.price >= 1_000:
        return Decimal(chance.randint(1, 6))
    if sku.unit == "米":
        return Decimal(chance.randint(4, 60)) / 2
    return Decimal(5 * chance.randint(1, 12))


def _return(index: int) -> DemoReturn | None:
    """Every tenth signed order, by turns at each stage of a return."""
    turn, rest = divmod(index, RETURNED_EVERY)
    if rest != 4:
        return None
    goals: Sequence[tuple[str, str]] = (
        ("ACCEPTED", "RESTOCKED"),
        ("APPROVED", ""),
        ("ACCEPTED", "NOT_RESTOCKED"),
        ("RECEIVED", ""),
        ("REFUSED", ""),
        ("ACCEPTED", "PROCESSING_REQUIRED"),
    )
    goal, disposition = goals[turn % len(goals)]
    return DemoReturn(REASONS[turn % len(REASONS)], goal, disposition)
