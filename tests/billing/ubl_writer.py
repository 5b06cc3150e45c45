"""Writes an invoice document as UBL 2.1, the way a supplier's program would: valid for CEN's and Peppol's rules."""

from base64 import b64encode
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from services.billing.domain.invoice_document import (
    AllowanceCharge,
    Attachment,
    DocumentLine,
    Identifier,
    InvoiceDocument,
    Party,
    VatSubtotal,
)

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_SCHEME = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def write_ubl(document: InvoiceDocument) -> bytes:
    """The document as bytes of UTF-8."""
    root, line_name = ("Invoice", "Invoice") if document.kind == "invoice" else ("CreditNote", "CreditNote")
    currency, totals = document.currency, document.totals
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{UBL}:{root}-2"',
        f' xmlns:cac="{UBL}:CommonAggregateComponents-2" xmlns:cbc="{UBL}:CommonBasicComponents-2">\n',
        _text("CustomizationID", document.customization or CUSTOMIZATION),
        _text("ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"),
        _text("ID", document.number),
        _text("IssueDate", document.issue_date.isoformat()),
        _text("DueDate", document.due_date.isoformat()) if document.due_date and root == "Invoice" else "",
        _text(f"{line_name}TypeCode", document.type_code),
        *(_text("Note", note) for note in document.notes),
        _text("DocumentCurrencyCode", currency),
        _text("TaxCurrencyCode", document.tax_currency),
        _text("BuyerReference", document.buyer_reference),
        f"<cac:OrderReference>{_text('ID', document.order_number)}</cac:OrderReference>"
        if document.order_number
        else "",
        *(
            "<cac:BillingReference><cac:InvoiceDocumentReference>"
            f"{_text('ID', each.number)}{_text('IssueDate', each.issue_date and each.issue_date.isoformat())}"
            "</cac:InvoiceDocumentReference></cac:BillingReference>"
            for each in document.preceding
        ),
        *(_attachment(each) for each in document.attachments),
        f"<cac:AccountingSupplierParty>{_party(document.seller)}</cac:AccountingSupplierParty>",
        f"<cac:AccountingCustomerParty>{_party(document.buyer)}</cac:AccountingCustomerParty>",
        "<cac:PaymentTerms><cbc:Note>30 days</cbc:Note></cac:PaymentTerms>",
        *(_charge(each, currency) for each in document.charges),
        f"<cac:TaxTotal>{_amount('TaxAmount', totals.vat, currency)}",
        *(_subtotal(each, currency) for each in document.vat_subtotals),
        "</cac:TaxTotal>",
        f"<cac:TaxTotal>{_amount('TaxAmount', document.vat_in_tax_currency, document.tax_currency or '')}"
        "</cac:TaxTotal>"
        if document.vat_in_tax_currency is not None
        else "",
        "<cac:LegalMonetaryTotal>",
        _amount("LineExtensionAmount", totals.lines, currency),
        _amount("TaxExclusiveAmount", totals.net, currency),
        _amount("TaxInclusiveAmount", totals.gross, currency),
        _amount("AllowanceTotalAmount", totals.allowances or None, currency),
        _amount("ChargeTotalAmount", totals.charges or None, currency),
        _amount("PrepaidAmount", totals.prepaid or None, currency),
        _amount("PayableRoundingAmount", totals.rounding or None, currency),
        _amount("PayableAmount", totals.payable, currency),
        "</cac:LegalMonetaryTotal>",
        *(_line(each, line_name, currency) for each in document.lines),
        f"\n</{root}>\n",
    ]
    return "".join(parts).encode()


def _line(line: DocumentLine, name: str, currency: str) -> str:
    quantity = "InvoicedQuantity" if name == "Invoice" else "CreditedQuantity"
    reference = _text("ID", line.order_number)
    reference = f"<cac:OrderReference>{reference}</cac:OrderReference>" if reference else ""
    order_line = f"<cac:OrderLineReference>{_text('LineID', line.order_line)}{reference}</cac:OrderLineReference>"
    base = f'<cbc:BaseQuantity unitCode="{line.unit_code}">{line.base_quantity:f}</cbc:BaseQuantity>'
    parts = [
        f"\n<cac:{name}Line>",
        _text("ID", line.line_id),
        _text("Note", line.note),
        f'<cbc:{quantity} unitCode="{line.unit_code}">{line.quantity:f}</cbc:{quantity}>',
        _amount("LineExtensionAmount", line.net, currency),
        _text("AccountingCost", f"URN {line.school_urn}" if line.school_urn else None),
        order_line if line.order_line or line.order_number else "",
        *(_charge(each, currency) for each in line.charges),
        f"<cac:Item>{_text('Name', line.name)}",
        _item("Buyers", line.buyer_item),
        _item("Sellers", line.seller_item),
        _category("ClassifiedTaxCategory", line.vat_class, line.vat_rate),
        f"</cac:Item><cac:Price>{_amount('PriceAmount', line.price, currency)}",
        base if line.base_quantity != 1 else "",
        _discount(line, currency) if line.price_discount is not None else "",
        f"</cac:Price></cac:{name}Line>",
    ]
    return "".join(parts)


def _discount(line: DocumentLine, currency: str) -> str:
    """The gross price and what it is lowered by."""
    return (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>"
        f"{_amount('Amount', line.price_discount, currency)}{_amount('BaseAmount', line.gross_price, currency)}"
        "</cac:AllowanceCharge>"
    )


def _party(party: Party) -> str:
    vat = f"<cac:PartyTaxScheme>{_text('CompanyID', party.vat_number)}{_SCHEME}</cac:PartyTaxScheme>"
    country = f"<cac:Country>{_text('IdentificationCode', party.country)}</cac:Country>"
    parts = [
        "<cac:Party>",
        _identifier("EndpointID", party.endpoint),
        *(
            f"<cac:PartyIdentification>{_identifier('ID', each)}</cac:PartyIdentification>"
            for each in party.identifiers
        ),
        f"<cac:PartyName>{_text('Name', party.name)}</cac:PartyName>" if party.name else "",
        f"<cac:PostalAddress>{country}</cac:PostalAddress>",
        vat if party.vat_number else "",
        f"<cac:PartyLegalEntity>{_text('RegistrationName', party.legal_name)}",
        _identifier("CompanyID", party.legal_id),
        "</cac:PartyLegalEntity></cac:Party>",
    ]
    return "".join(parts)


def _charge(each: AllowanceCharge, currency: str) -> str:
    category = _category("TaxCategory", each.vat_class, each.vat_rate) if each.vat_class else ""
    parts = [
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(each.is_charge).lower()}</cbc:ChargeIndicator>",
        _text("AllowanceChargeReasonCode", each.reason_code),
        _text("AllowanceChargeReason", each.reason),
        _text("MultiplierFactorNumeric", None if each.percent is None else f"{each.percent:f}"),
        _amount("Amount", each.amount, currency),
        _amount("BaseAmount", each.base, currency),
        category,
        "</cac:AllowanceCharge>",
    ]
    return "".join(parts)


def _subtotal(each: VatSubtotal, currency: str) -> str:
    why = _text("TaxExemptionReasonCode", each.exemption_code) + _text("TaxExemptionReason", each.exemption_reason)
    return (
        f"<cac:TaxSubtotal>{_amount('TaxableAmount', each.taxable, currency)}"
        f"{_amount('TaxAmount', each.vat, currency)}{_category('TaxCategory', each.vat_class, each.rate, why)}"
        "</cac:TaxSubtotal>"
    )


def _category(name: str, vat_class: str, rate: Decimal | None, why: str = "") -> str:
    percent = "" if rate is None else f"<cbc:Percent>{rate:f}</cbc:Percent>"
    return f"<cac:{name}>{_text('ID', vat_class)}{percent}{why}{_SCHEME}</cac:{name}>"


def _attachment(each: Attachment) -> str:
    inner = f"<cac:ExternalReference>{_text('URI', each.url)}</cac:ExternalReference>" if each.url else ""
    if each.content is not None:
        names = f"mimeCode={quoteattr(each.media_type or '')} filename={quoteattr(each.filename or '')}"
        inner = (
            f"<cbc:EmbeddedDocumentBinaryObject {names}>{b64encode(each.content).decode()}"
            "</cbc:EmbeddedDocumentBinaryObject>"
        )
    return (
        f"<cac:AdditionalDocumentReference>{_text('ID', each.identifier)}"
        f"{_text('DocumentDescription', each.description)}<cac:Attachment>{inner}</cac:Attachment>"
        "</cac:AdditionalDocumentReference>"
    )


def _item(whose: str, value: str | None) -> str:
    return f"<cac:{whose}ItemIdentification>{_text('ID', value)}</cac:{whose}ItemIdentification>" if value else ""


def _identifier(name: str, found: Identifier | None) -> str:
    if found is None:
        return ""
    scheme = f" schemeID={quoteattr(found.scheme)}" if found.scheme else ""
    return f"<cbc:{name}{scheme}>{escape(found.value)}</cbc:{name}>"


def _amount(name: str, amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f'<cbc:{name} currencyID="{currency}">{amount:f}</cbc:{name}>'


def _text(name: str, value: str | None) -> str:
    return "" if value is None else f"<cbc:{name}>{escape(value)}</cbc:{name}>"
