"""Rules about months and the chart of accounts that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class PeriodClosed(BrokenRule):
    """The books of that month are closed."""

    code = "period_closed"


class MonthNotOver(BrokenRule):
    """A month is closed, and adjusted, once it has ended."""

    code = "month_not_over"


class EarlierMonthOpen(BrokenRule):
    """Months close one after the other: an earlier one that was posted to is still open."""

    code = "earlier_month_open"


class PeriodNotClosable(BrokenRule):
    """Something of the month is unexplained; `fields` names each point that blocks."""

    code = "period_not_closable"


class PeriodNotClosed(BrokenRule):
    """Only a closed month is reopened."""

    code = "period_not_closed"


class LaterMonthClosed(BrokenRule):
    """Only the latest closed month is reopened."""

    code = "later_month_closed"


class ReportIsOfToday(BrokenRule):
    """This report compares what stands now: of an earlier day the documents are no longer known."""

    status = 422
    code = "report_is_of_today"


class UnknownProposal(BrokenRule):
    """Nothing like this is to be posted at the end of the month, or it is posted already."""

    code = "unknown_proposal"


class AdjustmentUndone(BrokenRule):
    """What was taken back is not taken back again."""

    code = "adjustment_undone"


class ChartUnreadable(BrokenRule):
    """The file is no chart of accounts: a sheet with the columns that its template has."""

    code = "chart_unreadable"


class ChartImportApplied(BrokenRule):
    """The file was applied before."""

    code = "chart_import_applied"
