"""One product's number in the ways in which it is printed and sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_pos.core.product_numbers import canonical, is_number, spellings


def with_check_digit(digits: str) -> str:
    """The digits with the check digit that GS1's sum asks for."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        ("4006381333931", "04006381333931"),  # EAN-13
        ("036000291452", "00036000291452"),  # UPC-A
        ("0036000291452", "00036000291452"),  # the same as EAN-13
        ("00036000291452", "00036000291452"),  # as GTIN-14
        ("96385074", "00000096385074"),  # EAN-8
        ("0104006381333931", "04006381333931"),  # GS1-128
        ("(01)04006381333931", "04006381333931"),
        ("shirt-m", "SHIRT-M"),
        ("4006381333932", "4006381333932"),  # a wrong check digit: no number
    ],
)
def test_how_a_code_is_stored(printed: str, stored: str) -> None:
    assert canonical(printed) == stored
    assert stored in spellings(printed)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("01234505", "012000003455"),
        ("04252614", "042100005264"),
        ("01234543", "012340000053"),
        ("01234531", "012300000451"),
        ("01234558", "012345000058"),
        ("425261", "042100005264"),
        ("0425261", "042100005264"),
    ],
)
def test_a_upc_e_is_its_upc_a_too(short: str, long: str) -> None:
    assert is_number(long)
    assert canonical(long) in spellings(short)


@given(st.sampled_from([7, 11, 12, 13]), st.data())
def test_a_number_is_one_thing_with_any_zeros_in_front(length: int, data: st.DataObject) -> None:
    number = with_check_digit(data.draw(st.text(alphabet="0123456789", min_size=length, max_size=length)))
    wanted = number.zfill(14)
    for size in (12, 13, 14):
        assert canonical(number.zfill(size)) == wanted or size < len(number)
    assert canonical(f"01{wanted}") == wanted
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not is_number(wrong)


@pytest.mark.parametrize(
    "text", ["", "4", "\u0664\u0660\u0660\u0666\u0663\u0668\u0661\u0663", "NOOR2026", "12345678"]
)
def test_what_is_no_number_stays_what_it_is(text: str) -> None:
    assert canonical(text) == text
