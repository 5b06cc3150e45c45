"""What surrounds the lines of a UBL invoice: its parties, references, attachments, allowances and VAT."""

import binascii
import re
from base64 import b64decode
from decimal import Decimal
from functools import lru_cache
from typing import Final

from services.billing.domain.invoice_document import (
    VAT_CATEGORIES,
    AllowanceCharge,
    Attachment,
    Identifier,
    Party,
    Preceding,
    VatSubtotal,
)
from services.billing.domain.ubl_element import Element

_URN: Final = re.compile(r"\s*(?:URN[\s:-]*)?(\d{5,7})\s*", re.IGNORECASE)
_URN_NAMED: Final = re.compile(r"\s*URN[\s:-]*(\d{5,7})\s*", re.IGNORECASE)
_INVOICED_OBJECT: Final = "130"


def party(element: Element | None) -> Party:
    """A cac:Party; empty where there is none."""
    if element is None:
        return Party()
    legal = element.child("cac:PartyLegalEntity")
    taxed = [scheme for scheme in element.children("cac:PartyTaxScheme") if _is_vat(scheme)]
    return Party(
        name=element.optional("cac:PartyName", "cbc:Name") or "",
        legal_name=(legal.optional("cbc:RegistrationName") if legal else None) or "",
        endpoint=_identifier(element, "cbc:EndpointID"),
        identifiers=tuple(
            found
            for each in element.children("cac:PartyIdentification")
            if (found := _identifier(each, "cbc:ID")) is not None
        ),
        legal_id=_identifier(legal, "cbc:CompanyID") if legal else None,
        vat_number=taxed[0].optional("cbc:CompanyID") if taxed else None,
        country=element.optional("cac:PostalAddress", "cac:Country", "cbc:IdentificationCode"),
    )


def urn_of(found: Party) -> int | None:
    """The school that a party is, by an identification without a scheme ("900001", "URN 900001")."""
    urns = (_urn(identifier.value, _URN) for identifier in found.identifiers if identifier.scheme is None)
    return next((urn for urn in urns if urn is not None), None)


def delivered_to(element: Element) -> int | None:
    """The school that a cac:Delivery names by its location, if that carries no scheme."""
    path = ("cac:Delivery", "cac:DeliveryLocation", "cbc:ID")
    return None if element.attribute("schemeID", *path) else urn_of_place(element.optional(*path))


@lru_cache(maxsize=4096)
def urn_of_place(value: str | None) -> int | None:
    """The school that the identifier of a place is: "900001", "URN 900001"."""
    return _urn(value, _URN)


@lru_cache(maxsize=4096)
def urn_of_cost(value: str | None) -> int | None:
    """The school that an accounting cost names: "URN 900001"."""
    return _urn(value, _URN_NAMED)


def preceding(root: Element) -> tuple[Preceding, ...]:
    """The invoices that the document corrects or credits (BG-3)."""
    references = (each.child("cac:InvoiceDocumentReference") for each in root.children("cac:BillingReference"))
    return tuple(
        Preceding(reference.text("BR-55", "cbc:ID"), reference.day("cbc:IssueDate"))
        for reference in references
        if reference is not None
    )


def attachments(root: Element) -> tuple[Attachment, ...]:
    """The supporting documents (BG-24), embedded or by their address; nothing is fetched."""
    documents = root.children("cac:AdditionalDocumentReference")
    return tuple(_attachment(each) for each in documents if each.optional("cbc:DocumentTypeCode") != _INVOICED_OBJECT)


def allowances_and_charges(element: Element, *, of_document: bool) -> tuple[AllowanceCharge, ...]:
    """The allowances and charges of a document (BG-20, BG-21), with their VAT, or of a line (BG-27, BG-28)."""
    return tuple(_allowance_charge(each, of_document) for each in element.children("cac:AllowanceCharge"))


def vat_subtotals(vat: Element | None) -> tuple[VatSubtotal, ...]:
    """The VAT of each category and rate (BG-23)."""
    return tuple(_subtotal(each) for each in vat.children("cac:TaxSubtotal")) if vat else ()


def vat_category(element: Element | None, rule: str, above: Element) -> tuple[str, Decimal | None]:
    """The (class, rate) of a tax category; the rate is None where none is stated."""
    if element is None or not _is_vat(element):
        above.fault(f"{rule}: the VAT category is missing")
        return "", None
    vat_class = element.text(rule, "cbc:ID")
    rate = element.number("cbc:Percent")
    if vat_class and vat_class not in VAT_CATEGORIES:
        element.fault(f"unknown VAT category {vat_class[:10]}")
    if rate is not None and (not 0 <= rate <= 100 or rate != round(rate, 2)):
        element.fault(f"{rate} is not a VAT rate in per cent")
    if vat_class != "O" and rate is None and element.optional("cbc:Percent") is None:
        element.fault(f"BR-48: the rate of VAT category {vat_class} is missing")
    return vat_class, rate


def _allowance_charge(element: Element, of_document: bool) -> AllowanceCharge:
    is_charge = element.text("BR-31", "cbc:ChargeIndicator") in ("true", "1")
    rules = {(True, True): "BR-36", (True, False): "BR-31", (False, True): "BR-43", (False, False): "BR-41"}
    path = ("cbc:Amount",)
    vat_class: str | None = None
    rate: Decimal | None = None
    if of_document:
        rule = "BR-37" if is_charge else "BR-32"
        vat_class, rate = vat_category(element.child("cac:TaxCategory"), rule, element)
    return AllowanceCharge(
        is_charge=is_charge,
        amount=element.needed(rules[of_document, is_charge], path, element.amount(*path), Decimal(0)),
        base=element.amount("cbc:BaseAmount"),
        percent=element.number("cbc:MultiplierFactorNumeric"),
        reason=element.optional("cbc:AllowanceChargeReason"),
        reason_code=element.optional("cbc:AllowanceChargeReasonCode"),
        vat_class=vat_class,
        vat_rate=rate,
    )


def _subtotal(element: Element) -> VatSubtotal:
    taxable, vat = ("cbc:TaxableAmount",), ("cbc:TaxAmount",)
    vat_class, rate = vat_category(element.child("cac:TaxCategory"), "BR-47", element)
    return VatSubtotal(
        vat_class=vat_class,
        rate=rate,
        taxable=element.needed("BR-45", taxable, element.amount(*taxable), Decimal(0)),
        vat=element.needed("BR-46", vat, element.amount(*vat), Decimal(0)),
        exemption_reason=element.optional("cac:TaxCategory", "cbc:TaxExemptionReason"),
        exemption_code=element.optional("cac:TaxCategory", "cbc:TaxExemptionReasonCode"),
    )


def _attachment(element: Element) -> Attachment:
    binary = ("cac:Attachment", "cbc:EmbeddedDocumentBinaryObject")
    raw = element.optional(*binary)
    content = None
    if raw is not None:
        try:
            content = b64decode("".join(raw.split()), validate=True)
        except binascii.Error:
            element.fault("the attachment is not in base 64")
    return Attachment(
        identifier=element.text("BR-52", "cbc:ID"),
        description=element.optional("cbc:DocumentDescription"),
        filename=element.attribute("filename", *binary),
        media_type=element.attribute("mimeCode", *binary),
        content=content,
        url=element.optional("cac:Attachment", "cac:ExternalReference", "cbc:URI"),
    )


def _is_vat(element: Element) -> bool:
    return (element.optional("cac:TaxScheme", "cbc:ID") or "VAT").upper() == "VAT"


def _identifier(element: Element, name: str) -> Identifier | None:
    value = element.optional(name)
    return None if value is None else Identifier(value, element.attribute("schemeID", name))


def _urn(value: str | None, pattern: re.Pattern[str]) -> int | None:
    found = pattern.fullmatch(value or "")
    return int(found.group(1)) if found else None
