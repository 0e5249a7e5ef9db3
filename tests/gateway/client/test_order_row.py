import pytest
from hedgerow.contracts.values import Datum
from hedgerow_gateway.client.order_row import Defaults, Fault, OrderRow, read_row

WGS84 = Defaults(datum=Datum.WGS84, currency="CNY")
ROW = {
    "order_id": "A-1",
    "lon": "121.55",
    "lat": "29.87",
    "lines": '[["BRG-6205", 2, "38.50"], ["OIL-68", "0.5"]]',
}


def faults(defaults=WGS84, **changed):
    return [fault.field for fault in read_row(7, {**ROW, **changed}, defaults).faults]


def test_a_row_with_what_is_needed_becomes_an_input():
    row = read_row(7, ROW, WGS84)

    assert row.faults == ()
    assert (row.number, row.order_id) == (7, "A-1")
    assert row.input == {
        "channel": "IMPORT",
        "customer": {"code": "A-1", "name": "A-1"},
        "shipTo": {
            "region": "-",
            "city": "",
            "address": "",
            "point": {"lon": 121.55, "lat": 29.87, "datum": "WGS84"},
        },
        "lines": [
            {
                "sku": "BRG-6205",
                "quantity": "2",
                "unitPrice": {"amount": "38.50", "currencyCode": "CNY"},
            },
            {"sku": "OIL-68", "quantity": "0.5"},
        ],
        "placedAt": None,
        "promisedAt": None,
        "waitFor": "SETTLED",
    }


def test_a_row_may_say_everything_itself():
    row = read_row(
        2,
        {
            **ROW,
            "customer_id": "C-9",
            "customer_name": "甬锋模具",
            "state": "浙江",
            "city": "宁波",
            "address": "北仑区 88 号",
            "channel": "DEALER",
            "datum": "gcj02",
            "placed_at": "2026-03-20T08:00:00+08:00",
            "promised_at": "2026-04-01T00:00:00Z",
        },
        WGS84,
    )

    assert row.faults == ()
    assert row.input["channel"] == "DEALER"
    assert row.input["customer"] == {"code": "C-9", "name": "甬锋模具"}
    assert row.input["shipTo"]["region"] == "浙江"
    assert row.input["shipTo"]["point"]["datum"] == "GCJ02"
    assert row.input["placedAt"] == "2026-03-20T08:00:00+08:00"
    assert row.input["promisedAt"] == "2026-04-01T00:00:00+00:00"


def test_region_goes_before_state():
    row = read_row(2, {**ROW, "region": "上海", "state": "浙江"}, WGS84)

    assert row.input["shipTo"]["region"] == "上海"


def test_the_key_depends_on_the_order_id_alone():
    one, same = read_row(2, ROW, WGS84), read_row(9, {**ROW, "lon": "1"}, WGS84)
    other = read_row(2, {**ROW, "order_id": "A-2"}, WGS84)

    assert one.key == same.key == "import-" + one.key[7:]
    assert len(one.key) == 39
    assert one.key != other.key


def test_every_fault_of_a_row_is_named():
    row = read_row(
        3, {"order_id": " ", "lon": "east", "lat": "91", "lines": "[]", "placed_at": "soon"}, WGS84
    )

    assert [fault.field for fault in row.faults] == [
        "order_id",
        "lon",
        "lat",
        "lines",
        "placed_at",
    ]


@pytest.mark.parametrize("lon", ["", "nan", "inf", "-180.1", "1_0", "12,5"])
def test_a_longitude_is_a_number_of_degrees(lon):
    assert faults(lon=lon) == ["lon"]


def test_the_edges_of_the_world_are_on_it():
    assert faults(lon="-180", lat="90") == []


@pytest.mark.parametrize("datum", ["", "EPSG:4326"])
def test_without_a_default_a_row_must_name_its_datum(datum):
    assert faults(Defaults(currency="CNY"), datum=datum) == ["datum"]


def test_a_wrong_datum_is_not_replaced_by_the_default():
    assert faults(datum="NAD27") == ["datum"]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("", "lines"),
        ("{}", "lines"),
        ("[", "lines"),
        ("[[[[", "lines"),
        ("[" * 100_000, "lines"),
        ("9" * 5000, "lines"),
        ('[["A", NaN, 1]]', "lines"),
        ("[1]", "lines.0"),
        ('[["A"]]', "lines.0"),
        ('[["A", 1, 2, 3]]', "lines.0"),
        ("[[7, 1]]", "lines.0.sku"),
        ('[["", 1]]', "lines.0.sku"),
        ('[["A\\u0000", 1]]', "lines.0.sku"),
        ('[["\\ud800", 1]]', "lines.0.sku"),
        ('[["A", 1], ["B", 0]]', "lines.1.quantity"),
        ('[["A", -1]]', "lines.0.quantity"),
        ('[["A", true]]', "lines.0.quantity"),
        ('[["A", null]]', "lines.0.quantity"),
        ('[["A", "many"]]', "lines.0.quantity"),
        ('[["A", "NaN"]]', "lines.0.quantity"),
        ('[["A", "Infinity"]]', "lines.0.quantity"),
        ('[["A", 1e999999999]]', "lines.0.quantity"),
        ('[["A", 1000000000000]]', "lines.0.quantity"),
        ('[["A", "0.0000001"]]', "lines.0.quantity"),
        ('[["A", 1, -0.01]]', "lines.0.unitPrice"),
        ('[["A", 1, "free"]]', "lines.0.unitPrice"),
    ],
)
def test_a_faulty_line_is_named(lines, field):
    assert faults(lines=lines) == [field]


def test_numbers_keep_every_digit_they_came_with():
    row = read_row(2, {**ROW, "lines": '[["A", 0.100000, 12345678901.123456]]'}, WGS84)

    assert row.input["lines"][0] == {
        "sku": "A",
        "quantity": "0.100000",
        "unitPrice": {"amount": "12345678901.123456", "currencyCode": "CNY"},
    }


def test_a_price_needs_a_currency_and_no_price_does_not():
    assert faults(Defaults(datum=Datum.WGS84)) == ["lines.0.unitPrice"]
    assert faults(Defaults(datum=Datum.WGS84), lines='[["A", 1], ["B", 1, null]]') == []


@pytest.mark.parametrize("name", ["order_id", "customer_name", "address"])
@pytest.mark.parametrize("value", ["a\0b", "caf\udce9"])
def test_bytes_that_are_no_text_are_refused(name, value):
    assert faults(**{name: value}) == [name]


def test_a_time_needs_its_offset():
    row = read_row(2, {**ROW, "placed_at": "2026-03-20T08:00:00"}, WGS84)

    assert row.faults == (
        Fault("placed_at", "This time lacks its offset from UTC; add Z or +08:00."),
    )


def test_a_broken_row_has_one_fault_and_no_field():
    assert OrderRow.broken(4, "No.").faults == (Fault("", "No."),)
