"""A supplier's answer to a purchase order: accepted, accepted with changes, or rejected, by line and by drop.

What a supplier changes is measured against the order as it stands. Saying again what was ordered is no change, and a
date within the delivery window is a promise, not a change. Price and substitute are the line's: every member pays the
same. A quantity may be the line's (whoever is cut is for the alliance to share out) or a drop's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from services.orders.domain.errors import OrderAnswerRefused, ReasonMissing, RevisionOutdated

AnswerKind = Literal["accepted", "changes", "rejected", "received"]
AnswerSource = Literal["portal", "ubl", "sheet", "program"]
AnswerState = Literal["waiting", "with_schools", "taken", "part_taken", "declined", "replaced", "final", "part"]

_A_YEAR: Final = timedelta(days=366)
OPEN_STATES: Final = ("waiting", "with_schools")


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line as it stands: units and pence of all schools together and, by URN, of each."""

    line_no: int
    kind: str
    sku: str
    name: str
    unit: str
    vat_class: str
    unit_price: Decimal
    quantity: int
    net_pence: int
    drops: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class OrderedDocument:
    """What an answer is held against."""

    number: str
    revision: int
    delivery_from: date
    delivery_to: date
    lines: Mapping[int, OrderedLine]

    def outside(self, day: date) -> bool:
        """Whether a delivery on that day is another one than what was agreed."""
        return not self.delivery_from <= day <= self.delivery_to


@dataclass(frozen=True, slots=True)
class Substitute:
    """What would come in an article's place."""

    sku: str
    name: str


@dataclass(frozen=True, slots=True)
class DropAnswer:
    """What the supplier says of one school's part of a line; None says nothing."""

    quantity: int | None = None
    promised_on: date | None = None


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What the supplier says of a line; None says nothing. `quantity` is of all schools together."""

    line_no: int
    quantity: int | None = None
    unit_price: Decimal | None = None
    promised_on: date | None = None
    substitute: Substitute | None = None
    note: str = ""
    drops: Mapping[int, DropAnswer] = field(default_factory=dict)

    def days(self) -> list[date]:
        """Every day that is promised in it."""
        own = [self.promised_on] if self.promised_on else []
        return own + [drop.promised_on for drop in self.drops.values() if drop.promised_on]


@dataclass(frozen=True, slots=True)
class SupplierAnswer:
    """An answer whole. `revision` is the order's that it answers, where the supplier says which."""

    answer: AnswerKind
    reason: str = ""
    lines: Sequence[LineAnswer] = ()
    revision: int | None = None

    def changes(self, order: OrderedDocument) -> list[LineAnswer]:
        """The lines of a checked answer that need a decision: the others only promise a day."""
        return [line for line in self.lines if _changes(line, order)]


def checked_answer(order: OrderedDocument, sent: SupplierAnswer) -> SupplierAnswer:
    """The answer reduced to what differs from the order, and named by what is left of it.

    An answer "with changes" that changes nothing is an acceptance. Raises RevisionOutdated, ReasonMissing for a
    rejection without a reason, and OrderAnswerRefused with the faulty inputs ("lines.<line number>.<what>").
    """
    if sent.revision is not None and sent.revision != order.revision:
        raise RevisionOutdated(
            f"This answers revision {sent.revision} of {order.number}, which stands at revision {order.revision}."
            " Answer it as it stands now."
        )
    if sent.answer == "rejected":
        if not sent.reason.strip():
            raise ReasonMissing("Say why you reject it.", fields={"reason": "Say why you reject it."})
        return replace(sent, lines=(), reason=sent.reason.strip())
    if sent.answer == "received":
        return replace(sent, lines=())
    faults: dict[str, str] = {}
    lines: dict[int, LineAnswer] = {}
    for line in sent.lines:
        if line.line_no in lines:
            faults[f"lines.{line.line_no}"] = f"Line {line.line_no} stands in the answer twice."
        lines[line.line_no] = _checked_line(order, line, faults)
    if faults:
        raise OrderAnswerRefused("The answer does not fit the order.", fields=faults)
    kept = replace(sent, lines=[line for _, line in sorted(lines.items()) if _says_something(line)])
    changes = kept.changes(order)
    if changes and not any(_units_left(line, lines.get(line.line_no)) for line in _goods(order)):
        raise OrderAnswerRefused("Nothing would be delivered: reject the order as a whole, and say why.")
    if sent.answer == "accepted" and changes:
        raise OrderAnswerRefused("This accepts the order and changes it: answer with changes.")
    return replace(kept, answer="changes" if changes else "accepted", reason=sent.reason.strip())


def _checked_line(order: OrderedDocument, sent: LineAnswer, faults: dict[str, str]) -> LineAnswer:
    at = f"lines.{sent.line_no}"
    line = order.lines.get(sent.line_no)
    if line is None:
        faults[at] = f"The order has no line {sent.line_no}."
        return sent
    kept = replace(
        sent,
        quantity=None if sent.quantity == line.quantity and not sent.drops else sent.quantity,
        unit_price=None if sent.unit_price == line.unit_price else sent.unit_price,
        substitute=None if sent.substitute and sent.substitute.sku == line.sku else sent.substitute,
        drops={urn: said for urn, drop in sent.drops.items() if (said := _said(line, urn, drop)) != DropAnswer()},
    )
    if line.kind != "goods" and _changes(kept, order):
        faults[at] = f"Line {line.line_no}, {line.name}, is not goods: it is accepted or the whole order rejected."
    _check_drops(line, kept, faults)
    _check_quantity(line, kept, faults)
    _check_days(order, kept, faults)
    if kept.quantity is not None and kept.quantity == line.quantity and not _cuts(kept):
        kept = replace(kept, quantity=None)
    return kept


def _said(line: OrderedLine, urn: int, drop: DropAnswer) -> DropAnswer:
    ordered = line.drops.get(urn)
    return replace(drop, quantity=None) if ordered and drop.quantity == ordered[0] else drop


def _check_drops(line: OrderedLine, sent: LineAnswer, faults: dict[str, str]) -> None:
    for urn, drop in sent.drops.items():
        if urn not in line.drops:
            faults[f"lines.{line.line_no}.drops.{urn}"] = f"School {urn} has nothing of line {line.line_no}."
        elif drop.quantity is not None and drop.quantity > line.drops[urn][0]:
            faults[f"lines.{line.line_no}.drops.{urn}.quantity"] = (
                f"School {urn} ordered {line.drops[urn][0]:,} of line {line.line_no}. More can be offered as a change"
                " once the order is accepted."
            )


def _check_quantity(line: OrderedLine, sent: LineAnswer, faults: dict[str, str]) -> None:
    """The line's quantity leaves room for what drops are named with, and not more than the others ordered."""
    if sent.quantity is None:
        return
    at = f"lines.{line.line_no}.quantity"
    if sent.quantity > line.quantity:
        faults[at] = (
            f"{line.quantity:,} were ordered of line {line.line_no}. More can be offered as a change once the order is"
            " accepted."
        )
        return
    named = {urn: drop.quantity for urn, drop in sent.drops.items() if drop.quantity is not None and urn in line.drops}
    others = sum(quantity for urn, (quantity, _) in line.drops.items() if urn not in named)
    rest = sent.quantity - sum(named.values())
    if not 0 <= rest <= others:
        faults[at] = (
            f"Line {line.line_no}: the drops that you name come to {sum(named.values()):,}, which does not fit"
            f" {sent.quantity:,} altogether."
        )


def _check_days(order: OrderedDocument, sent: LineAnswer, faults: dict[str, str]) -> None:
    """A promise may lie outside the delivery window, but not in a year that nobody meant."""
    at = f"lines.{sent.line_no}"
    days = {f"{at}.promised_on": sent.promised_on}
    days |= {f"{at}.drops.{urn}.promised_on": drop.promised_on for urn, drop in sent.drops.items()}
    for where, day in days.items():
        if day and not order.delivery_from - _A_YEAR <= day <= order.delivery_to + _A_YEAR:
            faults[where] = f"{day} is more than a year from the days on which this order is to come."


def _cuts(line: LineAnswer) -> bool:
    return any(drop.quantity is not None for drop in line.drops.values())


def _says_something(line: LineAnswer) -> bool:
    return line != LineAnswer(line.line_no)


def _changes(line: LineAnswer, order: OrderedDocument) -> bool:
    return (
        line.quantity is not None
        or line.unit_price is not None
        or line.substitute is not None
        or _cuts(line)
        or any(order.outside(day) for day in line.days())
    )


def _goods(order: OrderedDocument) -> list[OrderedLine]:
    return [line for line in order.lines.values() if line.kind != "charge"]


def _units_left(line: OrderedLine, said: LineAnswer | None) -> int:
    if said is None:
        return line.quantity
    if said.quantity is not None:
        return said.quantity
    cut = sum(
        line.drops[urn][0] - drop.quantity
        for urn, drop in said.drops.items()
        if drop.quantity is not None and urn in line.drops
    )
    return line.quantity - cut
