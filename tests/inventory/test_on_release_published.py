from decimal import Decimal

from hedgerow.contracts.inventory import SetSafetyLevel
from hedgerow.contracts.overflow import OverflowTripped
from hedgerow.contracts.releases import ReleasePublished
from hedgerow.contracts.values import ReleaseId, new_id
from hedgerow_inventory.handlers.on_release_published import on_release_published
from inventory.makers import BOLT, HANGZHOU, NINGBO, NUT, reactor, receive, register, rows
from worlds import NOON, transaction


def release(*levels, number=1, **more):
    """Levels at Hangzhou, by article."""
    return ReleasePublished(
        release_id=ReleaseId(new_id()),
        number=number,
        keys=tuple(f"SAFETY:{HANGZHOU}:{sku}" for sku, _ in levels),
        published_at=NOON,
        safety=tuple(
            SetSafetyLevel(
                plant_id=NINGBO, location_id=HANGZHOU, sku=sku, level=Decimal(level), **more
            )
            for sku, level in levels
        ),
    )


async def levels(tx):
    return {row["sku"]: row["safety_level"] for row in await rows(tx, "stock")}


async def test_its_levels_hold_as_if_each_were_set_by_itself(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT, NUT)
        await receive(tx, HANGZHOU, (BOLT, 100))
        tx.emitted.clear()
        tx.recorded.clear()

        await on_release_published(release((BOLT, 80), (NUT, 5)), tx)

        assert await levels(tx) == {BOLT: 80, NUT: 5}
        *changed, tripped = tx.emitted
        told = [(e.event.stock.sku, e.event.stock.atp, e.event.kind) for e in changed]
        assert told == [(BOLT, 20, "SAFETY_LEVEL"), (NUT, 0, "SAFETY_LEVEL")]
        assert isinstance(tripped.event, OverflowTripped), "there are no nuts"
        assert [e.aggregate for e in tx.emitted] == [
            f"stock:{HANGZHOU}:{sku}" for sku in (BOLT, NUT, NUT)
        ]
        recorded = [each.aggregate for each in tx.recorded]
        assert [each for each in recorded if each.startswith("stock:")] == [
            f"stock:{HANGZHOU}:{sku}" for sku in (BOLT, NUT)
        ]


async def test_it_brings_how_far_above_the_level_overflow_clears(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        await on_release_published(release((BOLT, 80), clear_percent=Decimal("12.5")), tx)

        await on_release_published(release((BOLT, 70), number=2), tx)

        [row] = await rows(tx, "stock")
        assert (row["safety_level"], row["clear_percent"]) == (70, Decimal("12.5"))


async def test_the_last_one_stands(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)

        await on_release_published(release((BOLT, 80)), tx)
        await on_release_published(release((BOLT, 70), number=2), tx)

        assert await levels(tx) == {BOLT: 70}


async def test_an_article_that_nobody_registered_is_left_out(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        tx.emitted.clear()

        await on_release_published(release(("GHOST", 1), (BOLT, 2)), tx)

        assert await levels(tx) == {BOLT: 2}
        assert {e.aggregate for e in tx.emitted} == {f"stock:{HANGZHOU}:{BOLT}"}


async def test_a_release_without_levels_changes_nothing(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await on_release_published(release(), tx)

        assert (await levels(tx), tx.emitted, tx.recorded) == ({}, [], [])
