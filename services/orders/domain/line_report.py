"""What a table of codes and quantities would put into an order, row by row: nothing is left out without a word."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.orders.domain.offer import RoundOffer
from services.orders.domain.sheet_columns import (
    MOST_UNITS,
    Columns,
    Table,
    cell,
    find_headings,
    guess_columns,
    whole_units,
)
from services.orders.domain.wanted import LastLine

Reason = Literal[
    "unknown",
    "ambiguous",
    "not_eligible",
    "withdrawn",
    "unreadable_quantity",
    "no_quantity",
    "below_minimum",
    "too_many",
]

_MESSAGES: Final[dict[Reason, str]] = {
    "unknown": "This round offers nothing with this code or name.",
    "ambiguous": "Several offers of this round fit. Enter the quantity in the form instead.",
    "not_eligible": "It is not offered to your school.",
    "withdrawn": "It has been withdrawn.",
    "unreadable_quantity": f"The quantity is not a whole number from 0 to {MOST_UNITS:,}.",
    "no_quantity": "No quantity.",
    "below_minimum": "It is ordered {minimum:,} or more at a time.",
    "too_many": f"These rows come to more than {MOST_UNITS:,} units.",
}


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Units that would be ordered of one offer; `rows` are those they come from (from 1), added up if several."""

    offer: RoundOffer
    quantity: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that would not be ordered, and why; `offer` if it names one."""

    row: int
    text: str
    quantity_text: str
    reason: Reason
    offer: RoundOffer | None = None

    @property
    def message(self) -> str:
        """The reason as a sentence."""
        return _MESSAGES[self.reason].format(minimum=self.offer.minimum_quantity if self.offer else 1)


@dataclass(frozen=True, slots=True)
class LineReport:
    """Every row that is not blank stands in `lines` or in `left_out`; `columns` is None if there was no table."""

    lines: tuple[ReportLine, ...]
    left_out: tuple[LeftOut, ...]
    columns: Columns | None = None


class Finder:
    """The round's offers by what people call them: their id, code or name, whatever the case and blanks."""

    def __init__(self, offers: Iterable[RoundOffer]) -> None:
        self._codes: dict[str, list[RoundOffer]] = defaultdict(list)
        self._names: dict[str, list[RoundOffer]] = defaultdict(list)
        for offer in offers:
            self._names[_name_key(offer.name)].append(offer)
            for key in {_code_key(offer.sku), offer.offer_id}:
                self._codes[key].append(offer)

    def knows_code(self, text: str) -> bool:
        """Whether an offer has this code."""
        return _code_key(text) in self._codes

    def knows_name(self, text: str) -> bool:
        """Whether an offer has this name."""
        return _name_key(text) in self._names

    def find(self, code: str, name: str) -> Sequence[RoundOffer]:
        """The offers that fit: those with the code, told apart by the name if several; or else those with the name."""
        coded, named = self._codes.get(_code_key(code), []), self._names.get(_name_key(name), [])
        both = [offer for offer in coded if offer in named]
        return (both or coded) if coded else named


def report_on_table(
    rows: Table, offers: Iterable[RoundOffer], may_order: Callable[[RoundOffer], bool], columns: Columns | None = None
) -> LineReport:
    """Read a table against the offers of a round; `columns` as its reader chose them, or None to find them.

    `may_order` tells whether an offer is meant for the school.
    """
    finder = Finder(offers)
    heading_row, found = find_headings(rows) or (None, None)
    chosen = columns or found or guess_columns(rows, finder.knows_code, finder.knows_name)
    report = _Report(may_order)
    for place, row in enumerate(rows):
        if place == heading_row or not any(text.strip() for text in row):
            continue
        code, name = cell(row, chosen.code), cell(row, chosen.name)
        said = " · ".join(filter(None, (code, name))) or " · ".join(filter(None, row))
        report.take(place + 1, said, finder.find(code, name), cell(row, chosen.quantity))
    return report.finished(chosen)


def report_on_last(
    last: Sequence[LastLine], offers: Mapping[str, RoundOffer], may_order: Callable[[RoundOffer], bool]
) -> LineReport:
    """Read what a school ordered last time against the offers of a round."""
    report = _Report(may_order)
    for number, line in enumerate(last, start=1):
        found = [offers[line.offer_id]] if line.offer_id else []
        report.take(number, f"{line.sku} · {line.name}", found, str(line.quantity))
    return report.finished(None)


class _Report:
    """A report in the making."""

    def __init__(self, may_order: Callable[[RoundOffer], bool]) -> None:
        self._may_order = may_order
        self._taken: dict[RoundOffer, list[tuple[int, int]]] = {}
        self._left_out: list[LeftOut] = []

    def take(self, row: int, text: str, found: Sequence[RoundOffer], quantity_text: str) -> None:
        units = whole_units(quantity_text)
        offer = found[0] if len(found) == 1 else None
        reason = self._reason(found, quantity_text, units)
        if reason is None and offer is not None and units is not None:
            self._taken.setdefault(offer, []).append((row, units))
        elif reason is not None:
            self._left_out.append(LeftOut(row, text, quantity_text, reason, offer))

    def finished(self, columns: Columns | None) -> LineReport:
        lines = []
        for offer, parts in self._taken.items():
            units = sum(part for _, part in parts)
            if offer.minimum_quantity <= units <= MOST_UNITS:
                lines.append(ReportLine(offer, units, tuple(row for row, _ in parts)))
                continue
            reason: Reason = "too_many" if units > MOST_UNITS else "below_minimum"
            self._left_out += [LeftOut(row, offer.name, str(part), reason, offer) for row, part in parts]
        return LineReport(tuple(lines), tuple(sorted(self._left_out, key=lambda left: left.row)), columns)

    def _reason(self, found: Sequence[RoundOffer], quantity_text: str, units: int | None) -> Reason | None:
        if not quantity_text or units == 0:
            return "no_quantity"
        if not found:
            return "unknown"
        if len(found) > 1:
            return "ambiguous"
        if not self._may_order(found[0]):
            return "not_eligible"
        if found[0].withdrawn:
            return "withdrawn"
        return "unreadable_quantity" if units is None else None


def _code_key(text: str) -> str:
    """A code without case, blanks and the leading zeros that spreadsheets take off numbers."""
    key = "".join(text.split()).casefold()
    return (key.lstrip("0") or "0") if key.isdigit() else key


def _name_key(text: str) -> str:
    return " ".join(text.split()).casefold()
