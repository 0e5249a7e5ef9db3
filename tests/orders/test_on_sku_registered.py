from hedgerow.contracts.inventory import SkuRegistered
from hedgerow_orders.handlers.on_sku_registered import on_skus_registered
from orders.makers import acting, answers, know, line, read, service, sku, submit
from worlds import administrator, transaction


async def test_a_sku_that_is_registered_again_has_its_new_name_in_new_orders_only(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await know(tx, sku("BOLT-M8", name="六角螺栓"))
        [before] = await answers(tx, submit())
        await know(tx, sku("BOLT-M8", name="六角螺栓 M8 镀锌", custom=True))
        [after] = await answers(tx, submit())

        assert (after.lines[0].name, after.lines[0].custom) == ("六角螺栓 M8 镀锌", True)
        assert (await read(tx, before.order_id)).lines[0].name == "六角螺栓"


async def test_a_batch_of_skus_is_known_at_once(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        codes = [f"SKU-{each}" for each in range(64)]
        async with acting(tx, service(tx)) as reaction:
            await on_skus_registered([SkuRegistered(sku=sku(code)) for code in codes], reaction)
        [view] = await answers(tx, submit(lines=tuple(line(code) for code in codes)))

    assert [each.sku for each in view.lines] == codes


async def test_another_tenants_skus_are_unknown(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        async with acting(tx, administrator()) as elsewhere:
            [refused] = await answers(elsewhere, submit())

    assert (refused.code, refused.field) == ("UNKNOWN_SKU", "lines.0.sku")
