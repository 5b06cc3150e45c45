"""Every rule that an order, a round or a delivery can break, each with its stable code."""

from contracts.errors import BrokenRule


class RoundNotDraft(BrokenRule):
    """Only a draft round can be changed or opened."""

    code = "round_not_draft"


class RoundNotOpen(BrokenRule):
    """The round takes no orders: it has not opened, its deadline has passed, or it is closed."""

    code = "round_not_open"


class RoundNotClosed(BrokenRule):
    """The round is still to be closed: there is no outcome to show yet."""

    code = "round_not_closed"


class SmallOrderFeeUnknown(BrokenRule):
    """A small-order fee can only be paid under a contract that states one."""

    code = "small_order_fee_unknown"


class RoundWithoutOffers(BrokenRule):
    """Nothing that the round was to offer is published at present."""

    code = "round_without_offers"


class DatesOutOfOrder(BrokenRule):
    """A deadline lies in the past, or a delivery window ends before it begins."""

    code = "dates_out_of_order"


class NotAMember(BrokenRule):
    """The school is not in the alliance on this day."""

    code = "not_a_member"


class LinesRefused(BrokenRule):
    """Some lines name an offer that this school cannot order in this round; `fields` says which."""

    code = "lines_refused"


class SiteUnknown(BrokenRule):
    """The order is to go to a delivery site that is not the school's."""

    code = "site_unknown"


class OrderEmpty(BrokenRule):
    """An order without lines cannot be sent."""

    code = "order_empty"


class OrderNotSubmitted(BrokenRule):
    """Only an order that is waiting for approval can be approved or returned."""

    code = "order_not_submitted"


class OrderAlreadySubmitted(BrokenRule):
    """The order was sent before, and nothing has changed since."""

    code = "order_already_submitted"


class OwnOrder(BrokenRule):
    """Nobody approves the order that they sent."""

    code = "own_order"


class AboveLimit(BrokenRule):
    """The order may cost more than this person may approve at their school."""

    code = "above_limit"


class ApprovedAlready(BrokenRule):
    """The second approval is somebody else's."""

    code = "approved_already"


class BudgetInvalid(BrokenRule):
    """Budgets or their financial year do not hold together."""

    code = "budget_invalid"


class BudgetExceeded(BrokenRule):
    """The order goes beyond a budget that the school has made hard."""

    code = "budget_exceeded"


class NobodyToNudge(BrokenRule):
    """None of the schools owes an answer, or all that do were asked for it a moment ago."""

    code = "nobody_to_nudge"


class RemindedRecently(BrokenRule):
    """The approvers were reminded of this order within the hour."""

    code = "reminded_recently"


class PurchaseOrderAnswered(BrokenRule):
    """The supplier has answered this purchase order otherwise already."""

    code = "purchase_order_answered"


class ReasonMissing(BrokenRule):
    """A rejection or return says why."""

    code = "reason_missing"


class PurchaseOrderNotAccepted(BrokenRule):
    """Deliveries are recorded against accepted purchase orders only."""

    code = "purchase_order_not_accepted"


class ReceiptRefused(BrokenRule):
    """The receipt names lines that the school has not ordered, or more than is still to come."""

    code = "receipt_refused"


class ClaimWindowOver(BrokenRule):
    """Units that were accepted can be reported as short, damaged or wrong for the contract's claim days only."""

    code = "claim_window_over"


class PhotoRefused(BrokenRule):
    """A photo is a JPEG, PNG or WebP picture of at most 5 MB."""

    code = "photo_refused"


class DespatchRefused(BrokenRule):
    """The despatch names drops or lines that are not in the order, or more than is still to be sent; see `fields`."""

    code = "despatch_refused"


class DespatchKnown(BrokenRule):
    """The supplier has sent a despatch with this number of its own before."""

    code = "despatch_known"


class DespatchUnreadable(BrokenRule):
    """The file is no UBL Despatch Advice that can be read; the reason names the line."""

    code = "despatch_unreadable"


class OrderUnknown(BrokenRule):
    """The document names a purchase order that this supplier does not have."""

    code = "order_unknown"


class AnswerRefused(BrokenRule):
    """A supplier delivers again by a day that is to come, or gives a credit."""

    code = "answer_refused"


class UnknownContract(BrokenRule):
    """A recurring service stands under a contract that this service knows."""

    code = "unknown_contract"


class PlanInUse(BrokenRule):
    """Schools have joined the service, so what they have committed to stands."""

    code = "plan_in_use"


class OwnService(BrokenRule):
    """A school supplies this service itself."""

    code = "own_service"


class AlreadySubscribed(BrokenRule):
    """The school has this service in these days already, or has asked for it."""

    code = "already_subscribed"


class SubscriptionNotRequested(BrokenRule):
    """Only a subscription that is waiting for approval can be approved or declined."""

    code = "subscription_not_requested"


class SubscriptionNotApproved(BrokenRule):
    """The school has not committed to this subscription."""

    code = "subscription_not_approved"


class OwnRequest(BrokenRule):
    """Nobody approves the subscription that they asked for."""

    code = "own_request"


class EntitlementRefused(BrokenRule):
    """The plan grants no such entitlement, or less of it is left."""

    code = "entitlement_refused"


class ReadingRefused(BrokenRule):
    """The service has no driver to read, or the day is not one of it."""

    code = "reading_refused"


class ReadingMissing(BrokenRule):
    """A year cannot be trued up while a school's driver has not been read."""

    code = "reading_missing"


class NothingToRun(BrokenRule):
    """Nothing of this service can be billed yet."""

    code = "nothing_to_run"


class AmendmentRefused(BrokenRule):
    """The committed line cannot be changed like this: by what was received, or as the order stands."""

    code = "amendment_refused"


class AmendmentDecided(BrokenRule):
    """The change was agreed by all, refused or taken back before."""

    code = "amendment_decided"


class OwnAmendment(BrokenRule):
    """Nobody agrees for the school to the change that they asked for."""

    code = "own_amendment"


class OrderAnswerRefused(BrokenRule):
    """The supplier's answer does not fit the order: an unknown line or school, more than was ordered."""

    code = "order_answer_refused"


class RevisionOutdated(BrokenRule):
    """The answer is to an order that has been amended since."""

    code = "revision_outdated"


class AnswerUnreadable(BrokenRule):
    """The file is no Order Response and no answer sheet that can be read."""

    code = "answer_unreadable"


class OrderOfAnotherSupplier(BrokenRule):
    """The file answers an order that went to somebody else."""

    code = "order_of_another_supplier"


class AnswerDecided(BrokenRule):
    """The manager has decided about this answer, or a newer one took its place."""

    code = "answer_decided"
