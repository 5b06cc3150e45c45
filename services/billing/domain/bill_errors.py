"""Every rule about bills, their documents and disputes that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class BillOfSupplier(BrokenRule):
    """The supplier has made its own invoice out to the school: that is the document, and not one of ours."""

    code = "bill_of_supplier"


class BillNotExpressible(BrokenRule):
    """EN 16931 has no invoice that says what this bill says."""

    code = "bill_not_expressible"


class VatNumberMissing(BrokenRule):
    """Whoever charges VAT names its VAT number, and none is recorded."""

    code = "vat_number_missing"


class LineNotDisputable(BrokenRule):
    """No supplier invoiced the line, or the whole of it is credited."""

    code = "line_not_disputable"


class LineDisputed(BrokenRule):
    """The school disputes the line already."""

    code = "line_disputed"


class DisputeAnswered(BrokenRule):
    """The dispute was answered or taken back before."""

    code = "dispute_answered"


class DisputeCredited(BrokenRule):
    """What the supplier has credited comes back to the school: the answer stands."""

    code = "dispute_credited"


class UpheldTooMuch(BrokenRule):
    """No more of a line can be claimed back than the school was billed and has not got back."""

    code = "upheld_too_much"


class NoHalfYear(BrokenRule):
    """A reference rate holds from the first day of a half-year."""

    code = "no_half_year"


class EndpointUnknown(BrokenRule):
    """An electronic address is of a scheme that Peppol lists, and its check digits are right."""

    code = "endpoint_unknown"


class BillNotPayable(BrokenRule):
    """The alliance keeps the payments of bills that it is paid, and nothing is paid of what is credited in full."""

    code = "bill_not_payable"


class PaymentNoted(BrokenRule):
    """The school has marked the bill as paid already."""

    code = "payment_noted"


class PaymentNotNoted(BrokenRule):
    """The school has not marked the bill as paid, or has taken that back."""

    code = "payment_not_noted"


class PaidInFuture(BrokenRule):
    """A payment that was made was made today or before."""

    code = "paid_in_future"
