"""Every rule of billing that a request can break, each with its stable code."""

from collections.abc import Sequence

from contracts.errors import BrokenRule


class InvoiceUnreadable(BrokenRule):
    """The document is not an invoice that Bursar can read."""

    code = "invoice_unreadable"


class InvoiceArithmetic(BrokenRule):
    """The invoice's lines and totals do not add up."""

    code = "invoice_arithmetic"


class IssueDateImplausible(BrokenRule):
    """The invoice is dated before anything that Bursar could have ordered, or more than a year ahead."""

    code = "issue_date_implausible"


class DueDateImplausible(BrokenRule):
    """The invoice is due before the day that it is dated, or more than a year after it."""

    code = "due_date_implausible"


class CurrencyNotPounds(BrokenRule):
    """The books are kept in pounds sterling."""

    code = "currency_not_gbp"


class ChargeNotOrdered(BrokenRule):
    """The invoice carries an allowance or a charge that no purchase order holds."""

    code = "charge_not_ordered"


class QuantityNotWhole(BrokenRule):
    """Offers are ordered in whole, positive units, and so they are invoiced."""

    code = "quantity_not_whole"


class DuplicateInvoice(BrokenRule):
    """The supplier has sent an invoice with this number before."""

    code = "duplicate_invoice"


class InvoiceNotRejectable(BrokenRule):
    """What is billed or paid of an invoice can be credited, and no longer rejected."""

    code = "invoice_not_rejectable"


class InvoiceRejected(BrokenRule):
    """Nothing is decided line by line on an invoice that is rejected as a whole."""

    code = "invoice_rejected"


class NoOrder(BrokenRule):
    """There is no such purchase order with this supplier."""

    code = "no_order"


class ClosedOrder(BrokenRule):
    """The purchase order was rejected or is settled, so nothing more can be invoiced on it."""

    code = "closed_order"


class OrdersOfTwoSuppliers(BrokenRule):
    """One document stands on purchase orders of one supplier."""

    code = "orders_of_two_suppliers"


class CancelledOrderLine(BrokenRule):
    """Nothing is ordered on the line any more, so nothing can be invoiced on it."""

    code = "cancelled_order_line"


class AmbiguousOrderLine(BrokenRule):
    """What an invoiced line says of itself fits several lines of the purchase orders, or two that differ."""

    code = "ambiguous_order_line"


class VatCategoryNotSettled(BrokenRule):
    """The VAT category does not occur between suppliers and schools in this country."""

    code = "vat_category_not_settled"


class PrepaidOrRounded(BrokenRule):
    """The amount payable is not the total with VAT, and nothing was paid before."""

    code = "prepaid_or_rounded"


class ElectronicAddressMissing(BrokenRule):
    """A Peppol document goes between electronic addresses, and one side has none."""

    code = "electronic_address_missing"


class UnknownOrderLine(BrokenRule):
    """The purchase order has no such line."""

    code = "unknown_order_line"


class UnknownSchool(BrokenRule):
    """No school of the alliance has this URN."""

    code = "unknown_school"


class WrongBuyer(BrokenRule):
    """The invoice is not made out to whom the contract says."""

    code = "wrong_buyer"


class MatchNotHeld(BrokenRule):
    """Only a held line can be accepted."""

    code = "match_not_held"


class MatchNotAcceptable(BrokenRule):
    """The school has not received, or never ordered, what this line asks it to pay."""

    code = "match_not_acceptable"


class MatchBilled(BrokenRule):
    """A line stays on the bill that its school has: it is paid, credited or disputed there."""

    code = "match_billed"


class MatchNotDecided(BrokenRule):
    """Nobody has decided anything on this line that could be taken back."""

    code = "match_not_decided"


class NothingToClaim(BrokenRule):
    """The supplier asks for no more of this line than the school has ordered and received."""

    code = "nothing_to_claim"


class UnknownRound(BrokenRule):
    """No closed round has this id."""

    code = "unknown_round"


class UnknownServiceOrder(BrokenRule):
    """No purchase order for a recurring service has this id; bills of a round are issued for the round."""

    code = "unknown_service_order"


class StatementUnreadable(BrokenRule):
    """The bank statement is broken or cut short; `line` counts from 1 (0: the file as a whole)."""

    code = "statement_unreadable"

    def __init__(self, reason: str, *, line: int = 0) -> None:
        where = f"Line {line}: " if line else ""
        super().__init__(f"{where}{reason}", fields={f"line {line}" if line else "file": reason})
        self.line = line
        self.reason = reason


class ColumnsUnknown(BrokenRule):
    """The header of a CSV statement does not say which column holds what; `fields` has the columns that it names."""

    code = "columns_unknown"

    def __init__(self, header: Sequence[str]) -> None:
        super().__init__(
            "Say which columns hold the date, the amount and the reference.",
            fields={f"columns.{place}": name for place, name in enumerate(header)},
        )
        self.header = list(header)


class CreditExceedsBill(BrokenRule):
    """A credit can never give back more than was billed."""

    code = "credit_exceeds_bill"


class CreditExceedsInvoice(BrokenRule):
    """A supplier can give back no more of a line than it invoiced."""

    code = "credit_exceeds_invoice"


class EntryUnbalanced(BrokenRule):
    """A ledger entry whose debits and credits differ."""

    code = "entry_unbalanced"


class ClaimantUnsaid(BrokenRule):
    """A claim on form VAT126 is one school's, and the alliance has to say whose."""

    code = "claimant_unsaid"
