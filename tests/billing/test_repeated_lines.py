"""Long invoices repeat themselves: what is read or matched once for many lines is what each line alone would give."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from chassis.actor import SERVICE
from services.billing.domain.errors import InvoiceUnreadable
from services.billing.domain.invoice_document import DocumentLine
from services.billing.domain.match_facts import ALL, NONE_TOLERATED
from services.billing.domain.matching import match_purchase_order
from services.billing.domain.ubl_invoice import read_ubl_invoice
from services.billing.storage import credit_notes, invoices, matches, orders
from services.billing.usecases import read_invoices
from services.billing.usecases.match_invoices import match_invoices
from tests.backends import ServiceDatabase
from tests.billing.documents import UblInvoice, UblLine
from tests.billing.world import ASH, BEECH, CEDAR, FENWRIGHT, MANAGER, Line, Order, World, answered, seller_of
from tests.clients import Clients

_LINE = "{*}InvoiceLine"
_MORE = """
<cbc:Note>Mind the step</cbc:Note><cbc:AccountingCost>{cost}</cbc:AccountingCost>
<cac:Delivery><cac:DeliveryLocation><cbc:ID>900002</cbc:ID></cac:DeliveryLocation></cac:Delivery>
<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>
  <cbc:AllowanceChargeReasonCode>95</cbc:AllowanceChargeReasonCode>
  <cbc:AllowanceChargeReason>Discount</cbc:AllowanceChargeReason>
  <cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric>
  <cbc:Amount currencyID="GBP">1.00</cbc:Amount><cbc:BaseAmount currencyID="GBP">10.00</cbc:BaseAmount>
</cac:AllowanceCharge>
<cac:Item><cac:BuyersItemIdentification><cbc:ID>B-1</cbc:ID></cac:BuyersItemIdentification></cac:Item>
"""


def _read(*lines: etree._Element) -> tuple[DocumentLine, ...] | list[str]:
    """The lines of a document with these, without their place in the file; or what cannot be read of them."""
    root = etree.fromstring(UblInvoice(lines=[]).xml())
    root.extend(deepcopy(line) for line in lines)
    try:
        return tuple(replace(line, at_line=0) for line in read_ubl_invoice(etree.tostring(root)).lines)
    except InvoiceUnreadable as fault:
        return [reason for told in fault.fields.values() for reason in told.split("; ")]


def _together(*some: tuple[DocumentLine, ...] | list[str]) -> tuple[DocumentLine, ...] | list[str]:
    faults = [fault for each in some if isinstance(each, list) for fault in each]
    return faults or tuple(line for each in some if isinstance(each, tuple) for line in each)


@pytest.mark.parametrize("cost", ["URN 900001", "paper"])
def test_no_text_or_attribute_of_a_line_is_taken_from_another(cost: str) -> None:
    base = (
        '<cbc:BaseQuantity unitCode="XBX">1</cbc:BaseQuantity>'
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>"
        '<cbc:Amount currencyID="GBP">2.05</cbc:Amount><cbc:BaseAmount currencyID="GBP">13.00</cbc:BaseAmount>'
        "</cac:AllowanceCharge>"
    )
    document = etree.fromstring(UblInvoice(lines=[UblLine(more=_MORE.format(cost=cost), base=base)]).xml())
    line = document.find(_LINE)
    assert line is not None
    places = [(index, None) for index, node in enumerate(line.iter()) if not len(node)]
    places += [(index, name) for index, node in enumerate(line.iter()) for name in node.attrib]
    for place, attribute in places:
        for value in ("7", "X", ""):
            other = deepcopy(line)
            node = list(other.iter())[place]
            if attribute:
                node.set(attribute, value)
            else:
                node.text = value
            told = _read(line, other, line, other)
            assert told == _together(_read(line), _read(other), _read(line), _read(other)), (node.tag, attribute)


@pytest.mark.parametrize("left_out", ["ID", "Name", "Price", "Item", "TaxScheme", "Note", "AllowanceCharge"])
def test_a_line_of_another_shape_is_read_by_itself(left_out: str) -> None:
    document = etree.fromstring(UblInvoice(lines=[UblLine(more=_MORE.format(cost="URN 900001"))]).xml())
    line = document.find(_LINE)
    assert line is not None
    other = deepcopy(line)
    gone = other.find(f".//{{*}}{left_out}")
    assert gone is not None
    gone.getparent().remove(gone)
    assert _read(line, other, line) == _together(_read(line), _read(other), _read(line))


@pytest.fixture(scope="module")
def orders_world(module_databases: Callable[[str], ServiceDatabase]) -> tuple[World, Any]:
    """A world for many small purchase orders, and their numbers."""
    return World(Clients(module_databases)), iter(range(1, 1_000_000))


def _form(data: st.DataObject, order: Order, number: str, *, gives_back: str | None) -> dict[str, Any]:
    """An invoice or credit note of some lines, of which each names a school or none, some at another price."""
    lines = []
    for line_no, line in enumerate(order.lines, 1):
        for urn in data.draw(st.sampled_from([[None], [], sorted(line.wanted), [ASH]])):
            quantity = data.draw(st.sampled_from([line.wanted.get(urn or 0, line.quantity), 1, 3]))
            price = data.draw(st.sampled_from([line.unit_price, line.unit_price, "11.0000"]))
            net = quantity * int(price.replace(".", "")) // 100
            lines.append(
                {"order_line_no": line_no, "quantity": quantity, "unit_price": price, "net_pence": net,
                 "vat_class": "S", "vat_rate": "20.00", "school_urn": urn}
            )  # fmt: skip
    net = sum(line["net_pence"] for line in lines)
    vat = sum((line["net_pence"] + 2) // 5 for line in lines)
    sent = {"number": number, "issue_date": "2026-11-23", "purchase_order_number": order.number, "lines": lines}
    given = {"kind": "credit_note", "credits": [gives_back]} if gives_back else {}
    return sent | given | {"net_pence": net, "vat_pence": vat, "gross_pence": net + vat}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_matching_what_is_touched_leaves_what_matching_all_would(
    orders_world: tuple[World, Any], data: st.DataObject
) -> None:
    world, numbers = orders_world
    number = next(numbers)
    wanted = st.dictionaries(st.sampled_from([ASH, BEECH, CEDAR]), st.integers(1, 5), min_size=1)
    order = Order([Line(data.draw(wanted), sku=f"S{index}") for index in range(2)], number=f"PO-{number:06d}")
    schools = sorted({urn for line in order.lines for urn in line.wanted})
    world.ordered(order, received=False)
    seller, sent = world.a(seller_of(FENWRIGHT)), 0
    for step in data.draw(
        st.lists(st.sampled_from(["invoice", "invoice", "credit", *schools]), min_size=2, max_size=8)
    ):
        if isinstance(step, int):
            some = {f"line_{place}": data.draw(st.integers(0, 5)) for place in (1, 2)}
            world.tell(order.receipt(step, **some))
        else:
            sent += 1
            given_back = f"INV-{number}-1" if step == "credit" else None
            seller.post("/supplier-invoices", _form(data, order, f"INV-{number}-{sent}", gives_back=given_back))
    with world.database.database.transaction(SERVICE) as connection:
        kept = _matches(connection, order.order_id)
        before = matches.matches_of_order(connection, order.order_id, ALL)
        found = match_purchase_order(
            orders.order_lines(connection, order.order_id),
            orders.drops(connection, order.order_id, ALL),
            invoices.invoiced_lines(connection, order.order_id, ALL),
            matches.standing(before, credit_notes.credited(connection, order.order_id)),
            NONE_TOLERATED,
        )
        one_by_one = {
            (match.invoice_id, match.line_no, match.school_urn): (
                match.state, list(match.reasons), match.billable_quantity, match.billable_net_pence,
                match.billable_vat_pence, match.quantity_received, match.claim.net_pence, match.credited.net_pence,
            )
            for match in found
        }  # fmt: skip
        match_invoices(connection, [order.order_id])
        assert kept == _matches(connection, order.order_id) == one_by_one


def _matches(connection: Any, order_id: str) -> dict[tuple[str, int, int], tuple[Any, ...]]:
    by_invoice = {key[0] for key in matches.matches_of_order(connection, order_id, ALL)}
    return {
        (str(row.supplier_invoice_id), row.line_no, row.school_urn): (
            row.state, row.reasons, row.billable_quantity, row.billable_net_pence, row.billable_vat_pence,
            row.quantity_received, row.claim_net_pence, row.credited_net_pence,
        )
        for invoice_id in by_invoice
        for row in matches.matches_of_invoice(connection, invoice_id)
    }  # fmt: skip


def test_a_long_invoice_shows_what_differs_and_all_by_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = world.ordered(Order([Line({ASH: 34, BEECH: 68}), Line({CEDAR: 5}, sku="S2")]), received=False)
    world.tell(order.receipt(ASH), order.receipt(CEDAR), order.receipt(BEECH, line_1=60))
    whole = world.shown(world.invoiced(order)["supplier_invoice_id"])
    assert (len(whole["lines"]), len(whole["matches"]), whole["match_count"]) == (2, 3, 3)
    monkeypatch.setattr(read_invoices, "MOST_WHOLE", 2)
    short = world.shown(whole["supplier_invoice_id"])
    differing = [match for match in whole["matches"] if match["state"] == "held" or match["claim_net_pence"]]
    assert 0 < len(differing) < 3
    assert short["matches"] == differing
    assert [line["line_no"] for line in short["lines"]] == sorted({match["line_no"] for match in differing})
    assert short["differing_line_count"] == len(short["lines"])
    same = {name for name in whole if name not in ("lines", "matches")}
    assert {name: short[name] for name in same} == {name: whole[name] for name in same}
    manager = world.a(MANAGER)
    for name in ("lines", "matches"):
        first = answered(manager.get(f"{whole[f'{name}_url']}?limit=1"))
        rest = answered(manager.get(f"{whole[f'{name}_url']}?after={first['next']}"))
        assert ([*first["items"], *rest["items"]], rest["next"]) == (whole[name], None)
    assert answered(manager.get(f"{whole['matches_url']}?differing=true"))["items"] == differing
    assert answered(manager.get(f"{whole['lines_url']}?numbers=2&numbers=9"))["items"] == whole["lines"][1:]
