import pytest
from hedgerow.errors import Invalid
from hedgerow_routing.domain.fields import name, priority


def test_a_name_is_one_line_of_up_to_100_characters():
    assert name(" 宁波工厂 ", "name") == "宁波工厂"
    for value in ("", "x" * 101, "a\nb"):
        with pytest.raises(Invalid) as refused:
            name(value, "rules.3.name")

        assert (refused.value.code, refused.value.field) == ("TEXT_INVALID", "rules.3.name")


@pytest.mark.parametrize("value", [-1_000_000, 0, 1_000_000])
def test_a_priority_fits_its_range(value: int):
    assert priority(value, "priority") == value


@pytest.mark.parametrize("value", [-1_000_001, 1_000_001, 2**31, 10**30])
def test_a_priority_out_of_range_is_refused(value: int):
    with pytest.raises(Invalid) as refused:
        priority(value, "priority")

    assert (refused.value.code, refused.value.field) == ("PRIORITY_INVALID", "priority")
