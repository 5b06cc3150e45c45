"""Rules about months and the chart of accounts that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class PeriodClosed(BrokenRule):
    """The books of that month are closed."""

    code = "period_closed"
