"""The three-way match for each order line and school."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.allocation import allocate
from contracts.money import line_net_pence
from services.billing.domain.match_facts import (
    Amount,
    DropLine,
    InvoicedLine,
    Key,
    Match,
    OrderLine,
    Standing,
)
from services.billing.domain.matching import match_purchase_order

ASH, BEECH, CEDAR = 900001, 900002, 900003
PRICE = Decimal("10.9500")


def an_order(quantity: int, price: Decimal = PRICE, vat_class: str = "S") -> list[OrderLine]:
    return [OrderLine(1, price, quantity, vat_class)]


def invoiced(
    quantity: int,
    *,
    invoice: str = "one",
    line_no: int = 1,
    urn: int | None = None,
    price: Decimal = PRICE,
    net_pence: int | None = None,
    vat_pence: int | None = None,
    vat_class: str = "S",
    rate: str = "20.00",
    vat_accepted: bool = True,
) -> InvoicedLine:
    net = int(quantity * price * 100) if net_pence is None else net_pence
    vat = round(net * Decimal(rate) / 100) if vat_pence is None else vat_pence
    return InvoicedLine(
        invoice, line_no, 1, urn, quantity, price, net, vat, vat_class, Decimal(rate), vat_accepted, date(2026, 11, 23)
    )


def drop(urn: int, ordered: int, received: int | None) -> DropLine:
    return DropLine(1, urn, ordered, received)


def by_school(matches: list[Match]) -> dict[int, Match]:
    return {match.school_urn: match for match in matches}


def matched(
    drops: list[DropLine],
    *lines: InvoicedLine,
    standing: dict[Key, Standing] | None = None,
    order: list[OrderLine] | None = None,
) -> dict[int, Match]:
    ordered = sum(drop.ordered for drop in drops)
    return by_school(match_purchase_order(order or an_order(ordered), drops, lines, standing or {}))


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=2, max_size=6),
    st.integers(100, 200_000).map(lambda parts: Decimal(parts).scaleb(-4)),
)
def test_nobody_is_billed_a_penny_more_than_it_ordered_however_parts_are_rounded(
    schools: list[tuple[int, int]], price: Decimal
) -> None:
    received = {ASH + place: min(came, ordered) for place, (ordered, came) in enumerate(schools)}
    wanted = {ASH + place: ordered for place, (ordered, _) in enumerate(schools)}
    nets = allocate(line_net_pence(sum(wanted.values()), price), wanted)
    drops = [DropLine(1, urn, wanted[urn], received[urn], net_pence=nets[urn]) for urn in wanted]
    total = sum(received.values())
    if not total:
        return
    line = invoiced(total, price=price, net_pence=line_net_pence(total, price))
    found = matched(drops, line, order=an_order(sum(wanted.values()), price))
    assert sum(match.net_pence for match in found.values()) == line.net_pence
    assert [urn for urn, match in found.items() if match.billable_net_pence > nets[urn]] == []


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=6),
    st.integers(100, 200_000).map(lambda parts: Decimal(parts).scaleb(-4)),
    st.lists(st.integers(1, 100), min_size=1, max_size=4),
)
def test_nobody_is_billed_a_penny_more_than_it_ordered_by_several_invoices(
    ordered: list[int], price: Decimal, parts: list[int]
) -> None:
    wanted = {ASH + place: units for place, units in enumerate(ordered)}
    total = sum(ordered)
    nets = allocate(line_net_pence(total, price), wanted)
    drops = [DropLine(1, urn, units, units, net_pence=nets[urn]) for urn, units in wanted.items()]
    units = allocate(total, dict(enumerate(parts)))
    lines = [
        invoiced(part, price=price, net_pence=line_net_pence(part, price), invoice=f"INV-{place}")
        for place, part in units.items()
        if part
    ]
    billed: Counter[int] = Counter()
    for match in match_purchase_order(an_order(total, price), drops, lines, {}):
        assert match.state == "billable"
        billed[match.school_urn] += match.billable_net_pence
    assert [urn for urn, pence in billed.items() if pence > nets[urn]] == []
    assert sum(nets.values()) - sum(billed.values()) <= len(lines) * len(wanted)


def test_odd_pennies_of_a_part_fall_to_those_that_have_a_part() -> None:
    shares = ((ASH, 5, 5, 3128), (BEECH, 5, 5, 3127), (CEDAR, 4, 3, 2502))
    drops = [DropLine(1, urn, ordered, came, net_pence=net) for urn, ordered, came, net in shares]
    price = Decimal("6.2550")
    found = matched(drops, invoiced(13, price=price, net_pence=8132), order=an_order(14, price))
    assert [match.billable_net_pence for match in found.values()] == [3128, 3127, 1877]


def test_what_was_ordered_received_and_invoiced_alike_is_billable() -> None:
    found = matched([drop(ASH, 34, 34), drop(BEECH, 68, 68)], invoiced(102))
    assert [(match.state, match.reasons, match.quantity_invoiced) for match in found.values()] == [
        ("billable", (), 34),
        ("billable", (), 68),
    ]
    assert [match.net_pence for match in found.values()] == [37230, 74460]


def test_example_17_only_the_school_that_came_short_is_held() -> None:
    found = matched([drop(ASH, 40, 38), drop(BEECH, 25, 25)], invoiced(65))
    assert (found[ASH].state, found[ASH].reasons) == ("held", ("quantity_short",))
    assert (found[ASH].quantity_ordered, found[ASH].quantity_received, found[ASH].quantity_invoiced) == (40, 38, 40)
    assert (found[BEECH].state, found[BEECH].reasons) == ("billable", ())


def test_example_8_recharged_vat_is_shared_by_the_shares_of_net() -> None:
    line = invoiced(515, price=Decimal("2.3962"), net_pence=123403, vat_pence=24681)
    drops = [drop(ASH, 91, 91), drop(BEECH, 153, 153), drop(CEDAR, 271, 271)]
    found = matched(drops, line, order=an_order(515, Decimal("2.3962")))
    assert [match.net_pence for match in found.values()] == [21805, 36662, 64936]
    assert [match.vat_pence for match in found.values()] == [4361, 7333, 12987]
    assert {match.state for match in found.values()} == {"billable"}


def test_an_invoice_for_what_came_is_shared_by_what_came() -> None:
    found = matched([drop(ASH, 40, 38), drop(BEECH, 25, 25)], invoiced(63))
    assert {urn: match.quantity_invoiced for urn, match in found.items()} == {ASH: 38, BEECH: 25}
    assert {match.state for match in found.values()} == {"billable"}


def test_shares_of_a_short_invoice_wait_until_every_school_has_recorded() -> None:
    found = matched([drop(ASH, 40, None), drop(BEECH, 60, 60)], invoiced(98))
    assert found[ASH].reasons == ("not_received", "awaiting_receipts")
    assert found[BEECH].reasons == ("awaiting_receipts",)
    assert {match.state for match in found.values()} == {"held"}


def test_a_school_named_on_the_line_gets_the_whole_line() -> None:
    found = matched(
        [drop(ASH, 40, 40), drop(BEECH, 25, 25)],
        invoiced(40, urn=ASH),
        invoiced(26, line_no=2, urn=BEECH),
    )
    assert found[ASH].state == "billable"
    assert found[BEECH].reasons == ("quantity_over", "quantity_short")


def test_a_school_that_ordered_none_of_it_is_the_wrong_buyer() -> None:
    found = matched([drop(ASH, 40, 40)], invoiced(40, urn=BEECH))
    assert (found[BEECH].state, found[BEECH].reasons) == ("held", ("wrong_buyer",))


def test_nothing_is_billable_before_it_is_received() -> None:
    found = matched([drop(ASH, 40, None), drop(BEECH, 25, 0), drop(CEDAR, 10, 10)], invoiced(75))
    assert found[ASH].reasons == found[BEECH].reasons == ("not_received",)
    assert found[CEDAR].state == "billable"


def test_another_price_holds_the_line_for_every_school() -> None:
    found = matched([drop(ASH, 40, 40), drop(BEECH, 25, 25)], invoiced(65, price=Decimal("11.0000")))
    assert [match.reasons for match in found.values()] == [("price",), ("price",)]


@pytest.mark.parametrize(
    "line",
    [
        invoiced(40, vat_accepted=False),
        invoiced(40, vat_class="Z", rate="0.00"),
        invoiced(40, rate="17.50"),
    ],
    ids=["sum", "class", "rate"],
)
def test_wrong_vat_holds_the_line(line: InvoicedLine) -> None:
    assert matched([drop(ASH, 40, 40)], line)[ASH].reasons == ("vat",)


def test_units_invoiced_twice_are_over_the_order_the_second_time() -> None:
    drops = [drop(ASH, 40, 40)]
    first, second = match_purchase_order(an_order(40), drops, [invoiced(40), invoiced(40, invoice="two")], {})
    assert (first.state, second.state) == ("billable", "held")
    assert second.reasons == ("quantity_over", "quantity_short")


def test_part_invoices_share_what_is_left() -> None:
    drops = [drop(ASH, 40, 40), drop(BEECH, 20, 20)]
    lines = [invoiced(40, urn=ASH), invoiced(20, invoice="two")]
    first, second = match_purchase_order(an_order(60), drops, lines, {})
    assert (first.school_urn, second.school_urn, second.quantity_invoiced) == (ASH, BEECH, 20)
    assert second.state == "billable"


def test_shares_wait_for_the_drops_to_be_known() -> None:
    assert matched([drop(ASH, 40, 40)], invoiced(65), order=an_order(65)) == {}


def test_a_line_cancelled_for_every_school_since_its_invoice_stays_with_whoever_it_was_for_and_is_held() -> None:
    standing = {("one", 1, ASH): Standing(40, billed=False), ("one", 1, BEECH): Standing(60, billed=False)}
    found = matched([drop(ASH, 0, None), drop(BEECH, 0, 0)], invoiced(100), standing=standing)
    assert {urn: match.quantity_invoiced for urn, match in found.items()} == {ASH: 40, BEECH: 60}
    assert {match.state for match in found.values()} == {"held"}
    assert all("quantity_over" in match.reasons for match in found.values())


def test_a_cancelled_line_is_of_whoever_received_it_and_otherwise_of_nobody() -> None:
    found = matched([drop(ASH, 0, 7), drop(BEECH, 0, 3)], invoiced(10))
    assert {urn: match.quantity_invoiced for urn, match in found.items()} == {ASH: 7, BEECH: 3}
    assert matched([drop(ASH, 0, None), drop(BEECH, 0, 0)], invoiced(10)) == {}


def test_billed_shares_stand_when_a_late_receipt_would_share_differently() -> None:
    drops = [drop(ASH, 40, 38), drop(BEECH, 60, 60)]
    standing = {("one", 1, ASH): Standing(39, billed=False), ("one", 1, BEECH): Standing(59, billed=True)}
    found = matched(drops, invoiced(98), standing=standing)
    assert found[BEECH].state == "billed"
    assert (found[BEECH].quantity_invoiced, found[BEECH].due) == (59, Amount())
    assert (found[ASH].quantity_invoiced, found[ASH].reasons) == (39, ("quantity_short",))


def test_what_a_later_invoice_has_billed_is_not_billed_again_when_an_earlier_one_is_shared_anew() -> None:
    drops = [drop(ASH, 10, 10), drop(BEECH, 10, 0)]
    lines = [invoiced(10), invoiced(10, invoice="two")]
    standing = {
        ("one", 1, ASH): Standing(5, billed=False),
        ("one", 1, BEECH): Standing(5, billed=False),
        ("two", 1, ASH): Standing(5, billed=True),
        ("two", 1, BEECH): Standing(5, billed=False),
    }
    found = match_purchase_order(an_order(20), drops, lines, standing)
    to_bill = [match.billable_quantity for match in found if match.school_urn == ASH and match.state == "billable"]
    assert 5 + sum(to_bill) <= 10


def accepted(*reasons: str) -> dict[Key, Standing]:
    return {("one", 1, ASH): Standing(40, billed=False, accepted=frozenset(reasons))}


def test_an_accepted_shortage_bills_what_arrived() -> None:
    match = matched([drop(ASH, 40, 38)], invoiced(40), standing=accepted("quantity_short"))[ASH]
    assert (match.state, match.reasons) == ("billable", ("quantity_short",))
    assert (match.billable_quantity, match.billable_net_pence, match.billable_vat_pence) == (38, 41610, 8322)
    assert (match.net_pence, match.vat_pence) == (43800, 8760)


def test_an_accepted_price_bills_what_the_school_committed_to() -> None:
    dearer = matched([drop(ASH, 40, 40)], invoiced(40, price=Decimal("12.0000")), standing=accepted("price"))[ASH]
    assert (dearer.billable_net_pence, dearer.billable_vat_pence) == (43800, 8760)
    cheaper = matched([drop(ASH, 40, 40)], invoiced(40, price=Decimal("10.0000")), standing=accepted("price"))[ASH]
    assert (cheaper.billable_net_pence, cheaper.billable_vat_pence) == (40000, 8000)


def test_an_accepted_excess_bills_what_was_ordered() -> None:
    match = matched([drop(ASH, 40, 41)], invoiced(41), standing=accepted("quantity_over"))[ASH]
    assert (match.billable_quantity, match.billable_net_pence) == (40, 43800)


def test_accepting_one_reason_does_not_accept_another() -> None:
    match = matched([drop(ASH, 40, 38)], invoiced(40, price=Decimal("12.0000")), standing=accepted("price"))[ASH]
    assert (match.state, match.reasons) == ("held", ("price", "quantity_short"))


@pytest.mark.parametrize("received", [None, 0])
def test_what_was_not_received_cannot_be_accepted(received: int | None) -> None:
    match = matched([drop(ASH, 40, received)], invoiced(40), standing=accepted("not_received"))[ASH]
    assert (match.state, match.billable_net_pence) == ("held", 0)


@given(
    drops=st.lists(st.tuples(st.integers(1, 200), st.none() | st.integers(0, 220)), min_size=1, max_size=12),
    quantity=st.integers(1, 3000),
    price=st.decimals(0, 500, places=4),
    accepts=st.sets(st.sampled_from(["price", "quantity_over", "quantity_short", "vat", "not_received"])),
    vat_pence=st.integers(0, 10**6),
)
def test_shares_add_up_and_no_school_pays_beyond_its_order_and_receipt(
    drops: list[tuple[int, int | None]], quantity: int, price: Decimal, accepts: set[str], vat_pence: int
) -> None:
    made = [drop(ASH + index, ordered, received) for index, (ordered, received) in enumerate(drops)]
    line = invoiced(quantity, price=price, vat_pence=vat_pence)
    standing = {("one", 1, each.school_urn): Standing(0, billed=False, accepted=frozenset(accepts)) for each in made}
    found = matched(made, line, standing=standing)
    assert sum(match.quantity_invoiced for match in found.values()) == quantity
    assert sum(match.net_pence for match in found.values()) == line.net_pence
    assert sum(match.vat_pence for match in found.values()) == line.vat_pence
    for match in found.values():
        assert match.billable_quantity <= min(match.quantity_ordered, match.quantity_received, match.quantity_invoiced)
        assert match.billable_net_pence <= match.net_pence
        assert match.billable_vat_pence <= match.vat_pence
        assert (match.state == "held") == (match.billable_quantity == 0)
        if match.state == "held":
            assert match.reasons
            assert match.billable_net_pence == match.billable_vat_pence == 0


DELIVERY = [OrderLine(1, Decimal("45.0000"), 1, "S", is_charge=True)]
SHARES = {ASH: 16_45, BEECH: 19_84, CEDAR: 8_71}


def shares_of_delivery() -> list[DropLine]:
    return [DropLine(1, urn, 1, 1, pence) for urn, pence in SHARES.items()]


def charged(*lines: InvoicedLine, standing: dict[Key, Standing] | None = None) -> list[Match]:
    return match_purchase_order(DELIVERY, shares_of_delivery(), lines, standing or {})


def test_a_charge_is_billed_in_the_shares_of_the_order_without_a_receipt() -> None:
    """domain.md §3, example 10: delivery of 45.00."""
    matches = by_school(charged(invoiced(1, price=Decimal("45.0000"))))
    assert {urn: match.billable_net_pence for urn, match in matches.items()} == SHARES
    assert sum(match.billable_vat_pence for match in matches.values()) == 9_00
    assert {match.state for match in matches.values()} == {"billable"}
    assert matches[ASH].unit_price_ordered == matches[ASH].unit_price_invoiced == Decimal("16.45")


def test_a_charge_of_another_amount_is_held_for_every_school() -> None:
    matches = charged(invoiced(1, price=Decimal("48.0000")))
    assert {match.reasons for match in matches} == {("price",)}
    assert sum(match.net_pence for match in matches) == 48_00
    assert {match.state for match in matches} == {"held"}


def test_an_accepted_charge_is_billed_at_no_more_than_the_share_of_the_order() -> None:
    accepted = {("one", 1, urn): Standing(1, False, frozenset({"price"})) for urn in SHARES}
    matches = by_school(charged(invoiced(1, price=Decimal("48.0000")), standing=accepted))
    assert {urn: match.billable_net_pence for urn, match in matches.items()} == SHARES


def test_a_charge_is_not_billed_twice() -> None:
    price = Decimal("45.0000")
    matches = charged(invoiced(1, price=price), invoiced(1, invoice="two", price=price))
    assert {match.reasons for match in matches if match.invoice_id == "two"} == {("quantity_over", "quantity_short")}


def test_a_charge_waits_until_every_share_is_known() -> None:
    assert match_purchase_order(DELIVERY, shares_of_delivery()[:2], [invoiced(1, price=Decimal("45.0000"))], {}) == []
