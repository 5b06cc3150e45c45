"""Charges and credits shared over schools."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.allocation import allocate
from services.billing.domain.credits import share_credit
from services.billing.domain.errors import CreditExceedsBill

ASH, BEECH, CEDAR = 900001, 900002, 900003


def test_example_10_delivery_is_shared_by_goods_value_or_equally() -> None:
    goods = {ASH: 42500, BEECH: 51250, CEDAR: 22500}
    assert allocate(4500, goods) == {ASH: 1645, BEECH: 1984, CEDAR: 871}
    assert allocate(4500, dict.fromkeys(goods, 1)) == {ASH: 1500, BEECH: 1500, CEDAR: 1500}


def test_example_11_three_credits_over_three_equal_shares_come_out_even() -> None:
    billed = dict.fromkeys((ASH, BEECH, CEDAR), 5000)
    credited: dict[int, int] = {}
    for _ in range(3):
        shares = share_credit(1000, billed, credited)
        assert sum(shares.values()) == 1000
        credited = {urn: credited.get(urn, 0) + share for urn, share in shares.items()}
    assert credited == {ASH: 1000, BEECH: 1000, CEDAR: 1000}


def test_a_credit_never_exceeds_what_was_billed() -> None:
    with pytest.raises(CreditExceedsBill, match=r"Only £0.01 "):
        share_credit(2, {ASH: 100, BEECH: 1}, {ASH: 100})


@given(
    billed=st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any),
    cuts=st.lists(st.floats(0, 1), min_size=1, max_size=8),
)
def test_credits_add_up_and_leave_no_school_with_more_than_its_bill(billed: list[int], cuts: list[float]) -> None:
    bills = {ASH + index: pence for index, pence in enumerate(billed)}
    credited = dict.fromkeys(bills, 0)
    for cut in cuts:
        credit = int((sum(billed) - sum(credited.values())) * cut)
        shares = share_credit(credit, bills, credited) if credit else {}
        assert sum(shares.values()) == credit
        assert all(share >= 0 for share in shares.values())
        credited = {urn: credited[urn] + shares.get(urn, 0) for urn in bills}
        assert all(credited[urn] <= bills[urn] for urn in bills)
