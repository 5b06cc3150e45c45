"""What is a whole number, and what only looks like one."""

import pytest

from contracts.digits import as_whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("900001", 900001), ("9" * 12, 10**12 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert as_whole(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "1.0", "1e3", "²", "\u0661", "１", "1\n", "9" * 13, "9" * 5000])
def test_anything_else_is_none(text: str) -> None:
    assert as_whole(text) is None
