from decimal import Decimal

import pytest
from hedgerow.contracts.fields import BadQuantity
from hedgerow.contracts.rma import Disposition, RmaLineView
from hedgerow_rma.domain.eligibility import LineRepeated, LineUnknown
from hedgerow_rma.domain.inspection import NotCovered, check_cover
from rma.makers import fate

RETURNED = [
    RmaLineView(line_no=no, sku=f"S{no}", name="法兰", unit="件", quantity=Decimal(q), custom=False)
    for no, q in ((1, "3"), (4, "2.5"))
]
RESTOCKED, MISSING = Disposition.RESTOCKED, Disposition.MISSING


def test_a_line_may_be_split_over_several_fates():
    parts = [fate(1, "2", RESTOCKED), fate(1, "1", MISSING), fate(4, "2.50", RESTOCKED)]

    assert check_cover(RETURNED, parts) == tuple(parts)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([fate(1, "3", RESTOCKED)], "Line 4: 0 inspected, 2.5 件 were to come back"),
        ([fate(1, "2", RESTOCKED), fate(4, "2.5", RESTOCKED)], "Line 1: 2 inspected"),
        ([fate(1, "4", RESTOCKED), fate(4, "2.5", RESTOCKED)], "Line 1: 4 inspected"),
        ([], "Line 1: 0 inspected, 3 件"),
    ],
)
def test_every_returned_unit_has_a_fate_and_no_other(parts, sentence):
    with pytest.raises(NotCovered, match=sentence) as refused:
        check_cover(RETURNED, parts)

    assert refused.value.field == "lines"


def test_a_line_that_was_not_returned_is_refused():
    with pytest.raises(LineUnknown) as refused:
        check_cover(RETURNED, [fate(1, "3", RESTOCKED), fate(2, "1", RESTOCKED)])

    assert refused.value.field == "lines.1.line_no"


def test_a_fate_is_written_once_a_line():
    with pytest.raises(LineRepeated) as refused:
        check_cover(RETURNED, [fate(1, "1", RESTOCKED), fate(1, "2", RESTOCKED)])

    assert refused.value.field == "lines.1.disposition"


@pytest.mark.parametrize("quantity", ["0", "-3", "NaN"])
def test_an_inspected_quantity_is_positive(quantity):
    with pytest.raises(BadQuantity) as refused:
        check_cover(RETURNED, [fate(1, quantity, RESTOCKED)])

    assert refused.value.field == "lines.0.quantity"
