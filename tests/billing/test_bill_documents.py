"""Bills and credit notes as UBL, valid by the official rules, and as tagged PDF."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from contracts.allocation import allocate
from contracts.money import line_net_pence
from contracts.vat import vat_pence
from services.billing.api.bill_pdf import bill_pdf
from services.billing.domain.bill_document import BillDocument, BillLine, Party, PayInto
from services.billing.domain.bill_errors import BillNotExpressible, BillOfSupplier, VatNumberMissing
from services.billing.domain.errors import ElectronicAddressMissing
from services.billing.domain.ubl_bill import ubl_of
from services.billing.domain.ubl_invoice import read_ubl_invoice
from tests.official_rules import Judge

ALLIANCE = Party(
    "Orchard Schools", "Orchard Schools Alliance Limited", ("Oast House", "Mill Lane", "Unit 3"), "Millhaven",
    "ZZ1 1AA", ("9932", "GB999999973"), "GB999999973", email="office@alliance.example", telephone="01632 960000",
)  # fmt: skip
SCHOOL = Party(
    "St Mary’s <Primary> & Nursery", "St Mary’s <Primary> & Nursery", (), "Canterbury", "CT1 1AA",
    ("0088", "5060098765439"), urn=900001,
)  # fmt: skip
KINDS = [("S", "20.00"), ("S", "5.00"), ("Z", "0.00"), ("E", "0.00"), ("AE", "0.00")]


def a_line(no: int = 1, vat_class: str = "S", rate: str = "20.00", **more: object) -> BillLine:
    """A line whose net is quantity × price and whose VAT is rate × net."""
    quantity, price = int(str(more.pop("quantity", 34))), Decimal(str(more.pop("price", "10.9500")))
    net = int(str(more.pop("net", line_net_pence(quantity or 1, price))))
    vat = vat_pence(net, Decimal(rate))
    words = ("Copier paper", "PAP-80", "XBX")
    return BillLine(no, *words, quantity, price, net, vat, vat_class, Decimal(rate), "PO-000001", "Fenwright", "E19")


def a_bill(*lines: BillLine, **more: object) -> BillDocument:
    """A bill of these lines."""
    made = BillDocument(
        "bill", "B-000042", "Autumn stationery", date(2026, 11, 30), ALLIANCE, SCHOOL, lines or (a_line(),),
        "B-000042/900001", date(2026, 12, 30), pay_into=PayInto("Orchard Schools", "204567", "12345678"),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


@st.composite
def documents(draw: st.DrawFn) -> BillDocument:
    """Bills and credit notes with shares of nets and VAT, as sharing a supplier's invoice leaves them."""
    kinds = [("O", "0.00")] if draw(st.integers(0, 5)) == 0 else KINDS
    lines = []
    for no in range(1, draw(st.integers(1, 6)) + 1):
        vat_class, rate = draw(st.sampled_from(kinds))
        quantity = draw(st.integers(1, 400))
        line = a_line(no, vat_class, rate, quantity=quantity, price=draw(st.decimals("0.0001", "300", places=4)))
        weights = {1: draw(st.integers(1, 50)), 2: draw(st.integers(1, 50)), 3: 1}
        net = draw(st.sampled_from([line.net_pence, allocate(line.net_pence * 3, weights)[1]]))
        vat = allocate(vat_pence(net * 3, line.vat_rate), {1: 1, 2: 1, 3: 1})[1]
        lines.append(replace(line, net_pence=net, vat_pence=vat, sku=draw(st.sampled_from(["", "A&<1>"]))))
    if draw(st.booleans()):
        return a_bill(*lines, pay_into=draw(st.sampled_from([None, PayInto("Alliance", "204567", "12345678")])))
    some = [replace(line, quantity=draw(st.sampled_from([0, line.quantity]))) for line in lines]
    of_bill = ("B-000042", date(2026, 11, 30))
    return a_bill(*some, kind="credit_note", number="CN-000007", due_date=None, payment_reference="", of_bill=of_bill)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents())
def test_every_bill_and_credit_note_is_valid_by_the_official_rules(judge: Judge, document: BillDocument) -> None:
    content = ubl_of(document)
    assert judge(content) == set()
    read = read_ubl_invoice(content)
    assert (read.kind, read.number) == ("invoice" if document.kind == "bill" else "credit_note", document.number)
    assert read.totals.payable == Decimal(document.gross_pence).scaleb(-2)
    assert sum(line.net for line in read.lines) == Decimal(document.net_pence).scaleb(-2)


def test_a_share_just_beyond_the_slack_of_the_rules_says_what_it_differs_by(judge: Judge) -> None:
    """4.02 p by the price, and a share of 2 p: rounded first, these would be no more apart than the rules allow."""
    content = ubl_of(a_bill(a_line(quantity=201, price="0.0002", net=2)))
    assert judge(content) == set()
    assert b"Discount" in content


def test_each_class_says_why_no_vat_is_charged(judge: Judge) -> None:
    bill = a_bill(*[a_line(no, vat_class, rate) for no, (vat_class, rate) in enumerate(KINDS, 1)])
    content = ubl_of(bill)
    assert judge(content) == set()
    reasons = {
        node.getparent().findtext("{*}ID"): node.text
        for node in etree.fromstring(content).iter("{*}TaxExemptionReason")
    }
    assert reasons == {
        "E": "Exempt from VAT (Value Added Tax Act 1994, schedule 9)",
        "AE": "Reverse charge: customer to account for the VAT to HMRC, £74.46 at 20 %",
    }
    outside = ubl_of(a_bill(a_line(vat_class="O", rate="0.00")))
    assert judge(outside) == set()
    assert b"Outside the scope of VAT" in outside
    assert b"PartyTaxScheme" not in outside


def test_example_8_the_bill_carries_its_share_of_the_suppliers_vat(judge: Judge) -> None:
    """Net 1,234.03 over 91, 153, 271 and VAT 246.81: by its own total the second bill would carry 73.32."""
    nets = allocate(123403, {1: 91, 2: 153, 3: 271})
    vats = allocate(24681, nets)
    assert (list(nets.values()), list(vats.values())) == ([21805, 36662, 64936], [4361, 7333, 12987])
    for urn, net in nets.items():
        line = replace(a_line(net=net, quantity=1, price=Decimal(net).scaleb(-2)), vat_pence=vats[urn])
        assert judge(ubl_of(a_bill(line))) == set()


@pytest.mark.parametrize(
    ("fault", "bill"),
    [
        (ElectronicAddressMissing, a_bill(buyer=replace(SCHOOL, endpoint=None))),
        (VatNumberMissing, a_bill(seller=replace(ALLIANCE, vat_number=None))),
        (BillNotExpressible, a_bill(a_line(), a_line(2, "O", "0.00"))),
        (BillNotExpressible, a_bill(replace(a_line(), vat_pence=7446 + 100))),
        (BillOfSupplier, a_bill(pay_to="Fenwright Paper")),
    ],
)
def test_what_the_rules_would_refuse_is_told_and_not_written(fault: type[Exception], bill: BillDocument) -> None:
    with pytest.raises(fault):
        ubl_of(bill)


def test_the_pdf_is_tagged_says_the_same_and_is_the_same_each_time() -> None:
    bill = a_bill(a_line(), a_line(2, "E", "0.00"), a_line(3, "S", "5.00", quantity=0, price="1.23"), paid_pence=1000)
    content = bill_pdf(bill)
    assert content == bill_pdf(bill)
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    text = " ".join(page.extract_text() for page in reader.pages)
    for words in (
        "Bill", "B-000042", "B-000042/900001", "372.30", "74.46", "St Mary’s <Primary> & Nursery", "20-45-67",
        "Exempt from VAT (Value Added Tax Act 1994, schedule 9)", "30 December 2026", "34 boxes", "To pay",
    ):  # fmt: skip
        assert words in text, words
    note = a_bill(kind="credit_note", number="CN-000001", due_date=None, of_bill=("B-000042", date(2026, 11, 30)))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bill_pdf(note))).pages)
    assert "Credit note" in text
    assert "B-000042 of 30 November 2026" in text
