"""Which HTTP status each broken rule answers; rules not listed answer 422."""

from contracts.errors import BrokenRule
from services.billing.domain import errors, period_errors

STATUSES: dict[type[BrokenRule], int] = {
    errors.DuplicateInvoice: 409,
    errors.ElectronicAddressMissing: 409,
    errors.InvoiceNotRejectable: 409,
    errors.InvoiceRejected: 409,
    errors.MatchNotHeld: 409,
    errors.MatchBilled: 409,
    errors.MatchNotDecided: 409,
    errors.NothingToClaim: 409,
    period_errors.PeriodClosed: 409,
}
