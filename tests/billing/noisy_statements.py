"""Bank statements as they really come, with the truth beside them: who paid what, before banks and people touched it.

Most payers quote our reference; of the rest some cut it short, mistype it, leave it out, pay under another name, pay
several bills at once, pay one bill in parts, pay a penny off or pay twice. Charges and interest come between them,
and what goes out: suppliers paid one by one or by payment runs, credits they give back, refunds to schools.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from services.billing.domain.bank_money import BankMoney
from services.billing.domain.open_item import ItemKind, OpenItem

# Of 1,000 payments so many are of each kind; the others quote the whole reference in one of the ways banks show it.
KINDS: Final = {
    "cut short": 18,
    "mistyped": 14,
    "no reference": 12,
    "other name": 8,
    "combined, whole references": 25,
    "combined, no reference": 8,
    "in parts, whole references": 20,
    "in parts, no reference": 4,
    "penny off": 10,
    "paid twice": 5,
}
# The same of 1,000 documents of suppliers; the others are named by our number.
SUPPLIERS_KINDS: Final = {"their number": 120, "payee alone": 60, "several, payee alone": 60}
_FIRST_DAY: Final = date(2026, 11, 2)
_PLACES: Final = ("Ash", "Beech", "Cedar", "Damson", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Larch", "Maple")
_SAINTS: Final = ("St Mary's", "St John's", "Holy Trinity", "St Anne's", "Christ Church", "All Saints", "St Peter's")
_ENDS: Final = ("Primary School", "CE Primary", "Junior School", "Infant School", "Academy", "Community School")
_FIRMS: Final = (
    "Fenwright Paper",
    "Oakdale Supplies",
    "Harrow Cleaning",
    "Tindall Energy",
    "Kestrel Catering",
    "Pym Furniture",
    "Luxford Books",
    "Garrick Fire Safety",
)
_STREETS: Final = ("Hill", "Vale", "Green", "Park", "Bridge", "Field", "Wood", "Lane", "Cross", "Mill", "Ford", "Heath")


@dataclass
class Statement:
    """Lines with what each truly pays: by line, the pence for each document; empty where nothing of ours is behind it.

    `twins` are lines of which either may be the payment: a bill that was paid twice.
    """

    lines: list[BankMoney] = field(default_factory=list)
    truth: dict[str, dict[str, int]] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


def schools(count: int) -> list[tuple[int, str]]:
    """(URN, name) of so many schools, some names much alike."""
    names = (f"{first} {street} {end}" for end in _ENDS for street in ("", *_STREETS) for first in (*_PLACES, *_SAINTS))
    return [(100_000 + 7 * place, " ".join(name.split())) for place, name in zip(range(count), names, strict=False)]


def open_bills(count: int, of: int, seed: int = 1) -> list[OpenItem]:
    """So many open bills of so many schools; some amounts occur often, as fixed charges do."""
    chance = random.Random(seed)
    known = schools(of)
    found = []
    for number in range(1, count + 1):
        urn, name = known[number % of]
        pence = chance.choice((4500, 12000, 29918)) if chance.random() < 0.05 else chance.randrange(1_000, 900_000)
        reference = f"B-{number:06d}/{urn}"
        due = _FIRST_DAY + timedelta(days=number % 60)
        found.append(OpenItem("bill", f"bill {number}", f"B-{number:06d}", reference, name, urn, None, pence, due))
    return found


def open_outgoings(count: int, bills: Sequence[OpenItem], seed: int = 1) -> list[OpenItem]:
    """So many invoices of suppliers, a credit note of theirs to every 15 of these, and a school's to every 10; and two
    payment runs, each with one supplier's part for every supplier, over the first fifth of the invoices."""
    chance = random.Random(seed)
    found = []
    for number in range(1, count + 1):
        name = _FIRMS[number % len(_FIRMS)]
        credit = number % 15 == 0 and number > count // 5
        pence = chance.randrange(2_000, 90_000) if credit else -chance.randrange(10_000, 3_000_000)
        kind: ItemKind = "supplier_credit_note" if credit else "supplier_invoice"
        ours, theirs = f"SI-{number:06d}", f"{name[:3].upper()}/{26_000 + 3 * number}"
        due = _FIRST_DAY + timedelta(days=number % 40)
        found.append(OpenItem(kind, f"invoice {number}", ours, ours, name, None, name, pence, due, theirs))
    for number, bill in enumerate(bills[: count // 10], 1):
        ours, pence = f"CN-{number:06d}", -chance.randrange(500, 60_000)
        found.append(
            OpenItem(
                "credit_note", f"credit {number}", ours, ours, bill.party, bill.school_urn, None, pence, _FIRST_DAY
            )
        )
    in_runs = found[: count // 5]
    for number, items in ((1, in_runs[::2]), (2, in_runs[1::2])):
        found += _run(f"PR-{number:06d}", items)
    return found


def _run(number: str, items: Sequence[OpenItem]) -> list[OpenItem]:
    parts: dict[str, int] = {}
    for item in items:
        parts[item.party] = parts.get(item.party, 0) + item.open_pence
    whole = OpenItem("payment_run", number, number, number, f"{len(parts)} suppliers", None, None, sum(parts.values()),
                     _FIRST_DAY)  # fmt: skip
    return [whole] + [
        OpenItem("remittance", f"{number}/{place:02d}", f"{number}/{place:02d}", f"{number}/{place:02d}", name, None,
                 name, pence, _FIRST_DAY)
        for place, (name, pence) in enumerate(parts.items(), 1)
    ]  # fmt: skip


def noisy_statement(bills: Sequence[OpenItem], seed: int = 2, outgoings: Sequence[OpenItem] = ()) -> Statement:
    """Every bill paid, in one way or another, with charges between; and everything of `open_outgoings`."""
    chance = random.Random(seed)
    writer = _Writer(chance)
    waiting: dict[int | None, list[OpenItem]] = {}
    kinds, weights = list(KINDS), list(KINDS.values())
    plain = 1000 - sum(weights)
    shuffled = chance.sample(bills, len(bills))
    for bill in shuffled:
        kind = chance.choices([*kinds, "whole"], [*weights, plain])[0]
        if kind.startswith("combined"):
            waiting.setdefault(bill.school_urn, []).append(bill)
            continue
        writer.pay(kind, bill)
    for together in waiting.values():
        for group in _groups(together, chance):
            whole = chance.random() < KINDS["combined, whole references"] / 33
            writer.combine(group, whole=whole)
    for month in range(max(1, len(bills) // 400)):
        writer.charge(month)
    _pay_out(writer, outgoings, chance)
    return writer.statement


def _pay_out(writer: "_Writer", outgoings: Sequence[OpenItem], chance: random.Random) -> None:
    """The first run in one line, the second supplier by supplier; what is in neither by itself or several together."""
    kinds, weights = list(SUPPLIERS_KINDS), list(SUPPLIERS_KINDS.values())
    runs = [item for item in outgoings if item.kind == "payment_run"]
    for item in runs[:1]:
        writer.settle("run", item)
    for item in outgoings:
        if item.kind == "remittance" and not any(item.reference.startswith(f"{run.reference}/") for run in runs[:1]):
            writer.settle("run, by supplier", item)
    waiting: dict[str, list[OpenItem]] = {}
    count = sum(item.kind.startswith("supplier") for item in outgoings)
    for place, item in enumerate(outgoings):
        if item.paid_whole or place < count // 5:
            continue
        if item.kind == "credit_note":
            writer.settle(chance.choice(("whole", "whole", "payee alone")), item)
            continue
        kind = chance.choices([*kinds, "whole"], [*weights, 1000 - sum(weights)])[0]
        if kind.startswith("several") and item.kind == "supplier_invoice":
            waiting.setdefault(item.party, []).append(item)
        else:
            writer.settle(kind, item)
    for together in waiting.values():
        for group in _groups(together, chance):
            writer.settle("several, payee alone" if len(group) > 1 else "whole", *group)


class _Writer:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.statement = Statement()

    def pay(self, kind: str, bill: OpenItem) -> None:
        """One bill, in one of the ways of KINDS."""
        pence, reference, name = bill.open_pence, bill.reference, bill.party
        if kind == "cut short":
            self._line(kind, pence, self._cut(reference), self._bank_name(name), {bill.document_id: pence})
        elif kind == "mistyped":
            self._line(kind, pence, self._mistyped(reference), self._bank_name(name), {bill.document_id: pence})
        elif kind == "no reference":
            self._line(kind, pence, self.chance.choice(("", "invoice", "BACS")), name, {bill.document_id: pence})
        elif kind == "other name":
            self._line(kind, pence, f"SCHOOLS {bill.school_urn}", "COUNTY COUNCIL", {bill.document_id: pence})
        elif kind.startswith("in parts"):
            first = pence * self.chance.randrange(20, 80) // 100
            said = reference if kind.endswith("whole references") else "instalment"
            for part in (first, pence - first):
                self._line(kind, part, said, name, {bill.document_id: part})
        elif kind == "penny off":
            off = self.chance.choice((-1, 1))
            self._line(kind, pence + off, self._written(reference), name, {bill.document_id: pence + min(off, 0)})
        else:
            line_id = self._line(
                kind, pence, self._written(reference), self._bank_name(name), {bill.document_id: pence}
            )
            if kind == "paid twice":
                again = self._line(kind, pence, self._written(reference), self._bank_name(name), {})
                self.statement.twins |= {again: line_id, line_id: again}

    def combine(self, bills: Sequence[OpenItem], *, whole: bool) -> None:
        """Several bills of one school in one payment."""
        kind = "combined, whole references" if whole else "combined, no reference"
        said = " ".join(bill.reference for bill in bills) if whole else "various"
        total = sum(bill.open_pence for bill in bills)
        truth = {bill.document_id: bill.open_pence for bill in bills}
        if len(bills) == 1:
            kind, said = "whole", bills[0].reference
        self._line(kind, total, said, bills[0].party, truth)

    def settle(self, kind: str, *items: OpenItem) -> None:
        """Documents that the alliance pays, or is paid back, in one line."""
        said = {"their number": items[0].their_number or items[0].reference, "payee alone": "payment"}
        reference = said.get(kind.removeprefix("several, ")) or self._written(items[0].reference)
        truth = {item.document_id: item.open_pence for item in items}
        payee = "BACS" if kind == "run" else self._bank_name(items[0].party)
        kind = f"{'refund' if items[0].kind == 'credit_note' else 'supplier'}: {kind}"
        self._line(kind, sum(truth.values()), reference, payee, truth)

    def charge(self, month: int) -> None:
        """A charge of the bank's: nothing of ours is behind it."""
        self._line("charge", -650 - month, f"ACCOUNT FEE {month}", "", {})

    def _line(self, kind: str, pence: int, reference: str, payer: str, truth: dict[str, int]) -> str:
        line_id = f"line {len(self.statement.lines)}"
        day = _FIRST_DAY + timedelta(days=self.chance.randrange(28))
        self.statement.lines.append(BankMoney(line_id, day, pence, "GBP", payer, "", reference))
        self.statement.truth[line_id] = truth
        self.statement.kinds[line_id] = kind
        return line_id

    def _written(self, reference: str) -> str:
        return self.chance.choice(
            (
                reference,
                reference.lower(),
                reference.replace("-", "").replace("/", ""),
                reference.replace("-", " ").replace("/", " "),
                f"{reference} NOV",
                f"INV {reference}",
            )
        )

    def _bank_name(self, name: str) -> str:
        return self.chance.choice((name, name.upper(), name.upper()[:18]))

    def _cut(self, reference: str) -> str:
        return self.chance.choice((reference[: self.chance.randrange(8, 14)], reference[self.chance.randrange(3, 7) :]))

    def _mistyped(self, reference: str) -> str:
        digits = [place for place, mark in enumerate(reference) if mark.isdigit()]
        place = self.chance.choice(digits)
        wrong = self.chance.choice([mark for mark in "0123456789" if mark != reference[place]])
        way = self.chance.choice(("another", "exchanged", "missing", "letter"))
        if way == "missing":
            return reference[:place] + reference[place + 1 :]
        if way == "exchanged" and place + 1 in digits and reference[place] != reference[place + 1]:
            return reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
        if way == "letter" and "0" in reference:
            return reference.replace("0", "O")
        return reference[:place] + wrong + reference[place + 1 :]


def _groups(bills: Sequence[OpenItem], chance: random.Random) -> Iterator[Sequence[OpenItem]]:
    left = list(bills)
    while left:
        size = chance.choice((2, 2, 3))
        yield left[:size]
        left = left[size:]
