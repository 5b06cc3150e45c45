"""Every rule that an order, a round or a delivery can break, each with its stable code."""

from contracts.errors import BrokenRule


class RoundNotDraft(BrokenRule):
    """Only a draft round can be changed or opened."""

    code = "round_not_draft"


class RoundNotOpen(BrokenRule):
    """The round takes no orders: it has not opened, its deadline has passed, or it is closed."""

    code = "round_not_open"


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
