"""Peppol BIS Billing 3.0 (EN 16931 in UBL 2.1): a bill as Invoice, a credit note as CreditNote.

Elements stand in the order of the UBL 2.1 schema, and none is empty (PEPPOL-EN16931-R008). VAT is what each line was
billed with, so a total may differ from rate × net by what sharing the supplier's VAT rounds, which BR-S-09 lets be by
less than a pound. An invoice outside the scope of VAT has nothing else in it, and no VAT numbers (BR-O-02, BR-O-11).
"""

import re
from decimal import Decimal
from html import escape
from typing import Final

from contracts.money import line_net_pence, unit_price_text
from contracts.vat import vat_pence
from services.billing.domain.bill_document import BillDocument, BillLine, Party
from services.billing.domain.bill_errors import BillNotExpressible, BillOfSupplier, VatNumberMissing
from services.billing.domain.errors import ElectronicAddressMissing

CUSTOMIZATION: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

_SLACK_PENCE: Final = 2
"""How far a line's net may be from quantity × price, unrounded (PEPPOL-EN16931-R120)."""
_VAT_SLACK_PENCE: Final = 100
"""How far the VAT of a class must stay below from rate × net (BR-S-09)."""
_MADE_OUT_VAT: Final = ("S", "Z", "E", "AE")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SCHEMA: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_VAT_SCHEME: Final = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def ubl_of(document: BillDocument) -> bytes:
    """The document as bytes of UTF-8.

    Raises BillOfSupplier for what the supplier invoices itself; ElectronicAddressMissing, VatNumberMissing and
    BillNotExpressible where the official rules would refuse it.
    """
    _check(document)
    root = "Invoice" if document.kind == "bill" else "CreditNote"
    outside = any(line.vat_class == "O" for line in document.lines)
    body = (
        _opening(document)
        + _party("AccountingSupplierParty", document.seller, with_vat=not outside)
        + _party("AccountingCustomerParty", document.buyer, with_vat=not outside)
        + _payment(document)
        + _tax(document)
        + _sums(document)
        + "".join(_line(document.kind, line) for line in document.lines)
    )
    names = f'xmlns:cac="{_SCHEMA}CommonAggregateComponents-2" xmlns:cbc="{_SCHEMA}CommonBasicComponents-2"'
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SCHEMA}{root}-2" {names}>'
    return f"{head}{body}</{root}>\n".encode()


def _check(document: BillDocument) -> None:
    if document.pay_to:
        raise BillOfSupplier(f"{document.pay_to} has sent the school its own invoice; that is the document.")
    for party in (document.seller, document.buyer):
        if party.endpoint is None:
            raise ElectronicAddressMissing(
                f"{party.name} has no electronic address: a Peppol invoice needs a GLN, a DUNS number or a VAT number."
                " The PDF says the same."
            )
    classes = {line.vat_class for line in document.lines}
    if "O" in classes and len(classes) > 1:
        raise BillNotExpressible(
            "An electronic invoice with what is outside the scope of VAT can have nothing else. The PDF has both."
        )
    if classes.intersection(_MADE_OUT_VAT) and not document.seller.vat_number:
        raise VatNumberMissing(f"{document.seller.name} has recorded no VAT number. The PDF says the same.")
    for total in document.vat_totals():
        if abs(total.vat_pence - vat_pence(total.net_pence, total.vat_rate)) >= _VAT_SLACK_PENCE:
            raise BillNotExpressible(
                "Sharing the supplier's VAT has rounded by a pound or more. The PDF says the same."
            )


def _opening(document: BillDocument) -> str:
    is_bill = document.kind == "bill"
    orders = sorted({line.order_number for line in document.lines if line.order_number})
    of_bill = ""
    if document.of_bill:
        number, day = document.of_bill
        preceding = _text("ID", number) + _text("IssueDate", day.isoformat())
        of_bill = _group("BillingReference", _group("InvoiceDocumentReference", preceding))
    return (
        _text("CustomizationID", CUSTOMIZATION)
        + _text("ProfileID", PROFILE)
        + _text("ID", document.number)
        + _text("IssueDate", document.issue_date.isoformat())
        + (_text("DueDate", document.due_date.isoformat()) if document.due_date and is_bill else "")
        + (_text("InvoiceTypeCode", "380") if is_bill else _text("CreditNoteTypeCode", "381"))
        + _text("Note", document.title)
        + _text("DocumentCurrencyCode", "GBP")
        + _text("BuyerReference", f"URN {document.buyer.urn}" if document.buyer.urn else document.number)
        + (_group("OrderReference", _text("ID", orders[0])) if len(orders) == 1 else "")
        + of_bill
    )


def _party(role: str, party: Party, *, with_vat: bool) -> str:
    scheme, identifier = party.endpoint or ("", "")
    known_as = str(party.urn) if party.urn else identifier
    vat = _text("CompanyID", party.vat_number) + _VAT_SCHEME if party.vat_number and with_vat else ""
    street = "".join(
        _text(name, line) for name, line in zip(("StreetName", "AdditionalStreetName"), party.lines, strict=False)
    )
    more = _group("AddressLine", _text("Line", ", ".join(party.lines[2:])))
    address = street + _text("CityName", party.town) + _text("PostalZone", party.postcode) + more
    legal = _text("RegistrationName", party.legal_name) + (_text("CompanyID", str(party.urn)) if party.urn else "")
    contact = _text("Name", party.name) + _text("Telephone", party.telephone) + _text("ElectronicMail", party.email)
    return _group(
        role,
        _group(
            "Party",
            _text("EndpointID", identifier, f' schemeID="{scheme}"')
            + _group("PartyIdentification", _text("ID", known_as))
            + _group("PartyName", _text("Name", party.name))
            + _group("PostalAddress", address + _group("Country", _text("IdentificationCode", "GB")))
            + _group("PartyTaxScheme", vat)
            + _group("PartyLegalEntity", legal)
            + _group("Contact", contact),
        ),
    )


def _payment(document: BillDocument) -> str:
    """How to pay a bill: into the account, or by whatever means with the reference while no account is known."""
    if document.kind != "bill":
        return ""
    reference = _text("PaymentID", document.payment_reference)
    account = document.pay_into
    means = _text("PaymentMeansCode", "1") + reference
    if account:
        branch = _group("FinancialInstitutionBranch", _text("ID", account.sort_code))
        payee = _text("ID", account.account_number) + _text("Name", account.name) + branch
        means = _text("PaymentMeansCode", "30") + reference + _group("PayeeFinancialAccount", payee)
    terms = f"Due on {document.due_date:%-d %B %Y}." if document.due_date else ""
    return _group("PaymentMeans", means) + _group("PaymentTerms", _text("Note", terms))


def _tax(document: BillDocument) -> str:
    reasons = document.exemptions()
    subtotals = "".join(
        _group(
            "TaxSubtotal",
            _money("TaxableAmount", total.net_pence)
            + _money("TaxAmount", total.vat_pence)
            + _category("TaxCategory", total.vat_class, total.vat_rate, reasons.get(total.vat_class, "")),
        )
        for total in document.vat_totals()
    )
    return _group("TaxTotal", _money("TaxAmount", document.vat_pence) + subtotals)


def _category(name: str, vat_class: str, rate: Decimal, exemption: str = "") -> str:
    percent = "" if vat_class == "O" else _text("Percent", f"{rate:.2f}")
    return _group(name, _text("ID", vat_class) + percent + _text("TaxExemptionReason", exemption) + _VAT_SCHEME)


def _sums(document: BillDocument) -> str:
    return _group(
        "LegalMonetaryTotal",
        _money("LineExtensionAmount", document.net_pence)
        + _money("TaxExclusiveAmount", document.net_pence)
        + _money("TaxInclusiveAmount", document.gross_pence)
        + _money("PayableAmount", document.gross_pence),
    )


def _line(kind: str, line: BillLine) -> str:
    name, counted = ("InvoiceLine", "InvoicedQuantity") if kind == "bill" else ("CreditNoteLine", "CreditedQuantity")
    quantity, price = line.quantity, line.unit_price
    if not quantity:
        quantity, price = 1, Decimal(line.net_pence).scaleb(-2)
    off = line.net_pence - line_net_pence(quantity, price)
    is_off = abs(line.net_pence - quantity * price * 100) > _SLACK_PENCE
    described = " from ".join(words for words in (line.order_number, line.supplier_name) if words)
    seller_item = _group("SellersItemIdentification", _text("ID", line.sku))
    return _group(
        name,
        _text("ID", str(line.line_no))
        + _text(counted, str(quantity), f' unitCode="{escape(line.unit or "C62")}"')
        + _money("LineExtensionAmount", line.net_pence)
        + _text("AccountingCost", line.ledger_code)
        + (_difference(off) if is_off else "")
        + _group(
            "Item",
            _text("Description", described)
            + _text("Name", line.name)
            + seller_item
            + _category("ClassifiedTaxCategory", line.vat_class, line.vat_rate),
        )
        + _group("Price", _text("PriceAmount", unit_price_text(price), ' currencyID="GBP"')),
    )


def _difference(pence: int) -> str:
    """What a line comes to beyond or below quantity × price, as a charge or an allowance of the line."""
    reason = "Adjustment of the price" if pence > 0 else "Discount"
    return _group(
        "AllowanceCharge",
        _text("ChargeIndicator", "true" if pence > 0 else "false")
        + _text("AllowanceChargeReason", reason)
        + _money("Amount", abs(pence)),
    )


def _money(name: str, pence: int) -> str:
    return _text(name, f"{Decimal(pence).scaleb(-2):.2f}", ' currencyID="GBP"')


def _text(name: str, value: str, attributes: str = "") -> str:
    """An element with text; nothing where there is no text."""
    clean = _UNPRINTABLE.sub("", value).strip()
    return f"<cbc:{name}{attributes}>{escape(clean)}</cbc:{name}>" if clean else ""


def _group(name: str, content: str) -> str:
    """An element with elements in it; nothing where there are none."""
    return f"<cac:{name}>{content}</cac:{name}>" if content else ""
