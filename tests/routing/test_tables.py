import pytest
from routing.makers import NINGBO, around, found_plant
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from worlds import administrator, transaction


@pytest.mark.parametrize(
    "statement",
    [
        "update fences set area = null",
        "update fences set version = 7",
        "delete from fences",
        "update fence_periods set valid_to = now()",
        "update fence_periods set bounds = null",
        "delete from fence_periods",
        "update divisions set area = null",
        "delete from divisions",
        "update division_imports set datum = 'WGS84'",
        "update plants set code = 'X'",
        "delete from plants",
        "update overflow_rules set chain = '{}'",
        "update routing_limits set max_distance_km = 1",
        "update decisions set chain = '[]'",
        "delete from decisions",
    ],
)
async def test_what_was_published_or_decided_cannot_be_edited_by_the_service(
    routing_db, statement: str
):
    async with transaction(routing_db, administrator()) as tx:
        await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))

        with pytest.raises(DBAPIError, match="permission denied"):
            await tx.conn.execute(text(statement))
