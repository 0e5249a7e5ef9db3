import pytest
from hedgerow.errors import Invalid
from hedgerow_routing.domain.fields import code, name, priority


@pytest.mark.parametrize("value", ["宁波工厂", "A", "x" * 100, "Plant 1, north"])
def test_a_name_is_one_line_of_text(value: str):
    assert name(value, "name") == value


def test_blanks_at_the_ends_of_a_name_are_taken_off():
    assert name(" \u3000宁波工厂 ", "name") == "宁波工厂"


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "\u3000",
        "x" * 101,
        "a\0b",
        "a\nb",
        "a\tb",
        "\ud800",
        "a\u2028b",
        "a\u202eb",
        "\x7f.",
    ],
)
def test_what_is_no_name_is_refused(value: str):
    with pytest.raises(Invalid) as refused:
        name(value, "rules.3.name")

    assert (refused.value.code, refused.value.field) == ("TEXT_INVALID", "rules.3.name")


@pytest.mark.parametrize("value", ["A", "NINGBO", "HZ-01", "7", "X" * 40])
def test_a_code_is_capitals_digits_and_dashes(value: str):
    assert code(value, "code") == value


@pytest.mark.parametrize("value", ["", "a", "-A", "A B", "宁波", "A\n", "A_B", "X" * 41, "\ud800"])
def test_what_is_no_code_is_refused(value: str):
    with pytest.raises(Invalid) as refused:
        code(value, "code")

    assert (refused.value.code, refused.value.field) == ("CODE_INVALID", "code")


@pytest.mark.parametrize("value", [-1_000_000, 0, 1_000_000])
def test_a_priority_fits_its_range(value: int):
    assert priority(value, "priority") == value


@pytest.mark.parametrize("value", [-1_000_001, 1_000_001, 2**31, 10**30])
def test_a_priority_out_of_range_is_refused(value: int):
    with pytest.raises(Invalid) as refused:
        priority(value, "priority")

    assert (refused.value.code, refused.value.field) == ("PRIORITY_INVALID", "priority")
