"""A receipt: what a school says arrived of its drop, and what it found later of goods that it had accepted.

Whatever came undamaged and as ordered is accepted, and only that may be billed. Units found short, damaged or wrong are
a claim on the supplier; they are still outstanding. A late report takes accepted units back, and says what was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.orders.domain.errors import ClaimWindowOver, PurchaseOrderNotAccepted, ReceiptRefused
from services.orders.domain.purchase_order import PurchaseOrderState

CLAIM_DAYS: Final = 5
"""For contracts that say nothing of it."""

_WHOM_TO_ASK: Final = "Ask the alliance’s business manager, who can take it up with the supplier."


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """Units of one line: accepted as good, and found short, damaged or wrong.

    `received` below 0 is a late report: as many units as were accepted before are now one of the three.
    """

    line_no: int
    received: int
    short: int = 0
    damaged: int = 0
    wrong: int = 0
    note: str = ""

    @property
    def claimed(self) -> int:
        """Units that the supplier owes an answer for."""
        return self.short + self.damaged + self.wrong


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """A school's part of a line: units ordered, and what was accepted on which days (newest last, late reports < 0)."""

    name: str
    ordered: int
    history: Sequence[tuple[date, int]] = ()

    @property
    def accepted(self) -> int:
        """Units accepted and not taken back."""
        return sum(units for _, units in self.history)

    @property
    def outstanding(self) -> int:
        """Units still to come: what was found short, damaged or wrong is among them."""
        return self.ordered - self.accepted

    def claimable(self, claim_days: int, today: date) -> int:
        """Accepted units that may still be taken back: those recorded at most `claim_days` days ago.

        Earlier late reports count against the oldest units that could be claimed on their day.
        """
        lots: list[list[int]] = []
        days: list[date] = []
        for day, units in self.history:
            if units >= 0:
                days.append(day)
                lots.append([units])
                continue
            owed = -units
            for since, lot in zip(days, lots, strict=True):
                taken = min(owed, lot[0]) if day <= since + timedelta(days=claim_days) else 0
                lot[0], owed = lot[0] - taken, owed - taken
        return sum(lot[0] for since, lot in zip(days, lots, strict=True) if today <= since + timedelta(days=claim_days))

    def last_day(self, claim_days: int) -> date | None:
        """The last day on which units that were accepted latest can be taken back; None where none were."""
        days = [day for day, units in self.history if units > 0]
        return max(days) + timedelta(days=claim_days) if days else None


def check_receipt(
    state: PurchaseOrderState,
    awaited: Mapping[int, AwaitedLine],
    received: Sequence[ReceivedLine],
    *,
    note: str,
    claim_days: int,
    today: date,
) -> None:
    """Check a receipt against the school's own drop, by line number.

    Fewer than ordered, even 0, is a record of a short delivery; more is refused, because what comes on top of an order
    is not owed. Raises PurchaseOrderNotAccepted, ReceiptRefused, ClaimWindowOver (whom to ask is in it).
    """
    if state != "accepted":
        raise PurchaseOrderNotAccepted(f"The supplier has not accepted this purchase order: it is {state}.")
    faults: dict[str, str] = {}
    too_late: dict[str, str] = {}
    seen: set[int] = set()
    for position, line in enumerate(received):
        at = f"lines.{position}"
        if line.line_no not in awaited:
            faults[f"{at}.line_no"] = "Your school has no such line in this purchase order."
        elif line.line_no in seen:
            faults[f"{at}.line_no"] = "This line stands in the receipt twice."
        elif line.received < 0:
            faults |= {f"{at}.{field}": why for field, why in _late_faults(awaited[line.line_no], line, note).items()}
            if line.received >= -awaited[line.line_no].accepted and (
                why := _too_late(awaited[line.line_no], line, claim_days, today)
            ):
                too_late[f"{at}.quantity_received"] = why
        elif line.received + line.claimed > awaited[line.line_no].outstanding:
            faults[f"{at}.quantity_received"] = _too_many(awaited[line.line_no], line)
        seen.add(line.line_no)
    if faults or not received:
        raise ReceiptRefused("The receipt does not fit the order.", fields=faults or {"lines": "Enter a line."})
    if too_late:
        raise ClaimWindowOver(next(iter(too_late.values())), fields=too_late)


def _too_many(awaited: AwaitedLine, line: ReceivedLine) -> str:
    if awaited.outstanding == 0 and line.claimed:
        return "All of it was recorded as arrived. Report what you found since as a late report."
    return f"At most {awaited.outstanding} are still to come; put anything more into the note."


def _late_faults(awaited: AwaitedLine, line: ReceivedLine, note: str) -> dict[str, str]:
    if -line.received > awaited.accepted:
        return {"quantity_received": f"Only {awaited.accepted} were recorded as arrived."}
    if -line.received != line.claimed:
        return {"quantity_received": "Say of each unit whether it is missing, damaged or wrong."}
    if not (line.note.strip() or note.strip()):
        return {"note": "Say what you found, for the supplier to see."}
    return {}


def _too_late(awaited: AwaitedLine, line: ReceivedLine, claim_days: int, today: date) -> str:
    left = awaited.claimable(claim_days, today)
    if -line.received <= left:
        return ""
    if left:
        return f"Only {left} of {awaited.name} came recently enough to report now. {_WHOM_TO_ASK}"
    last = awaited.last_day(claim_days)
    until = f": until {last:%-d %B %Y}" if last else ""
    return (
        f"Under this contract {awaited.name} can be reported up to {claim_days} days after it was recorded{until}."
        f" {_WHOM_TO_ASK}"
    )
