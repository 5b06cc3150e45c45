"""Which HTTP status each broken rule answers; rules not listed answer 422."""

from contracts.errors import BrokenRule
from services.billing.domain import errors, fund_errors, paying_errors, period_errors

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
    paying_errors.NothingToPay: 409,
    paying_errors.RunSettled: 409,
    paying_errors.RunOutdated: 409,
    paying_errors.ApproverIsMaker: 403,
    paying_errors.AlreadyExported: 409,
    paying_errors.OriginatorMissing: 409,
    fund_errors.FundYearsOverlap: 409,
    fund_errors.FundYearNotDraft: 409,
    fund_errors.FundYearNotProposed: 409,
    fund_errors.FundYearNotOver: 409,
    fund_errors.FundYearBilled: 409,
    fund_errors.ContributionNotAsked: 409,
    fund_errors.ContributionBilled: 409,
    fund_errors.FundBalanceTooLow: 409,
    fund_errors.FundPaymentPaid: 409,
}
