"""What is asked before a month closes: what blocks, and what whoever closes it should know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["blocking", "warning"]


@dataclass(frozen=True, slots=True)
class Point:
    """One question: whether it blocks, what it says when it is open, how many things are open and their pence."""

    name: str
    severity: Severity
    says: str
    count: int
    pence: int

    @property
    def open(self) -> bool:
        """Whether anything is left to do."""
        return self.count > 0


QUESTIONS: Final[Mapping[str, tuple[Severity, str]]] = {
    "bank_lines_unmatched": ("blocking", "Bank lines that are not matched to anything"),
    "lines_to_decide": ("blocking", "Invoice lines held for a reason that nobody has decided on"),
    "adjustments_unposted": ("blocking", "Accruals and prepayments that are not posted"),
    "adjustments_stale": ("blocking", "Accruals and prepayments that no longer fit what is known: take them back"),
    "control_accounts_differ": ("blocking", "Accounts that differ from the documents behind them"),
    "events_parked": ("blocking", "Messages from other parts that could not be taken in"),
    "lines_disputed": ("warning", "Invoice lines in dispute, or whose credit is asked for"),
    "lines_awaiting_receipts": ("warning", "Invoice lines that wait until schools record what arrived"),
    "lines_not_billed": ("warning", "Invoice lines that are right and not billed to schools yet"),
    "credits_not_returned": ("warning", "Lines that suppliers have credited and schools have not got back yet"),
    "payments_under_way": ("warning", "Payment runs that no bank statement confirms yet"),
    "statements_unreconciled": ("warning", "Bank statements that nobody has reconciled"),
    "statements_missing": ("warning", "Bank accounts without a statement up to the end of the month"),
}
"""By name, in the order of a month's work: whether an open one blocks, and what it is about."""


def points(found: Mapping[str, tuple[int, int]]) -> list[Point]:
    """Every question with (count, pence) of what is open; what was not asked is closed."""
    return [Point(name, severity, says, *found.get(name, (0, 0))) for name, (severity, says) in QUESTIONS.items()]


def blocking(asked: Iterable[Point]) -> list[Point]:
    """Those points that keep the month open."""
    return [point for point in asked if point.open and point.severity == "blocking"]
