"""The conditions of a list of orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hedgerow.auth import Caller, Permission
from hedgerow.contracts.fields import BadText, counted, instant, one_line
from hedgerow.contracts.orders import OrderWhere
from hedgerow.transaction.sight import readable
from sqlalchemy import ARRAY, Column, ColumnElement, any_, exists, literal

from hedgerow_orders.store.tables import order_lines, orders

MOST_VALUES = 100
_PREFIX = re.compile("[A-Za-z0-9-]{1,40}")
_PAST_EVERY_NUMBER = "~"  # sorts after all that a number is made of

Condition = ColumnElement[bool]


def conditions(where: OrderWhere, caller: Caller) -> list[Condition]:
    """All of them hold for every order of the list. Raises BadCount, BadText, BadTime."""
    return [
        readable(caller, orders.c.plant_id, Permission.ORDER_READ),
        *_one_of(orders.c.plant_id, where.plant_ids, "where.plant_ids"),
        *_one_of(orders.c.state, where.states, "where.states"),
        *_one_of(orders.c.sourcing, where.sourcing, "where.sourcing"),
        *_one_of(orders.c.channel, _texts(where.channels, "where.channels"), "where.channels"),
        *_one_of(orders.c.region, _texts(where.regions, "where.regions"), "where.regions"),
        *_one_of(
            orders.c.customer_code,
            _texts(where.customer_codes, "where.customer_codes"),
            "where.customer_codes",
        ),
        *_with_sku(where.sku),
        *_numbered(where.number_prefix),
        *_placed(where),
    ]


def _texts(values: Sequence[str], field: str) -> Sequence[str]:
    return [
        one_line(value, f"{field}.{position}", most=200) for position, value in enumerate(values)
    ]


def _one_of(column: Column[Any], values: Sequence[object], field: str) -> list[Condition]:
    counted(values, field, least=0, most=MOST_VALUES)
    if not values:
        return []
    if len(values) == 1:
        return [column == values[0]]
    return [column == any_(literal(list(values), ARRAY(column.type)))]


def _with_sku(sku: str | None) -> list[Condition]:
    if sku is None:
        return []
    lines = order_lines.c
    return [
        exists().where(
            lines.tenant_id == orders.c.tenant_id,
            lines.order_id == orders.c.id,
            lines.sku == one_line(sku, "where.sku", most=64),
        )
    ]


def _numbered(prefix: str | None) -> list[Condition]:
    if prefix is None:
        return []
    if not _PREFIX.fullmatch(prefix):
        raise BadText(
            "An order number starts with 1 to 40 letters, digits and dashes.",
            "订单号前缀须为 1 至 40 个字母、数字或连字符",
            field="where.number_prefix",
        )
    return [orders.c.number >= prefix, orders.c.number < prefix + _PAST_EVERY_NUMBER]


def _placed(where: OrderWhere) -> list[Condition]:
    found: list[Condition] = []
    if where.placed_from is not None:
        found.append(orders.c.placed_at >= instant(where.placed_from, "where.placed_from"))
    if where.placed_before is not None:
        found.append(orders.c.placed_at < instant(where.placed_before, "where.placed_before"))
    return found
