"""An invoice or credit note as its sender wrote it: every amount of an EN 16931 document, before anybody judges it.

Amounts are Decimals in the document's own currency, exactly as they were written and with the signs they were written
with. `services/billing/domain/invoice.py` holds the same document as Bursar settles it: pounds in pence, orders found,
a credit note's figures turned negative. The business terms of EN 16931 stand in brackets.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["invoice", "credit_note"]

VAT_CATEGORIES: Final = ("S", "Z", "E", "AE", "K", "G", "O", "L", "M")
"""UNCL5305 as EN 16931 uses it; Bursar settles S, Z, E, AE and O."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and its scheme, such as 0088 for a GLN; None where it stands without one."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer (BG-4, BG-7)."""

    name: str = ""
    legal_name: str = ""
    endpoint: Identifier | None = None
    identifiers: tuple[Identifier, ...] = ()
    legal_id: Identifier | None = None
    vat_number: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """An allowance (`is_charge` False) or a charge, of the document (BG-20, BG-21) or of a line (BG-27, BG-28).

    `amount` is as written, so an allowance of 10.00 is 10.00; VAT is None on a line, which has its own.
    """

    is_charge: bool
    amount: Decimal
    base: Decimal | None = None
    percent: Decimal | None = None
    reason: str | None = None
    reason_code: str | None = None
    vat_class: str | None = None
    vat_rate: Decimal | None = None

    @property
    def signed(self) -> Decimal:
        """What it adds to a total: an allowance takes away."""
        return self.amount if self.is_charge else -self.amount


@dataclass(frozen=True, slots=True)
class VatSubtotal:
    """The VAT of one category and rate (BG-23). `rate` is None where none is stated (category O)."""

    vat_class: str
    rate: Decimal | None
    taxable: Decimal
    vat: Decimal
    exemption_reason: str | None = None
    exemption_code: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A supporting document (BG-24): embedded bytes, or an address that nobody fetches."""

    identifier: str
    description: str | None = None
    filename: str | None = None
    media_type: str | None = None
    content: bytes | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Preceding:
    """An invoice that this document corrects or credits (BG-3)."""

    number: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line (BG-25), with the line of the file on which it begins.

    `price` is the net price of `base_quantity` units (BT-146, BT-149): where they are stated, `gross_price` less
    `price_discount` (BT-148, BT-147), which are in `price` already. `order_line` is the buyer's order line
    (BT-132), `order_number` the order that the line itself names, if it does.
    """

    line_id: str
    quantity: Decimal
    unit_code: str
    net: Decimal
    name: str
    price: Decimal
    vat_class: str
    vat_rate: Decimal | None
    base_quantity: Decimal = Decimal(1)
    gross_price: Decimal | None = None
    price_discount: Decimal | None = None
    charges: tuple[AllowanceCharge, ...] = ()
    order_line: str | None = None
    order_number: str | None = None
    seller_item: str | None = None
    buyer_item: str | None = None
    standard_item: str | None = None
    school_urn: int | None = None
    note: str | None = None
    at_line: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """The document's totals (BG-22); what is left out is nought, but for what EN 16931 requires."""

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """A whole invoice or credit note.

    `vat_in_tax_currency` is the VAT in the accounting currency (BT-111) where the seller must state it in another;
    `buyer_urn` the school that the buyer is, if it is identified as one.
    """

    kind: Kind
    type_code: str
    number: str
    issue_date: date
    due_date: date | None
    currency: str
    lines: tuple[DocumentLine, ...]
    totals: Totals
    vat_subtotals: tuple[VatSubtotal, ...] = ()
    charges: tuple[AllowanceCharge, ...] = ()
    seller: Party = field(default_factory=Party)
    buyer: Party = field(default_factory=Party)
    buyer_urn: int | None = None
    customization: str | None = None
    order_number: str | None = None
    buyer_reference: str | None = None
    preceding: tuple[Preceding, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tax_currency: str | None = None
    vat_in_tax_currency: Decimal | None = None
    notes: tuple[str, ...] = ()
