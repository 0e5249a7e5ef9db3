"""What must hold between stock, ledger and reservations at every instant.

Each query answers with one row per violation: rule, object and detail. They see what the
transaction may see: ask them with the reach of the whole tenant.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from .tables import COUNTERS

_DIFFER = " or ".join(
    f"coalesce(stock.{name}, 0) <> coalesce(booked.{name}, 0)" for name in COUNTERS
)
_AVAILABLE = "(on_hand - quality_hold - damaged - reserved - allocated)"

_RULES: dict[str, str] = {
    "counters are the sum of the ledger": f"""
        with booked as (
          select tenant_id, location_id, sku,
                 {", ".join(f"sum({name}) as {name}" for name in COUNTERS)}
          from stock_ledger group by 1, 2, 3
        )
        select location_id || ' ' || sku as object,
               stock.on_hand || ' on hand, ledger ' || booked.on_hand as detail
        from stock full join booked using (tenant_id, location_id, sku)
        where {_DIFFER}""",
    "reserved and allocated are the sums of the reservations": """
        with held as (
          select tenant_id, location_id, sku,
                 sum(quantity) filter (where state = 'HELD') as reserved,
                 sum(quantity) filter (where state = 'ALLOCATED') as allocated
          from reservations group by 1, 2, 3
        )
        select location_id || ' ' || sku as object,
               stock.reserved || '/' || stock.allocated || ', reservations ' ||
               coalesce(held.reserved, 0) || '/' || coalesce(held.allocated, 0) as detail
        from stock full join held using (tenant_id, location_id, sku)
        where coalesce(stock.reserved, 0) <> coalesce(held.reserved, 0)
           or coalesce(stock.allocated, 0) <> coalesce(held.allocated, 0)""",
    "one live reservation per order line": """
        select order_id || ' line ' || line_no as object, count(*) || ' live' as detail
        from reservations where state in ('HELD', 'ALLOCATED')
        group by tenant_id, order_id, line_no having count(*) > 1""",
    "no counter is negative and no more is promised than is there": f"""
        select location_id || ' ' || sku as object, on_hand || ' on hand' as detail
        from stock
        where least({", ".join(COUNTERS)}) < 0
           or reserved + allocated + quality_hold + damaged > on_hand""",
    "a location has tripped below its safety level and clears at its clear level": f"""
        select location_id || ' ' || sku as object,
               {_AVAILABLE} || ' available, ' ||
               case when tripped_at is null then 'clear' else 'tripped' end as detail
        from stock
        where case when tripped_at is null then {_AVAILABLE} < safety_level
                   else {_AVAILABLE} >= safety_level * (100 + clear_percent) / 100 end""",
    "reservations are in the state of their set": """
        select order_id || ' line ' || line_no as object,
               coalesce(sets.state, 'no set') || ', reservation ' || lines.state as detail
        from reservations lines left join reservation_sets sets using (tenant_id, order_id)
        where lines.state is distinct from
              case sets.state when 'LOCKED' then 'ALLOCATED' else sets.state end
           or lines.plant_id is distinct from sets.plant_id""",
    "a set that holds has reservations": """
        select order_id::text as object, state as detail
        from reservation_sets sets
        where state in ('HELD', 'LOCKED') and not exists (
          select from reservations lines
          where lines.tenant_id = sets.tenant_id and lines.order_id = sets.order_id)""",
}


def _union(rules: dict[str, str]) -> TextClause:
    return text(
        " union all ".join(
            f"select '{rule}' as rule, found.object, found.detail from ({query}) found"
            for rule, query in rules.items()
        )
    )


_ALL = _union(_RULES)


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    object: str
    detail: str


async def violations(conn: AsyncConnection) -> list[Violation]:
    """Everything in sight that breaks an invariant; empty when all is well."""
    return [Violation(row.rule, row.object, row.detail) for row in await conn.execute(_ALL)]
