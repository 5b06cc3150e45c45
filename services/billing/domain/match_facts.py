"""What a match is made of: the facts of order, receipt and invoice, what was decided, and what comes out."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from contracts.vat import vat_rate

State = Literal["billable", "held", "billed", "credited"]
Place = tuple[int, int]
"""An order line's number and a school's URN."""
Key = tuple[str, int, int]
"""A supplier invoice's id, its line's number and a school's URN."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """By how much a contract lets an invoice differ: a price, in hundredths of a per cent; a school's quantity, in
    units; an invoice's total, in pence."""

    basis_points: int = 0
    units: int = 0
    pence: int = 0


NONE_TOLERATED = Tolerance()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a purchase order; `unit_price` in pounds as locked at the close.

    A charge (delivery, say) is one unit of which every school bears a share of the price.
    """

    line_no: int
    unit_price: Decimal
    quantity: int
    vat_class: str
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class DropLine:
    """What one school ordered of a line and has received of it (None: it has recorded nothing yet).

    `charge_pence` is its share of a charge, which counts as one unit, ordered and received; `net_pence` its share of a
    line of goods, None where nobody said. `vat` are class and rate in
    per cent that it carries for the school on its day of supply; None: what the line of the order does.
    """

    line_no: int
    school_urn: int
    ordered: int
    received: int | None
    charge_pence: int | None = None
    vat: tuple[str, Decimal] | None = None
    net_pence: int | None = None


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """One line of a registered invoice or credit note with its share of the document's VAT; amounts in pence.

    A line that gives back, of a credit note or within an invoice, is negative; `credits` are the ids of the invoices
    that its document gives back of, none if it does not say.
    """

    invoice_id: str
    line_no: int
    order_line_no: int
    school_urn: int | None
    quantity: int
    unit_price: Decimal
    net_pence: int
    vat_pence: int
    vat_class: str
    vat_rate: Decimal
    vat_accepted: bool
    issue_date: date
    credits: tuple[str, ...] = ()

    @property
    def gives_back(self) -> bool:
        """Whether the line is a credit."""
        return self.net_pence < 0 or self.quantity < 0


def vat_carried(order_line: OrderLine, drop: DropLine | None, issued: date) -> tuple[str, Decimal]:
    """VAT class and rate in per cent that a school's part of an order line carries."""
    return (drop and drop.vat) or (order_line.vat_class, vat_rate(order_line.vat_class, issued))


@dataclass(frozen=True, slots=True)
class Amount:
    """Units with their net and VAT in pence."""

    quantity: int = 0
    net_pence: int = 0
    vat_pence: int = 0

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(
            self.quantity - other.quantity, self.net_pence - other.net_pence, self.vat_pence - other.vat_pence
        )

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.quantity + other.quantity, self.net_pence + other.net_pence, self.vat_pence + other.vat_pence
        )

    def least(self, other: "Amount") -> "Amount":
        """The lesser of each figure, and nothing below nought."""
        return Amount(
            max(min(self.quantity, other.quantity), 0),
            max(min(self.net_pence, other.net_pence), 0),
            max(min(self.vat_pence, other.vat_pence), 0),
        )


NOTHING = Amount()


@dataclass(frozen=True, slots=True)
class Standing:
    """What has come of a match before: its quantity, what is billed of it, what the supplier has credited of it, what
    the school was given back, what people decided, and what of the bill a dispute of the school was upheld for."""

    quantity_invoiced: int
    billed: bool
    accepted: frozenset[str] = frozenset()
    disputed: bool = False
    on_bill: Amount = NOTHING
    credited: Amount = NOTHING
    returned: Amount = NOTHING
    upheld: Amount = NOTHING

    @property
    def fixed(self) -> bool:
        """Whether the share can no longer change: it is billed, or credited in part."""
        return self.billed or self.credited != NOTHING


UNTOUCHED = Standing(0, billed=False)


@dataclass(frozen=True, slots=True)
class Touched:
    """What of a purchase order is to be matched: lines of it and schools, None for all."""

    order_lines: frozenset[int] | None = None
    schools: frozenset[int] | None = None

    @property
    def places(self) -> int | None:
        """How many places that is at most; None: nobody has counted them."""
        if self.order_lines is None or self.schools is None:
            return None
        return len(self.order_lines) * len(self.schools)


ALL: Final = Touched()


@dataclass(frozen=True, slots=True)
class Alike:
    """Invoiced lines of which each names its school and is the only one for it and the line of the order.

    They differ in their numbers and schools alone, which `places` has as (line number, URN); `item`, `drop` and
    `before` are those of the first.
    """

    item: InvoicedLine
    drop: DropLine | None
    before: Standing | None
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """One invoiced line for one school, and what may be billed of it; amounts in pence, prices in pounds.

    `net_pence` and `vat_pence` are the school's share of the invoice; `billable_…` is what its bill will carry or does:
    nothing while the line is held, never more than it ordered and received at the price it committed to. `reasons`
    are the differences, those `tolerated` are within what the contract tolerates. `credited` is what the supplier has
    given back, `claim` what it has still to give back, and `due` what of its credits the school is to get.
    """

    invoice_id: str
    line_no: int
    order_line_no: int
    school_urn: int
    quantity_ordered: int
    quantity_received: int
    quantity_invoiced: int
    unit_price_ordered: Decimal
    unit_price_invoiced: Decimal
    net_pence: int
    vat_pence: int
    reasons: tuple[str, ...]
    tolerated: tuple[str, ...]
    state: State
    billable_quantity: int
    billable_net_pence: int
    billable_vat_pence: int
    credited: Amount = field(default=NOTHING)
    claim: Amount = field(default=NOTHING)
    due: Amount = field(default=NOTHING)
