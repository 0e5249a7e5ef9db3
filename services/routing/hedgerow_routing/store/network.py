"""A tenant's network in one statement. It is read for every batch and never kept: what was
published before the batch began is what the batch decides by."""

from __future__ import annotations

from typing import Any

import msgspec
from hedgerow.transaction import Transaction
from sqlalchemy import ColumnElement, FromClause, Text, cast, column, func, select, true

from hedgerow_routing.domain.network import (
    DEFAULT_MAX_DISTANCE_KM,
    Location,
    Network,
    Plant,
    Rule,
)

from .release_tables import release_series
from .tables import locations, overflow_rules, routing_limits

NONE = "[]"


def _all(kind: type[msgspec.Struct], source: FromClause, *where: ColumnElement[bool]) -> Any:
    """Every row of `source` as one JSON array of objects with the fields of `kind`; null for no
    rows."""
    rows = select(*(source.c[name] for name in kind.__struct_fields__)).where(*where).subquery()
    return select(cast(func.json_agg(rows.table_valued()), Text)).scalar_subquery()


_PLANTS = func.routing.plants().table_valued(
    *(column(name) for name in Plant.__struct_fields__), name="plants"
)
_LIMITS = (
    select(routing_limits.c.max_distance_km, routing_limits.c.version)
    .where(routing_limits.c.active_to.is_(None))
    .subquery("limits")
)
_LOAD = select(
    _all(Plant, _PLANTS),
    _all(Location, locations),
    _all(Rule, overflow_rules, overflow_rules.c.active_to.is_(None)),
    _LIMITS.c.max_distance_km,
    _LIMITS.c.version,
    select(release_series.c.last).scalar_subquery(),
).select_from(select(1).subquery().outerjoin(_LIMITS, true()))


class NetworkStore:
    def __init__(self, tx: Transaction) -> None:
        self._conn = tx.conn

    async def load(self) -> Network:
        """All plants of the tenant, also those the caller may not see: whoever answers a caller
        leaves these out."""
        row = (await self._conn.execute(_LOAD)).one()
        plants, places, rules, max_distance_km, limits_version, release = row
        return Network.of(
            msgspec.json.decode(plants or NONE, type=tuple[Plant, ...]),
            msgspec.json.decode(places or NONE, type=tuple[Location, ...]),
            msgspec.json.decode(rules or NONE, type=tuple[Rule, ...]),
            DEFAULT_MAX_DISTANCE_KM if max_distance_km is None else max_distance_km,
            limits_version,
            release or 0,
        )
