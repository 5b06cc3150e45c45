"""Peppol BIS Billing 3.0 documents (EN 16931 in UBL 2.1): an Invoice or a CreditNote, read without loss of an amount.

The reader takes every document whose figures can be told, also what Bursar does not settle (other currencies, part
units) and what is wrong in itself: `en16931` then says which rules it breaks, `settled_invoice` what stands in the
way of paying it.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from contracts import safe_xml
from services.billing.domain.errors import InvoiceUnreadable
from services.billing.domain.invoice_document import InvoiceDocument, Kind, Totals
from services.billing.domain.ubl_element import Element, Faults
from services.billing.domain.ubl_lines import read_lines
from services.billing.domain.ubl_parties import (
    allowances_and_charges,
    attachments,
    delivered_to,
    party,
    preceding,
    urn_of,
    vat_subtotals,
)

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd"
_KINDS: Final[dict[str, Kind]] = {
    f"{{{_UBL}:Invoice-2}}Invoice": "invoice",
    f"{{{_UBL}:CreditNote-2}}CreditNote": "credit_note",
}
_NAMES: Final[dict[Kind, tuple[str, str]]] = {
    "invoice": ("cac:InvoiceLine", "cbc:InvoiceTypeCode"),
    "credit_note": ("cac:CreditNoteLine", "cbc:CreditNoteTypeCode"),
}
_LONGEST_NUMBER: Final = 60

LARGEST_DOCUMENT: Final = 32 * 1024 * 1024
"""Room for a line for each of 40 articles in each of 591 schools, and its attachments."""

_NOUGHT: Final = Decimal(0)


def read_ubl_invoice(data: bytes) -> InvoiceDocument:
    """Read a Peppol BIS Billing 3.0 invoice or credit note.

    Raises XmlNotAllowed; InvoiceUnreadable with everything that is missing or cannot be read, by line of the file.
    """
    try:
        root = safe_xml.parse(data, largest_bytes=LARGEST_DOCUMENT)
    except safe_xml.XmlBroken as fault:
        raise _unreadable({f"line {fault.line}": f"not well-formed XML: {fault.reason}"}) from fault
    kind = _KINDS.get(root.tag)
    if kind is None:
        line = safe_xml.line_of(root)
        raise _unreadable({f"line {line}": "this is not a UBL 2.1 invoice or credit note"})
    faults = Faults()
    document = _document(Element(root, faults), kind)
    if faults.found:
        raise _unreadable(faults.fields())
    return document


def _document(bare: Element, kind: Kind) -> InvoiceDocument:
    currency = bare.text("BR-05", "cbc:DocumentCurrencyCode")
    root = bare.in_currency(currency)
    line_name, type_name = _NAMES[kind]
    vat, in_tax_currency = _vat_total(bare, currency)
    number = root.text("BR-02", "cbc:ID")
    if len(number) > _LONGEST_NUMBER:
        root.fault(f"the document's number is longer than {_LONGEST_NUMBER} characters")
    lines = read_lines(root, line_name, kind, delivered_to(root))
    if not lines:
        root.fault("BR-16: the document has no lines")
    issued = ("cbc:IssueDate",)
    buyer = party(root.child("cac:AccountingCustomerParty", "cac:Party"))
    return InvoiceDocument(
        kind=kind,
        type_code=root.text("BR-04", type_name),
        number=number,
        issue_date=root.needed("BR-03", issued, root.day(*issued), date.min),
        due_date=root.day("cbc:DueDate") or root.day("cac:PaymentMeans", "cbc:PaymentDueDate"),
        currency=currency,
        lines=lines,
        totals=_totals(root, vat),
        vat_subtotals=vat_subtotals(vat),
        charges=allowances_and_charges(root, of_document=True),
        seller=party(root.child("cac:AccountingSupplierParty", "cac:Party")),
        buyer=buyer,
        buyer_urn=urn_of(buyer),
        customization=root.optional("cbc:CustomizationID"),
        order_number=root.optional("cac:OrderReference", "cbc:ID"),
        buyer_reference=root.optional("cbc:BuyerReference"),
        preceding=preceding(root),
        attachments=attachments(root),
        tax_currency=root.optional("cbc:TaxCurrencyCode"),
        vat_in_tax_currency=in_tax_currency,
        notes=tuple(note for each in root.children("cbc:Note") if (note := (each.node.text or "").strip())),
    )


def _vat_total(bare: Element, currency: str) -> tuple[Element | None, Decimal | None]:
    """The total of VAT in the document's currency, with its categories, and the amount in the accounting currency."""
    total: Element | None = None
    in_tax_currency: Decimal | None = None
    tax_currency = bare.optional("cbc:TaxCurrencyCode")
    for each in bare.children("cac:TaxTotal"):
        stated = each.attribute("currencyID", "cbc:TaxAmount") or currency
        if stated == currency and total is None:
            total = each.in_currency(currency)
        elif stated == tax_currency and stated != currency and in_tax_currency is None:
            in_tax_currency = each.number("cbc:TaxAmount")
        else:
            each.fault(f"PEPPOL-EN16931-R053: a second total of VAT, in {stated[:10]}")
    if total is None:
        bare.fault("BR-CO-15: TaxAmount in the document's currency is missing")
    if tax_currency and in_tax_currency is None:
        bare.fault(f"BR-53: the total of VAT in {tax_currency[:10]} is missing")
    return total, in_tax_currency


def _totals(root: Element, vat: Element | None) -> Totals:
    totals = root.child("cac:LegalMonetaryTotal")
    if totals is None:
        root.fault("BR-12: LegalMonetaryTotal is missing")
        return Totals(*[_NOUGHT] * 9)
    return Totals(
        lines=totals.required_amount("BR-12", "cbc:LineExtensionAmount"),
        allowances=totals.amount("cbc:AllowanceTotalAmount") or _NOUGHT,
        charges=totals.amount("cbc:ChargeTotalAmount") or _NOUGHT,
        net=totals.required_amount("BR-13", "cbc:TaxExclusiveAmount"),
        vat=vat.required_amount("BR-CO-15", "cbc:TaxAmount") if vat else _NOUGHT,
        gross=totals.required_amount("BR-14", "cbc:TaxInclusiveAmount"),
        prepaid=totals.amount("cbc:PrepaidAmount") or _NOUGHT,
        rounding=totals.amount("cbc:PayableRoundingAmount") or _NOUGHT,
        payable=totals.required_amount("BR-15", "cbc:PayableAmount"),
    )


def _unreadable(fields: dict[str, str]) -> InvoiceUnreadable:
    where, reason = next(iter(fields.items()))
    more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    return InvoiceUnreadable(f"{where.capitalize()}: {reason}.{more}", fields=fields)
