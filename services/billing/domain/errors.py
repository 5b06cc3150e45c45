"""Every rule of billing that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class InvoiceUnreadable(BrokenRule):
    """The document is not an invoice that Bursar can read."""

    code = "invoice_unreadable"


class InvoiceArithmetic(BrokenRule):
    """The invoice's lines and totals do not add up."""

    code = "invoice_arithmetic"


class IssueDateImplausible(BrokenRule):
    """The invoice is dated before anything that Bursar could have ordered."""

    code = "issue_date_implausible"


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


class NoOrder(BrokenRule):
    """There is no such purchase order with this supplier."""

    code = "no_order"


class ClosedOrder(BrokenRule):
    """The purchase order was rejected or is settled, so nothing more can be invoiced on it."""

    code = "closed_order"


class UnknownOrderLine(BrokenRule):
    """The purchase order has no such line."""

    code = "unknown_order_line"


class UnknownSchool(BrokenRule):
    """No school of the alliance has this URN."""

    code = "unknown_school"


class MatchNotHeld(BrokenRule):
    """Only a held line can be accepted."""

    code = "match_not_held"


class MatchNotAcceptable(BrokenRule):
    """The school has not received, or never ordered, what this line asks it to pay."""

    code = "match_not_acceptable"


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


class CreditExceedsBill(BrokenRule):
    """A credit can never give back more than was billed."""

    code = "credit_exceeds_bill"


class EntryUnbalanced(BrokenRule):
    """A ledger entry whose debits and credits differ."""

    code = "entry_unbalanced"
