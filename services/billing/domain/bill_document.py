"""A bill or a credit note as its documents say it: who, to whom, what, and by VAT class and rate."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from contracts.money import pounds
from contracts.vat import vat_pence, vat_rate

EXEMPTIONS: Final = {
    "E": "Exempt from VAT (Value Added Tax Act 1994, schedule 9)",
    "AE": "Reverse charge: customer to account for the VAT to HMRC",
    "O": "Outside the scope of VAT",
}
"""Why no VAT is charged, by VAT class, as EN 16931 (BT-120) and HMRC's VAT guide want it said."""


@dataclass(frozen=True, slots=True)
class Party:
    """The alliance or a school; `endpoint` is (Peppol scheme, identifier)."""

    name: str
    legal_name: str
    lines: tuple[str, ...] = ()
    town: str = ""
    postcode: str = ""
    endpoint: tuple[str, str] | None = None
    vat_number: str | None = None
    urn: int | None = None
    email: str = ""
    telephone: str = ""

    def address(self) -> list[str]:
        """The lines of the address that are known."""
        return [line for line in (*self.lines, self.town, self.postcode) if line]


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line; `quantity` 0 on a credit note gives money back and no units. `unit_price` in pounds."""

    line_no: int
    name: str
    sku: str
    unit: str
    quantity: int
    unit_price: Decimal
    net_pence: int
    vat_pence: int
    vat_class: str
    vat_rate: Decimal
    order_number: str = ""
    supplier_name: str = ""
    ledger_code: str = ""


@dataclass(frozen=True, slots=True)
class VatTotal:
    """What a document comes to in one VAT class at one rate in per cent."""

    vat_class: str
    vat_rate: Decimal
    net_pence: int
    vat_pence: int


@dataclass(frozen=True, slots=True)
class PayInto:
    """The bank account that a school pays into."""

    name: str
    sort_code: str
    account_number: str


@dataclass(frozen=True, slots=True)
class BillDocument:
    """A bill, or a credit note of the bill `of_bill` (its number and day). Amounts are positive pence.

    `pay_to` names the supplier that the school pays itself; `payment_reference` is then that supplier's number.
    """

    kind: Literal["bill", "credit_note"]
    number: str
    title: str
    issue_date: date
    seller: Party
    buyer: Party
    lines: tuple[BillLine, ...]
    payment_reference: str = ""
    due_date: date | None = None
    of_bill: tuple[str, date] | None = None
    paid_pence: int = 0
    credited_pence: int = 0
    pay_to: str = ""
    pay_into: PayInto | None = None

    @property
    def net_pence(self) -> int:
        """The lines without VAT."""
        return sum(line.net_pence for line in self.lines)

    @property
    def vat_pence(self) -> int:
        """The VAT of the lines."""
        return sum(line.vat_pence for line in self.lines)

    @property
    def gross_pence(self) -> int:
        """The whole with VAT."""
        return self.net_pence + self.vat_pence

    def exemptions(self) -> dict[str, str]:
        """Why no VAT is charged, by each VAT class on the document that charges none.

        Under the reverse charge it names the VAT that the customer accounts for, at the standard rate of the document's
        day; that is no part of the total (VAT Regulations 1995, regulation 14).
        """
        found = {line.vat_class for line in self.lines}
        reasons = {vat_class: reason for vat_class, reason in EXEMPTIONS.items() if vat_class in found}
        if "AE" in reasons:
            net = sum(line.net_pence for line in self.lines if line.vat_class == "AE")
            rate = vat_rate("S", self.issue_date)
            reasons["AE"] += f", £{pounds(vat_pence(net, rate))} at {rate.normalize():f} %"
        return reasons

    def vat_totals(self) -> list[VatTotal]:
        """The totals by VAT class and rate, which add up to the document."""
        totals: dict[tuple[str, Decimal], list[int]] = defaultdict(lambda: [0, 0])
        for line in self.lines:
            total = totals[line.vat_class, line.vat_rate]
            total[0] += line.net_pence
            total[1] += line.vat_pence
        return [VatTotal(*key, *sums) for key, sums in sorted(totals.items())]
