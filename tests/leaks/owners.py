"""Whose every id and document is, from the plant in its row: what the API says is what is tested."""

from __future__ import annotations

from uuid import UUID

from looks import look, plain_id
from worlds import SERVICES

from leaks.canaries import OTHER
from leaks.sides import World

_TABLES = """select c.table_name, string_agg(c.column_name, ',')
  from information_schema.columns c
  join information_schema.columns p
    on p.table_name = c.table_name and p.column_name = 'plant_id' and p.table_schema = 'public'
 where c.table_schema = 'public' and c.column_name not in ('tenant_id', 'location_plant_id')
   and (c.data_type = 'uuid' or c.column_name in ('number', 'order_number'))
   and c.table_name not in ('access_cases', 'presence_attestations') -- numbers told to the asker
   and c.column_name <> 'rule_id' -- the company's: orders of several plants come to it
   and (c.column_name <> 'location_id' or c.table_name = 'locations')
 group by c.table_name"""

_BORROWED = """select r.order_id, s.decision_id from reservations r
  join reservation_sets s using (tenant_id, order_id) where r.plant_id <> r.location_plant_id"""


async def learn_ids(world: World) -> None:
    """Of all that is stored by now. Numbers of the other company are not looked at: both count
    from 1."""
    suite, sides, canaries = world.suite, world.sides, world.canaries
    other = sides[OTHER].company.tenant
    owners = {str(plain_id(each.company.plants[each.code])): o for o, each in sides.items()}
    mixed: set[str] = set()
    for service in SERVICES:
        for table, columns in await look(suite, service, _TABLES):
            rows = await look(suite, service, f"select tenant_id, plant_id, {columns} from {table}")
            for tenant, plant, *given in rows:
                owner = OTHER if str(tenant) == other else owners.get(str(plant), "")
                for each in given if owner else ():
                    if isinstance(each, str) and owner != OTHER:
                        canaries.documents[each] = owner
                    elif isinstance(each, UUID):
                        if canaries.ids.setdefault(str(each), owner) != owner:
                            mixed.add(str(each))
    for borrower in await look(suite, "inventory", _BORROWED):
        canaries.mentioned |= {str(each) for each in borrower}
    locations = await look(suite, "routing", "select location_id from locations")
    canaries.mentioned |= {str(location) for (location,) in locations}
    assert not mixed, f"ids of two plants: {mixed}"
