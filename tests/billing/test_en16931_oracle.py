"""Our rules against the official ones: CEN's and Peppol's Schematron judge the same random documents."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.billing.domain.en16931 import faults_of
from services.billing.domain.invoice_document import InvoiceDocument, Totals
from services.billing.domain.ubl_invoice import read_ubl_invoice
from tests.billing.peppol import PDF, a_document, a_line, an_allowance, documents
from tests.billing.ubl_writer import write_ubl
from tests.official_rules import Judge

EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _once(rules: set[str]) -> set[str]:
    """The rules, with wrong VAT told once: officially it breaks BR-CO-17, its category's rule 09, or both."""
    return {"BR-CO-17" if rule.endswith("-09") else rule for rule in rules}


def ours(document: InvoiceDocument) -> set[str]:
    return {fault.rule for fault in faults_of(document)}


@EXAMPLES
@given(document=documents())
def test_right_documents_pass_both_and_are_read_as_they_were_written(judge: Judge, document: InvoiceDocument) -> None:
    content = write_ubl(document)
    read = read_ubl_invoice(content)
    assert replace(read, lines=tuple(replace(line, at_line=0) for line in read.lines)) == document
    assert (ours(read), judge(content)) == (set(), set())


@EXAMPLES
@given(document=documents(), data=st.data())
def test_a_changed_total_is_refused_by_both(judge: Judge, document: InvoiceDocument, data: st.DataObject) -> None:
    names = [field.name for field in fields(Totals) if getattr(document.totals, field.name) or field.name == "net"]
    name = data.draw(st.sampled_from(names))
    off = data.draw(st.sampled_from(["0.01", "-0.01", "1.00", "-250.00"]))
    totals = replace(document.totals, **{name: getattr(document.totals, name) + Decimal(off)})
    wrong = replace(document, totals=totals)
    found = ours(read_ubl_invoice(write_ubl(wrong)))
    assert found
    assert found == judge(write_ubl(wrong)) - {"PEPPOL-EN16931-R055"}


@EXAMPLES
@given(document=documents(), data=st.data())
def test_a_changed_line_or_category_is_refused_by_both(
    judge: Judge, document: InvoiceDocument, data: st.DataObject
) -> None:
    off = Decimal(data.draw(st.sampled_from(["0.03", "-1.50", "7.00"])))
    what = data.draw(st.sampled_from(["net", "price", "taxable", "vat"]))
    if what in ("net", "price"):
        place = data.draw(st.integers(0, len(document.lines) - 1))
        line = document.lines[place]
        line = replace(line, net=line.net + off) if what == "net" else replace(line, price=line.price + 1)
        lines = (*document.lines[:place], line, *document.lines[place + 1 :])
        wrong = replace(document, lines=lines)
    else:
        first, *others = document.vat_subtotals
        first = replace(first, **{what: getattr(first, what) + off})
        # The rule says net × rate; the official stylesheet compares without signs, and so passes what we refuse.
        assume(first.taxable * first.vat >= 0)
        wrong = replace(document, vat_subtotals=(first, *others))
    assert _once(ours(read_ubl_invoice(write_ubl(wrong)))) == _once(judge(write_ubl(wrong)))


@pytest.mark.parametrize(
    ("rules", "document"),
    [
        ({"BR-S-05"}, a_document([a_line(rate="0")])),
        ({"BR-Z-05"}, a_document([a_line(vat_class="Z", rate="20")])),
        ({"BR-33"}, a_document(charges=[replace(an_allowance("5"), reason=None, reason_code=None)])),
        ({"PEPPOL-EN16931-R041"}, a_document(charges=[replace(an_allowance("5"), percent=Decimal(10))])),
        ({"PEPPOL-EN16931-R042"}, a_document(charges=[replace(an_allowance("5"), base=Decimal(50))])),
        (
            {"PEPPOL-EN16931-R040"},
            a_document(charges=[replace(an_allowance("5"), base=Decimal(50), percent=Decimal(11))]),
        ),
        ({"BR-DEC-23"}, a_document([replace(a_line(), net=Decimal("1116.900"))])),
        ({"BR-CO-18"}, a_document(vat_subtotals=())),
        ({"BR-27"}, a_document([a_line(-3, "-10.00")])),
        ({"PEPPOL-EN16931-R046"}, a_document([a_line(gross_price=Decimal("12.00"), price_discount=Decimal("1.00"))])),
        ({"BR-28"}, a_document([a_line(gross_price=Decimal("-1.00"), price_discount=Decimal("-11.95"))])),
        ({"BR-O-11"}, a_document([a_line(), a_line(vat_class="O", rate=None, line_id="2")])),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, set) else "",
)
def test_each_of_these_rules_is_known_to_both(judge: Judge, rules: set[str], document: InvoiceDocument) -> None:
    assert rules <= ours(document)
    assert rules <= judge(write_ubl(document))


def test_every_fault_is_told_at_once() -> None:
    right = a_document([a_line(), a_line(quantity=3, line_id="2")], attachments=(PDF,))
    lines = tuple(replace(line, net=line.net + 1) for line in right.lines)
    found = ours(replace(right, lines=lines, totals=replace(right.totals, gross=Decimal(1), payable=Decimal(2))))
    assert found == {"BR-CO-10", "BR-CO-15", "BR-CO-16", "PEPPOL-EN16931-R120", "BR-S-08"}
