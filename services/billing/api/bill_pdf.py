"""A bill or a credit note as tagged PDF (PDF/UA-1)."""

from typing import Any, Final

from chassis.tagged_pdf import tagged_pdf
from contracts.money import pounds
from contracts.units import quantity_words
from contracts.vat import vat_words
from services.billing.api.bill_words import day, price, rate, sort_code, sum_line
from services.billing.domain.bill_document import BillDocument, BillLine, Party

Json = dict[str, Any]

_HEADINGS: Final = {"bill": "Bill", "credit_note": "Credit note"}


def bill_pdf(document: BillDocument) -> bytes:
    """The document as one file; the same bytes for the same document."""
    return tagged_pdf("services.billing.api", "bill.typ", _inputs(document))


def _inputs(document: BillDocument) -> Json:
    return {
        "heading": _HEADINGS[document.kind],
        "number": document.number,
        "title": document.title,
        "seller": document.seller.name,
        "seller_lines": _party_lines(document.seller),
        "buyer": document.buyer.name,
        "buyer_lines": _party_lines(document.buyer),
        "facts": _facts(document),
        "notices": _notices(document),
        "lines": [_line(line) for line in document.lines],
        "sums": _sums(document),
        "vat": [
            [
                vat_words(total.vat_class, total.vat_rate).capitalize(),
                f"{total.vat_rate.normalize():f} %" if total.vat_class == "S" else "–",
                pounds(total.net_pence),
                pounds(total.vat_pence),
            ]
            for total in document.vat_totals()
        ],
        "reasons": list(document.exemptions().values()),
        "pay": _pay(document),
    }


def _facts(document: BillDocument) -> list[tuple[str, str]]:
    orders = sorted({line.order_number for line in document.lines if line.order_number})
    found = [
        ("Issued", day(document.issue_date)),
        ("Due", day(document.due_date) if document.due_date else ""),
        ("Of bill", f"{document.of_bill[0]} of {day(document.of_bill[1])}" if document.of_bill else ""),
        ("Purchase orders" if len(orders) > 1 else "Purchase order", ", ".join(orders)),
        ("Payment reference", document.payment_reference),
    ]
    return [(what, value) for what, value in found if value]


def _notices(document: BillDocument) -> list[str]:
    if document.pay_to:
        invoice = f"its invoice {document.payment_reference}"
        return [
            f"{document.pay_to} has made {invoice} out to the school, which pays it. Nothing is owed to the alliance."
        ]
    if document.kind == "credit_note":
        return ["This is taken off the bill: your school owes so much less of it."]
    return []


def _line(line: BillLine) -> Json:
    source = " · ".join(word for word in (line.sku, line.order_number, line.supplier_name, line.ledger_code) if word)
    return {
        "no": str(line.line_no),
        "name": line.name,
        "from": source,
        "quantity": quantity_words(line.quantity, line.unit) if line.quantity else "Price only",
        "price": price(line.unit_price),
        "vat": rate(line.vat_class, line.vat_rate),
        "net": pounds(line.net_pence),
    }


def _sums(document: BillDocument) -> list[Json]:
    rows = [
        sum_line("Without VAT", pounds(document.net_pence)),
        sum_line("VAT", pounds(document.vat_pence)),
        sum_line("Total with VAT, pounds sterling", pounds(document.gross_pence), strong=True),
    ]
    if document.credited_pence:
        rows.append(sum_line("Credited", pounds(-document.credited_pence)))
    if document.paid_pence:
        rows.append(sum_line("Paid", pounds(-document.paid_pence)))
    if document.credited_pence or document.paid_pence:
        left = max(document.gross_pence - document.credited_pence - document.paid_pence, 0)
        rows.append(sum_line("To pay", pounds(left), strong=True))
    return rows


def _pay(document: BillDocument) -> list[tuple[str, str]]:
    if document.kind != "bill" or document.pay_to or not document.due_date:
        return []
    account = document.pay_into
    into = []
    if account:
        into = [
            ("Account", account.name),
            ("Sort code", sort_code(account.sort_code)),
            ("Account number", account.account_number),
        ]
    return [("By", day(document.due_date)), *into, ("Reference", document.payment_reference)]


def _party_lines(party: Party) -> list[str]:
    legal = party.legal_name if party.legal_name != party.name else ""
    numbers = [f"URN {party.urn}"] if party.urn else []
    numbers += [f"VAT {party.vat_number}"] if party.vat_number else []
    reached = " · ".join(way for way in (party.email, party.telephone) if way)
    return [line for line in (legal, ", ".join(party.address()), reached, " · ".join(numbers)) if line]
