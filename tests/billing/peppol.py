"""Invoice documents that are right: built with their totals worked out, fixed ones and random ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from services.billing.domain.invoice_document import (
    AllowanceCharge,
    Attachment,
    DocumentLine,
    Identifier,
    InvoiceDocument,
    Kind,
    Party,
    Preceding,
    Totals,
    VatSubtotal,
)

PENNY = Decimal("0.01")
SELLER = Party(
    name="Fenwright Paper",
    legal_name="Fenwright Paper Ltd",
    endpoint=Identifier("5060012345679", "0088"),
    identifiers=(Identifier("FEN"),),
    legal_id=Identifier("00999101"),
    vat_number="GB123456782",
    country="GB",
)
BUYER = Party(
    name="Wessex Schools",
    legal_name="Wessex Schools Alliance",
    endpoint=Identifier("5060098765439", "0088"),
    vat_number="GB987654321",
    country="GB",
)
WHY = {
    "E": "Education",
    "AE": "Reverse charge",
    "K": "Intra-community supply",
    "G": "Export",
    "O": "Not subject to VAT",
}


def money(amount: Decimal | int | str) -> Decimal:
    """An amount to two decimals, halves away from zero."""
    return Decimal(amount).quantize(PENNY, rounding=ROUND_HALF_UP)


def a_line(
    quantity: int | str = 102, price: str = "10.95", vat_class: str = "S", rate: str | None = "20", **more: Any
) -> DocumentLine:
    """A line whose net follows from its quantity, price and charges."""
    made = DocumentLine(
        line_id=more.pop("line_id", "1"),
        quantity=Decimal(quantity),
        unit_code="XBX",
        net=Decimal(0),
        name="Copier paper",
        price=Decimal(price),
        vat_class=vat_class,
        vat_rate=None if rate is None else Decimal(rate),
        **{"order_line": "1", "seller_item": "PAP-A4-80"} | more,
    )
    return replace(made, net=net_of(made))


def net_of(line: DocumentLine) -> Decimal:
    """Quantity × price for its base, with the line's allowances and charges."""
    return money(line.quantity * line.price / line.base_quantity + sum(each.signed for each in line.charges))


def a_document(
    lines: Sequence[DocumentLine] | None = None,
    charges: Sequence[AllowanceCharge] = (),
    *,
    kind: Kind = "invoice",
    prepaid: str = "0",
    rounding: str = "0",
    **more: Any,
) -> InvoiceDocument:
    """A document whose VAT and totals follow from its lines, allowances and charges."""
    lines = [a_line()] if lines is None else lines
    nets: defaultdict[tuple[str, Decimal | None], Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line.vat_class, line.vat_rate] += line.net
    for each in charges:
        nets[each.vat_class or "", each.vat_rate] += each.signed
    subtotals = [
        VatSubtotal(vat_class, rate, net, money(net * (rate or 0) / 100), exemption_reason=WHY.get(vat_class))
        for (vat_class, rate), net in nets.items()
    ]
    total = sum((line.net for line in lines), Decimal(0))
    allowances = sum((each.amount for each in charges if not each.is_charge), Decimal(0))
    added = sum((each.amount for each in charges if each.is_charge), Decimal(0))
    net = total - allowances + added
    vat = sum((each.vat for each in subtotals), Decimal(0))
    payable = net + vat - Decimal(prepaid) + Decimal(rounding)
    made = InvoiceDocument(
        kind=kind,
        type_code="380" if kind == "invoice" else "381",
        number="INV-0042",
        issue_date=date(2026, 11, 23),
        due_date=date(2026, 12, 23) if kind == "invoice" else None,
        currency="GBP",
        lines=tuple(lines),
        totals=Totals(total, allowances, added, net, vat, net + vat, Decimal(prepaid), Decimal(rounding), payable),
        vat_subtotals=tuple(subtotals),
        charges=tuple(charges),
        seller=SELLER,
        buyer=BUYER,
        customization="urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        order_number="PO-000001",
        preceding=(Preceding("INV-0041", date(2026, 11, 20)),) if kind == "credit_note" else (),
    )
    return replace(made, **more)


def an_allowance(
    amount: str, rate: str | None = "20", vat_class: str = "S", *, charge: bool = False
) -> AllowanceCharge:
    """An allowance or charge of the whole document."""
    reason, code = ("Delivery", "DL") if charge else ("Discount", "95")
    return AllowanceCharge(
        charge, Decimal(amount), reason=reason, reason_code=code, vat_class=vat_class,
        vat_rate=None if rate is None else Decimal(rate),
    )  # fmt: skip


PDF = Attachment("TS-1", "Timesheet", "timesheet.pdf", "application/pdf", b"%PDF-1.7\n\x00\xff")

_CATEGORIES = [("S", "20"), ("S", "5"), ("Z", "0"), ("E", "0"), ("AE", "0"), ("G", "0")]
_AMOUNTS = st.decimals("0.01", "999.99", places=2)


@st.composite
def documents(draw: st.DrawFn) -> InvoiceDocument:
    """A right document: any of the categories of VAT, allowances, charges, price bases, corrections, prepayments."""
    categories = [("O", None)] if draw(st.integers(0, 9)) == 0 else _CATEGORIES
    lines = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        vat_class, rate = draw(st.sampled_from(categories))
        charges = draw(st.lists(st.tuples(st.booleans(), _AMOUNTS), max_size=2))
        price = draw(st.decimals("0.0001", "200", places=4))
        discount = draw(st.one_of(st.none(), st.just(Decimal(0)), _AMOUNTS))
        lines.append(
            a_line(
                draw(st.integers(1, 5000)) * draw(st.sampled_from([1, 1, 1, -1])),
                str(price),
                vat_class,
                rate,
                line_id=str(number),
                base_quantity=Decimal(draw(st.sampled_from([1, 1, 10, 100]))),
                gross_price=None if discount is None else price + discount,
                price_discount=discount,
                charges=tuple(AllowanceCharge(*each, reason="Agreed") for each in charges),
                school_urn=draw(st.sampled_from([None, 900001])),
            )
        )
    charges = []
    for is_charge, amount in draw(st.lists(st.tuples(st.booleans(), _AMOUNTS), max_size=3)):
        line = draw(st.sampled_from(lines))
        rate = None if line.vat_rate is None else str(line.vat_rate)
        charges.append(an_allowance(str(amount), rate, line.vat_class, charge=is_charge))
    more: dict[str, Any] = {}
    if categories == [("O", None)]:  # an O-only seller and buyer give no VAT number (BR-O-02 to 04)
        more = {"seller": replace(SELLER, vat_number=None), "buyer": replace(BUYER, vat_number=None)}
    return a_document(
        lines,
        charges,
        kind=draw(st.sampled_from(["invoice", "credit_note"])),
        prepaid=draw(st.sampled_from(["0", "0", "25.50"])),
        rounding=draw(st.sampled_from(["0", "0", "0.04", "-0.03"])),
        attachments=draw(st.sampled_from([(), (PDF,)])),
        **more,
    )
