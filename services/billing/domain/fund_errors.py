"""Every rule of the partnership fund that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class FundYearInvalid(BrokenRule):
    """A year's days, lines, caps or what it takes from the balance do not hold."""

    code = "fund_year_invalid"


class FundYearsOverlap(BrokenRule):
    """Every day belongs to at most one year of the fund."""

    code = "fund_years_overlap"


class FundYearNotDraft(BrokenRule):
    """What the schools were asked for is never changed: only a draft is."""

    code = "fund_year_not_draft"


class FundYearNotProposed(BrokenRule):
    """The year is a draft still, or it is closed or cancelled."""

    code = "fund_year_not_proposed"


class FundYearAnswered(BrokenRule):
    """What a governing body has answered, or money was spent for, is no longer changed."""

    code = "fund_year_answered"


class FundYearNotOver(BrokenRule):
    """A year is closed once its last day is past and nothing of it is left to do."""

    code = "fund_year_not_over"


class FundYearClosed(BrokenRule):
    """What a closed year has spent was carried forward, and stays."""

    code = "fund_year_closed"


class FundYearBilled(BrokenRule):
    """A year of which something is billed or spent is closed at its end, and no longer cancelled."""

    code = "fund_year_billed"


class FundCapsTooLow(BrokenRule):
    """The caps of the schools add up to less than what is asked of all of them."""

    code = "fund_caps_too_low"


class PupilsUnknown(BrokenRule):
    """A member has no number of pupils with a date on or before the day of the basis."""

    code = "pupils_unknown"


class ContributionNotAsked(BrokenRule):
    """The school is asked for nothing in that year."""

    code = "contribution_not_asked"


class ContributionBilled(BrokenRule):
    """A contribution that is billed stays confirmed."""

    code = "contribution_billed"


class ContributionNotBilled(BrokenRule):
    """Only what is billed is credited."""

    code = "contribution_not_billed"


class ContributionOvercredited(BrokenRule):
    """All credits of a contribution together are at most its bill."""

    code = "contribution_overcredited"


class FundDecisionInvalid(BrokenRule):
    """A governing body's decision has a governor's name, a day that has come, and a minute that proves it."""

    code = "fund_decision_invalid"


class FundLineOverspent(BrokenRule):
    """A payment takes no more than is left of the line of the budget that it is for."""

    code = "fund_line_overspent"


class FundPaymentMisdated(BrokenRule):
    """A payment is made within its year, or within a year of its end."""

    code = "fund_payment_misdated"


class FundBalanceTooLow(BrokenRule):
    """The fund spends what is on its account, and no school stands in for another."""

    code = "fund_balance_too_low"


class FundPaymentPaid(BrokenRule):
    """What went through the bank is no longer withdrawn; undo its match first."""

    code = "fund_payment_paid"
