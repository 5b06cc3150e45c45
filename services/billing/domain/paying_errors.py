"""Rules of paying suppliers that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class PayDayTooEarly(BrokenRule):
    """Suppliers cannot have the money on that day any more, or no bank works then."""

    code = "pay_day_too_early"


class PayDayTooLate(BrokenRule):
    """Bacs does not take a file so long before suppliers have the money."""

    code = "pay_day_too_late"


class NothingToPay(BrokenRule):
    """No supplier has anything that is due and could be paid."""

    code = "nothing_to_pay"


class RunSettled(BrokenRule):
    """The payment run is in a state in which this can no longer be done."""

    code = "payment_run_settled"


class RunOutdated(BrokenRule):
    """What a run would pay has changed since it was proposed; `fields` says what, invoice by invoice."""

    code = "payment_run_outdated"


class ApproverIsMaker(BrokenRule):
    """Nobody approves a payment run that they proposed or changed."""

    code = "approver_is_maker"


class CreditsExceedInvoices(BrokenRule):
    """What is left of a supplier's invoices in the run is no more than its credits."""

    code = "credits_exceed_invoices"


class UnknownRunItem(BrokenRule):
    """The payment run has no such invoice that could be left out."""

    code = "unknown_run_item"


class AlreadyExported(BrokenRule):
    """The run's file was written before: once more only with a reason, which is kept."""

    code = "already_exported"


class OriginatorMissing(BrokenRule):
    """The alliance has not said from which account it pays, or under which service user number."""

    code = "originator_missing"


class PaymentTooLarge(BrokenRule):
    """A single payment, or all of a run together, is above what Bacs carries."""

    code = "payment_too_large"
