"""Which HTTP status each broken rule answers; rules not listed answer 422."""

from contracts.errors import BrokenRule
from services.orders.domain import errors

STATUSES: dict[type[BrokenRule], int] = {
    errors.RoundNotDraft: 409,
    errors.RoundNotOpen: 409,
    errors.RoundNotClosed: 409,
    errors.NotAMember: 409,
    errors.OrderNotSubmitted: 409,
    errors.OrderAlreadySubmitted: 409,
    errors.OwnOrder: 403,
    errors.AboveLimit: 403,
    errors.ApprovedAlready: 403,
    errors.BudgetExceeded: 409,
    errors.NobodyToNudge: 409,
    errors.RemindedRecently: 409,
    errors.PurchaseOrderAnswered: 409,
    errors.PurchaseOrderNotAccepted: 409,
    errors.ClaimWindowOver: 409,
    errors.DespatchKnown: 409,
    errors.RevisionOutdated: 409,
    errors.AnswerDecided: 409,
    errors.OrderOfAnotherSupplier: 403,
    errors.PlanInUse: 409,
    errors.AlreadySubscribed: 409,
    errors.SubscriptionNotRequested: 409,
    errors.SubscriptionNotApproved: 409,
    errors.OwnRequest: 403,
    errors.ReadingMissing: 409,
    errors.NothingToRun: 409,
    errors.AmendmentRefused: 409,
    errors.AmendmentDecided: 409,
    errors.OwnAmendment: 403,
}
