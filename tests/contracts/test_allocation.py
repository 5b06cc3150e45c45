"""Sharing pence: domain examples 1 to 5 and 10 by their figures, and what holds for any figures."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.allocation import AllocationError, allocate

PUPILS = {1: 153, 2: 271, 3: 352, 4: 1247, 5: 1503}


def shares(total: int, *weights: int) -> list[int]:
    return list(allocate(total, dict(enumerate(weights))).values())


def test_example_1_a_hundred_pounds_over_three() -> None:
    assert shares(100_00, 1, 1, 1) == [33_34, 33_33, 33_33]
    assert shares(-100_00, 1, 1, 1) == [-33_34, -33_33, -33_33]


def test_example_2_by_pupils() -> None:
    assert list(allocate(12_500_00, PUPILS).values()) == [542_40, 960_72, 1_247_87, 4_420_73, 5_328_28]


def test_example_3_two_pence_more_find_their_school() -> None:
    assert list(allocate(12_500_02, PUPILS).values()) == [542_40, 960_72, 1_247_88, 4_420_74, 5_328_28]


def test_example_4_less_than_a_penny_each() -> None:
    assert shares(5, 1, 1, 1, 1) == [2, 1, 1, 1]


def test_example_10_delivery_by_goods_value_and_equally() -> None:
    assert shares(45_00, 425_00, 512_50, 225_00) == [16_45, 19_84, 8_71]
    assert shares(45_00, 1, 1, 1) == [15_00, 15_00, 15_00]


def test_ties_go_to_the_lowest_urn_whatever_the_order_of_the_rows() -> None:
    assert allocate(1, {900_003: 1, 900_001: 1, 900_002: 1}) == {900_003: 0, 900_001: 1, 900_002: 0}


@pytest.mark.parametrize("weights", [{}, {1: 0, 2: 0}, {1: 2, 2: -1}])
def test_nothing_to_share_by_is_an_error(weights: dict[int, int]) -> None:
    with pytest.raises(AllocationError):
        allocate(100, weights)


totals = st.integers(-(10**12), 10**12)
weightings = st.dictionaries(st.integers(100_000, 999_999), st.integers(0, 10**9), min_size=1, max_size=60).filter(
    lambda weights: any(weights.values())
)


@given(totals, weightings)
def test_shares_add_up_and_stay_within_a_penny_of_exact(total: int, weights: dict[int, int]) -> None:
    result = allocate(total, weights)
    whole = sum(weights.values())
    assert sum(result.values()) == total
    for key, weight in weights.items():
        assert abs(result[key] * whole - total * weight) < whole
        assert weight or result[key] == 0


@given(totals, weightings)
def test_a_credit_mirrors_its_charge(total: int, weights: dict[int, int]) -> None:
    assert allocate(-total, weights) == {key: -share for key, share in allocate(total, weights).items()}


@given(totals, weightings, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(total: int, weights: dict[int, int], random) -> None:
    rows = list(weights.items())
    random.shuffle(rows)
    assert allocate(total, dict(rows)) == allocate(total, weights)


@given(st.integers(0, 10**12), weightings)
def test_a_larger_weight_never_gets_less(total: int, weights: dict[int, int]) -> None:
    result = allocate(total, weights)
    ranked = sorted(weights, key=lambda key: weights[key])
    for low, high in pairwise(ranked):
        assert result[low] <= result[high] + (weights[low] == weights[high])
