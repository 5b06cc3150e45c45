"""A claim: units that a school found short, damaged or wrong, and what the supplier says it will do about them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from services.orders.domain.errors import AnswerRefused

ClaimAnswer = Literal["redeliver", "credit"]
ClaimState = Literal["open", "redeliver", "credit", "settled"]

LATEST_REDELIVERY: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the supplier answers: to deliver again by a day, or to credit; a note for the school."""

    answer: ClaimAnswer
    redeliver_by: date | None = None
    note: str = ""

    def check(self, today: date) -> None:
        """Raises AnswerRefused unless a delivery has a day within a year from today, and a credit none."""
        if self.answer == "credit":
            if self.redeliver_by is not None:
                raise AnswerRefused("A credit has no day of delivery.", fields={"redeliver_by": "Leave it empty."})
        elif self.redeliver_by is None or not today <= self.redeliver_by <= today + LATEST_REDELIVERY:
            why = "Enter the day by which you deliver again, today or later."
            raise AnswerRefused(why, fields={"redeliver_by": why})


def claim_state(outstanding: int, answer: ClaimAnswer | None) -> ClaimState:
    """Where a claim stands: settled once nothing of its line is outstanding any more, else as it was answered."""
    if outstanding <= 0:
        return "settled"
    return answer or "open"
