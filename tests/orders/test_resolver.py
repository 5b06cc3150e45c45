"""Wishes become one consistent outcome: conditions, flexible units, packs, and nobody pays more than was stated."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.allocation import AllocationError, allocate, allocate_capped
from contracts.money import line_net_pence
from services.orders.domain.packs import cut_to, supplied_in
from services.orders.domain.resolver import Grant, Outcome, Wish, resolve
from services.orders.domain.tiers import Tier, unit_price_at
from services.orders.domain.worst_case import dearest_unit_price, worst_net_pence

PAPER = (Tier(1, Decimal("12.50")), Tier(50, Decimal("11.80")), Tier(100, Decimal("10.95")))


def granted(outcome: Outcome) -> list[int]:
    return [grant.granted for grant in outcome.grants]


def reasons(outcome: Outcome) -> list[str]:
    return [grant.reason for grant in outcome.grants]


def test_plain_wishes_are_granted_as_wished() -> None:
    """domain.md §3, example 6: 34 + 41 + 18 + 9 = 102."""
    outcome = resolve(PAPER, 1, [Wish(urn, units) for urn, units in enumerate((34, 41, 18, 9), start=1)])
    assert (outcome.quantity, granted(outcome)) == (102, [34, 41, 18, 9])
    assert set(reasons(outcome)) == {"as_wished"}


def test_flexible_units_reach_the_next_tier_and_no_further() -> None:
    """Example 6 without the fourth school: 93, and 7 of the units that two schools offered reach 100."""
    outcome = resolve(PAPER, 1, [Wish(1, 34, flexible=6), Wish(2, 41, flexible=4), Wish(3, 18)])
    assert outcome.quantity == 100
    assert granted(outcome) == [38, 44, 18]
    assert reasons(outcome) == ["flexible_used", "flexible_used", "as_wished"]


def test_flexible_units_that_reach_nothing_are_not_used() -> None:
    outcome = resolve(PAPER, 1, [Wish(1, 34, flexible=6), Wish(2, 41)])
    assert granted(outcome) == [34, 41]


def test_a_line_above_its_price_goes_and_takes_others_with_it() -> None:
    """The second school's 9 would have reached 50; without them the first one's limit is broken too."""
    wishes = [Wish(1, 20, max_unit_price=Decimal("11.80")), Wish(2, 21), Wish(3, 9, min_schools=4)]
    outcome = resolve(PAPER, 1, wishes)
    assert granted(outcome) == [0, 21, 0]
    assert outcome.grants[0] == Grant(1, 0, "condition_price", Decimal("12.50"), 2)
    assert outcome.grants[2] == Grant(3, 0, "condition_schools", Decimal("11.80"), 3)


def test_conditions_that_hold_together_are_both_kept() -> None:
    wishes = [Wish(1, 25, max_unit_price=Decimal("11.80")), Wish(2, 25, max_unit_price=Decimal("11.80"))]
    assert granted(resolve(PAPER, 1, wishes)) == [25, 25]


def test_flexible_units_fill_a_pack() -> None:
    outcome = resolve(PAPER, 12, [Wish(1, 7, flexible=3), Wish(2, 14, flexible=1)])
    assert (outcome.quantity, granted(outcome)) == (24, [9, 15])


def test_a_pack_that_cannot_be_filled_is_cut_from_firm_wishes() -> None:
    wishes = [Wish(1, 7), Wish(2, 14, flexible=1), Wish(3, 10)]
    assert granted(resolve(PAPER, 12, wishes)) == [5, 11, 8]
    assert granted(resolve(PAPER, 12, wishes, "equal")) == [7, 9, 8]
    assert granted(resolve(PAPER, 12, wishes, "priority")) == [7, 7, 10]


def test_less_than_one_pack_is_nothing() -> None:
    outcome = resolve(PAPER, 12, [Wish(1, 7), Wish(2, 4)])
    assert (outcome.quantity, granted(outcome), reasons(outcome)) == (0, [0, 0], ["pack_cut", "pack_cut"])


def test_who_was_cut_last_time_comes_first_on_ties() -> None:
    wishes = {1: 5, 2: 5, 3: 5}
    assert cut_to(14, wishes, "pro_rata", ()) == {1: 5, 2: 5, 3: 4}
    assert cut_to(14, wishes, "pro_rata", {3}) == {1: 5, 2: 4, 3: 5}
    assert cut_to(14, wishes, "equal", {3}) == {1: 5, 2: 4, 3: 5}
    assert cut_to(12, wishes, "priority", {3}) == {1: 5, 2: 2, 3: 5}


def test_a_cut_goes_below_nobodys_minimum() -> None:
    """Packs of 12: 13 wished and 12 ordered; the small wish keeps its 3 at the cost of the large one."""
    assert granted(resolve(PAPER, 12, [Wish(1, 10), Wish(2, 3)], "equal", minimum=3)) == [9, 3]
    assert granted(resolve(PAPER, 12, [Wish(1, 9), Wish(2, 4), Wish(3, 4)], minimum=4)) == [4, 4, 4]
    assert granted(resolve(PAPER, 12, [Wish(1, 7), Wish(2, 14), Wish(3, 10)], "priority", minimum=9)) == [0, 14, 10]


def test_where_not_all_can_have_the_minimum_one_is_left_out() -> None:
    wishes = [Wish(urn, 5) for urn in (1, 2, 3)]
    outcome = resolve(PAPER, 10, wishes, minimum=5)
    assert (granted(outcome), reasons(outcome)) == ([5, 5, 0], ["as_wished", "as_wished", "condition_minimum"])
    assert granted(resolve(PAPER, 10, wishes, "pro_rata", {3}, 5)) == [5, 0, 5]
    wishes[0] = replace(wishes[0], min_schools=3)
    outcome = resolve(PAPER, 10, wishes, minimum=5)
    assert reasons(outcome) == ["condition_schools", "pack_cut", "condition_minimum"]
    assert granted(outcome) == [0, 0, 0]


def test_only_single_articles_come_in_packs_of_their_own() -> None:
    assert (supplied_in("C62", 12), supplied_in("XBX", 12), supplied_in("EA", 200)) == (12, 1, 1)


def test_a_share_never_exceeds_its_cap() -> None:
    """domain.md §3, example 5: £6,000 over 153, 352, 1247 with the third capped at £4,000."""
    assert allocate_capped(6000_00, {1: 153, 2: 352, 3: 1247}, {3: 4000_00}) == {1: 605_94, 2: 1394_06, 3: 4000_00}
    with pytest.raises(AllocationError):
        allocate_capped(10, {1: 1, 2: 1}, {1: 4, 2: 5})
    with pytest.raises(AllocationError):
        allocate_capped(-1, {1: 1}, {})


@given(
    total=st.integers(0, 10**9),
    weights=st.dictionaries(st.integers(1, 999), st.integers(0, 10**6), min_size=1, max_size=12),
    caps=st.dictionaries(st.integers(1, 999), st.integers(0, 10**9), max_size=12),
)
def test_capped_shares_add_up_under_their_caps(total: int, weights: dict[int, int], caps: dict[int, int]) -> None:
    weighty = [key for key, weight in weights.items() if weight]
    room = sum(caps.get(key, total) for key in weighty)
    if room < total or not weighty:
        with pytest.raises(AllocationError):
            allocate_capped(total, weights, caps)
        return
    shares = allocate_capped(total, weights, caps)
    assert sum(shares.values()) == total
    assert all(0 <= share <= caps.get(key, total) for key, share in shares.items())
    if all(share <= caps.get(key, total) for key, share in allocate(total, weights).items()):
        assert shares == allocate(total, weights)


prices = st.integers(1, 3000).map(lambda units: Decimal(units).scaleb(-4)) | st.integers(1, 3000).map(
    lambda pence: Decimal(pence).scaleb(-2)
)


@st.composite
def falling_tiers(draw: st.DrawFn) -> tuple[Tier, ...]:
    starts = [1, *sorted(draw(st.sets(st.integers(2, 120), max_size=3)))]
    falling = sorted((draw(prices) for _ in starts), reverse=True)
    return tuple(Tier(start, price) for start, price in zip(starts, falling, strict=True))


@st.composite
def wish_lists(draw: st.DrawFn) -> list[Wish]:
    urns = draw(st.sets(st.integers(1, 50), min_size=1, max_size=9))
    return [
        Wish(
            urn,
            draw(st.integers(1, 40)),
            draw(st.just(0) | st.integers(0, 20)),
            draw(st.none() | prices),
            draw(st.none() | st.integers(1, 9)),
        )
        for urn in sorted(urns)
    ]


packs = st.sampled_from((1, 1, 5, 12))
fairnesses = st.sampled_from(("pro_rata", "equal", "priority"))
minimums = st.sampled_from((1, 1, 3, 8))


@settings(max_examples=150, deadline=None)
@given(tiers=falling_tiers(), pack=packs, wishes=wish_lists(), fairness=fairnesses, minimum=minimums, data=st.data())
def test_every_outcome_is_exact_consistent_and_the_largest(
    tiers: tuple[Tier, ...], pack: int, wishes: list[Wish], fairness: str, minimum: int, data: st.DataObject
) -> None:
    cut = data.draw(st.sets(st.sampled_from([wish.urn for wish in wishes])))
    outcome = resolve(tiers, pack, wishes, fairness, cut, minimum)
    assert resolve(tiers, pack, data.draw(st.permutations(wishes)), fairness, cut, minimum) == outcome
    by_urn = {grant.urn: grant for grant in outcome.grants}
    assert sum(granted(outcome)) == outcome.quantity
    assert outcome.quantity % pack == 0
    price = unit_price_at(tiers, outcome.quantity)
    kept = [wish for wish in wishes if not by_urn[wish.urn].reason.startswith("condition")]
    for wish in wishes:
        grant = by_urn[wish.urn]
        assert 0 <= grant.granted <= wish.firm + wish.flexible
        assert grant.granted == 0 or grant.granted >= min(minimum, wish.firm)
        if wish in kept:
            assert _holds(wish, price, len(kept))
        elif grant.reason == "condition_minimum":
            assert grant.granted == 0
            assert pack > 1 < minimum
        else:
            assert grant.granted == 0
            with_it = resolve(
                tiers, pack, [replace(each, max_unit_price=None, min_schools=None) for each in [*kept, wish]]
            )
            assert not _holds(wish, unit_price_at(tiers, with_it.quantity), len(kept) + 1)
    if any(grant.reason == "pack_cut" for grant in outcome.grants):
        assert all(by_urn[wish.urn].granted <= wish.firm for wish in kept)
        firm, flexible = sum(wish.firm for wish in kept), sum(wish.flexible for wish in kept)
        assert outcome.quantity == firm // pack * pack == (firm + flexible) // pack * pack
    else:
        assert all(by_urn[wish.urn].granted >= wish.firm for wish in kept)
        _no_smaller_quantity_has_the_price(tiers, pack, kept, outcome.quantity)


@settings(max_examples=150, deadline=None)
@given(tiers=falling_tiers(), pack=packs, wishes=wish_lists(), fairness=fairnesses)
def test_nobody_pays_more_than_the_stated_worst_case(
    tiers: tuple[Tier, ...], pack: int, wishes: list[Wish], fairness: str
) -> None:
    outcome = resolve(tiers, pack, wishes, fairness)
    net = line_net_pence(outcome.quantity, unit_price_at(tiers, outcome.quantity))
    if not outcome.quantity:
        return
    shares = allocate(net, {grant.urn: grant.granted for grant in outcome.grants})
    for wish in wishes:
        dearest = dearest_unit_price(tiers, pack, wish.firm, wish.max_unit_price)
        assert shares[wish.urn] <= worst_net_pence(wish.firm + wish.flexible, dearest)


def _holds(wish: Wish, price: Decimal, schools: int) -> bool:
    return (wish.max_unit_price is None or price <= wish.max_unit_price) and (
        wish.min_schools is None or schools >= wish.min_schools
    )


def _no_smaller_quantity_has_the_price(tiers: Sequence[Tier], pack: int, kept: Sequence[Wish], quantity: int) -> None:
    firm, flexible = sum(wish.firm for wish in kept), sum(wish.flexible for wish in kept)
    choices = [each for each in range(firm, firm + flexible + 1) if each % pack == 0]
    assert quantity == min(choices, key=lambda each: (unit_price_at(tiers, each), each))
