from datetime import UTC, datetime, timedelta, timezone

from hedgerow_orders.domain.number import numbers, prefix_of


def test_the_day_of_a_number_is_the_day_in_utc():
    evening_in_london = datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
    the_same_in_ningbo = evening_in_london.astimezone(timezone(timedelta(hours=8)))

    assert prefix_of(evening_in_london) == "HY20260329"
    assert prefix_of(the_same_in_ningbo) == "HY20260329"


def test_numbers_have_four_digits_or_as_many_as_it_takes():
    assert numbers("HY20260329", 10_001, 3) == [
        "HY20260329-9999",
        "HY20260329-10000",
        "HY20260329-10001",
    ]
