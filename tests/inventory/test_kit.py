from datetime import timedelta
from decimal import Decimal

import pytest
from hedgerow.contracts.inventory import ItemClass, KitGap
from hedgerow_inventory.domain.allocation import allocate
from hedgerow_inventory.domain.kit import decide_kit, kit_quantity
from hedgerow_inventory.domain.reservation import ReservationSet, SetState
from hedgerow_inventory.domain.sku import Sku
from inventory.makers import BOLT, HANGZHOU, NINGBO, NUT, held, routed, shelf
from worlds import NOON

SKUS = {
    BOLT: Sku(BOLT, "螺栓", "pcs", ItemClass.REGULAR),
    NUT: Sku(NUT, "定制螺母", "pcs", ItemClass.CUSTOM),
}


def reserved(stock, *wanted):
    order = routed(*wanted, chain=[HANGZHOU])
    [outcome] = allocate([order], stock)
    kept = ReservationSet.of(order)
    kept.settle(outcome, stock)
    return kept


@pytest.mark.parametrize(
    ("item_class", "quantity", "needed"),
    [
        (ItemClass.REGULAR, "100", "105"),
        (ItemClass.CUSTOM, "100", "130"),
        (ItemClass.REGULAR, "1", "1.05"),
        (ItemClass.CUSTOM, "0.000001", "0.0000013"),
        (ItemClass.REGULAR, "999999999999.999999", "1049999999999.99999895"),
    ],
)
def test_the_factor_is_exact(item_class, quantity, needed):
    assert str(kit_quantity(Decimal(quantity), item_class)) == needed


@pytest.mark.parametrize(
    ("sku", "on_hand", "gap"),
    [
        (BOLT, "105", None),
        (BOLT, "104.999999", ("105", "104.999999")),
        (NUT, "130", None),
        (NUT, "129.999999", ("130", "129.999999")),
    ],
)
def test_the_kit_needs_its_factor_with_the_own_reservation_counted_in(sku, on_hand, gap):
    stock = shelf(held(HANGZHOU, sku, on_hand))
    order = reserved(stock, (sku, 100))

    kit = decide_kit(order, stock, SKUS, {}, NOON)

    if gap is None:
        assert kit.gaps == ()
        assert order.state is SetState.LOCKED
        assert [(m.kind, m.reserved, m.allocated) for m in kit.movements] == [
            ("ALLOCATION", -100, 100)
        ]
    else:
        assert kit.gaps == (
            KitGap(
                line_no=1,
                sku=sku,
                location_id=HANGZHOU,
                needed=Decimal(gap[0]),
                available=Decimal(gap[1]),
                reason="INSUFFICIENT",
                plant_id=NINGBO,
            ),
        )
        assert (order.state, kit.movements) == (SetState.HELD, ())
    assert order.version == 2


def test_lines_of_one_sku_share_what_is_there():
    enough = shelf(held(HANGZHOU, BOLT, 21))
    short = shelf(held(HANGZHOU, BOLT, "20.9"))

    passed = decide_kit(reserved(enough, (BOLT, 10), (BOLT, 10)), enough, SKUS, {}, NOON)
    failed = decide_kit(reserved(short, (BOLT, 10), (BOLT, 10)), short, SKUS, {}, NOON)

    assert passed.gaps == ()
    assert [(g.line_no, g.needed, g.available) for g in failed.gaps] == [
        (2, Decimal("10.5"), Decimal("10.4"))
    ]


def test_what_other_orders_hold_does_not_count():
    stock = shelf(held(HANGZHOU, BOLT, 110))
    reserved(stock, (BOLT, 10))
    order = reserved(stock, (BOLT, 100))

    kit = decide_kit(order, stock, SKUS, {}, NOON)

    assert [(g.needed, g.available) for g in kit.gaps] == [(105, 100)]


@pytest.mark.parametrize(
    ("late", "reasons"),
    [
        (timedelta(days=-1), []),
        (timedelta(days=7), []),
        (timedelta(days=7, microseconds=1), ["SUPPLY_OVERDUE"]),
    ],
)
def test_a_purchase_more_than_seven_days_late_blocks_the_kit(late, reasons):
    stock = shelf(held(HANGZHOU, BOLT, 1000))
    order = reserved(stock, (BOLT, 100))

    kit = decide_kit(order, stock, SKUS, {BOLT: NOON - late}, NOON)

    assert [gap.reason for gap in kit.gaps] == reasons
    assert (order.state is SetState.LOCKED) == (not reasons)


def test_a_late_purchase_of_another_sku_does_not_matter():
    stock = shelf(held(HANGZHOU, BOLT, 1000))
    order = reserved(stock, (BOLT, 100))

    kit = decide_kit(order, stock, SKUS, {NUT: NOON - timedelta(days=30)}, NOON)

    assert kit.gaps == ()


def test_a_line_can_lack_both():
    stock = shelf(held(HANGZHOU, BOLT, 100))
    order = reserved(stock, (BOLT, 100))

    kit = decide_kit(order, stock, SKUS, {BOLT: NOON - timedelta(days=30)}, NOON)

    assert [gap.reason for gap in kit.gaps] == ["INSUFFICIENT", "SUPPLY_OVERDUE"]
