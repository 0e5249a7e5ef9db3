import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.fields import BadCount, BadText, GivenTwice
from hedgerow.contracts.inventory import ItemClass, RegisterSkus, SkuEntry, SkuView
from hedgerow_inventory.handlers.register_skus import register_skus
from inventory.makers import NINGBO, refused, rows
from worlds import administrator, caller, transaction


def entry(sku="BOLT-M8", name="六角螺栓", unit="pcs", item_class=ItemClass.REGULAR):
    return SkuEntry(sku=sku, name=name, unit=unit, item_class=item_class)


async def test_a_sku_is_registered_and_announced(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        answer = await register_skus(
            RegisterSkus(skus=(entry(), entry("LOGO-7", "铭牌", "片", ItemClass.CUSTOM))), tx
        )

        bolt = SkuView(
            sku="BOLT-M8",
            name="六角螺栓",
            unit="pcs",
            item_class=ItemClass.REGULAR,
            custom=False,
        )
        assert answer[0] == bolt
        assert answer[1].custom
        assert [row["sku"] for row in await rows(tx, "skus")] == ["BOLT-M8", "LOGO-7"]
        first = tx.emitted[0]
        assert first.event.sku == bolt
        assert first.aggregate == f"sku:{tx.tenant_id}:BOLT-M8"
        assert (first.version, first.plant_id) == (1, None)
        assert len(tx.emitted) == 2


async def test_registering_again_replaces_it(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register_skus(RegisterSkus(skus=(entry(), entry("NUT-M8"))), tx)

        await register_skus(RegisterSkus(skus=(entry(name="螺栓 M8"), entry("NUT-M8"))), tx)

        kept = {row["sku"]: (row["name"], row["version"]) for row in await rows(tx, "skus")}
        assert kept == {"BOLT-M8": ("螺栓 M8", 2), "NUT-M8": ("六角螺栓", 1)}
        [again] = tx.emitted[2:]
        assert (again.event.sku.name, again.version) == ("螺栓 M8", 2)


async def test_tenants_have_skus_of_their_own(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await register_skus(RegisterSkus(skus=(entry(),)), tx)
        async with transaction(inventory_db, administrator()) as other:
            assert await rows(other, "skus") == []


@pytest.mark.parametrize(
    ("entries", "kind", "field"),
    [
        ((), BadCount, "skus"),
        (tuple(entry(f"S{n}") for n in range(201)), BadCount, "skus"),
        ((entry(), entry("")), BadText, "skus.1.sku"),
        ((entry("A\0"),), BadText, "skus.0.sku"),
        ((entry(name="A\ud800"),), BadText, "skus.0.name"),
        ((entry(name="长" * 201),), BadText, "skus.0.name"),
        ((entry(unit=" "),), BadText, "skus.0.unit"),
        ((entry(), entry("NUT"), entry()), GivenTwice, "skus.2.sku"),
    ],
)
async def test_what_cannot_be_kept_is_refused(inventory_db, entries, kind, field):
    async with transaction(inventory_db, administrator()) as tx:
        async with refused(tx, kind, field):
            await register_skus(RegisterSkus(skus=entries), tx)


async def test_it_takes_the_right_for_the_whole_tenant(inventory_db):
    manager = caller(plants={NINGBO: Role.PLANT_MANAGER})
    async with transaction(inventory_db, manager) as tx:
        async with refused(tx, NotPermitted, ""):
            await register_skus(RegisterSkus(skus=(entry(),)), tx)
