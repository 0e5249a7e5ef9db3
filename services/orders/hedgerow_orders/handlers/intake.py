"""Submissions on their way to becoming orders: what is decided about them in memory.

A refusal is kept in the place of what it refuses, so that the answers stay in the order of the
asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.orders import OrderLine, OrderLineView, SubmitOrder
from hedgerow.errors import Refused
from hedgerow.transaction import Ask

from hedgerow_orders.domain.lines import checked
from hedgerow_orders.domain.submission import Submission


@dataclass(frozen=True, slots=True)
class Draft:
    command: SubmitOrder
    grant: TenantGrant
    submission: Submission
    asked: tuple[OrderLine, ...]
    lines: tuple[OrderLineView, ...] = ()


Drafts = Sequence[Draft | Refused]


def drafts(asks: Sequence[Ask[SubmitOrder]], at: datetime) -> Drafts:
    """Refused: who may submit no order, and what is malformed."""
    return [_draft(ask, at) for ask in asks]


def accepted(of: Drafts) -> list[Draft]:
    return [each for each in of if isinstance(each, Draft)]


def skus(of: Drafts) -> set[str]:
    return {line.sku for each in accepted(of) for line in each.asked}


def _draft(ask: Ask[SubmitOrder], at: datetime) -> Draft | Refused:
    command = ask.message
    try:
        grant = ask.caller.grant_somewhere(Permission.ORDER_SUBMIT)
        submission = Submission.of(command, by=ask.caller.subject, at=at)
        return Draft(command, grant, submission, checked(command.lines))
    except Refused as refused:
        return refused
