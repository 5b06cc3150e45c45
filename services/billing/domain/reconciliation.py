"""Which bank lines post by themselves, and what is said of the others.

A line posts only when its amount is exactly what one document has open and it carries our reference for that
document. Everything else is listed with an explanation: a person decides (domain section 4 and example 18).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, Literal

from contracts.money import pounds

Kind = Literal["bill", "supplier_invoice"]

# Whole references only: "XB-000001/900001" or "B-000001/9000012" are somebody else's. Banks drop or change the
# punctuation, so each mark may be missing or another of the marks that Bacs carries.
_BILL: Final = re.compile(r"(?<![A-Z0-9])B[-./& ]?(\d{6,8})[-./& ]?(\d{6})(?![A-Z0-9])")
_INVOICE: Final = re.compile(r"(?<![A-Z0-9])SI[-./& ]?(\d{6,8})(?![A-Z0-9])")
_NEAR_PENCE: Final = 1


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A bill (owed to us) or a supplier invoice (owed by us); `open_pence` is what is still unpaid of it."""

    kind: Kind
    document_id: str
    number: str
    party: str
    open_pence: int
    school_urn: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Post the line to `document`, or list it (None); `explanation` says why, in a sentence."""

    document: OpenDocument | None
    explanation: str


class OpenDocuments:
    """What is known to be owed: bills by payment reference, invoices by our number, and candidates by amount."""

    def __init__(self, documents: Iterable[OpenDocument]) -> None:
        self._by_reference: dict[str, OpenDocument] = {}
        self._bills: list[OpenDocument] = []
        self._near: Mapping[int, list[str]] | None = None
        for document in documents:
            self._by_reference[_reference(document)] = document
            if document.kind == "bill":
                self._bills.append(document)

    def named(self, reference: str) -> OpenDocument | None:
        """The document with this reference, paid or not."""
        return self._by_reference.get(reference)

    def settle(self, document: OpenDocument) -> None:
        """Count a document as paid: the next line that names it does not pay it again."""
        paid = replace(document, open_pence=0)
        self._by_reference[_reference(document)] = paid
        self._bills = [paid if bill == document else bill for bill in self._bills]
        self._near = None

    def near(self, pence: int) -> list[str]:
        """Open bills, or pairs of one school's open bills, whose sum is within a penny of an amount."""
        if self._near is None:
            self._near = self._sums()
        found = (self._near.get(pence + step, []) for step in (0, 1, -1))
        return [text for texts in found for text in texts][:3]

    def _sums(self) -> Mapping[int, list[str]]:
        sums: dict[int, list[str]] = defaultdict(list)
        by_party: dict[int | None, list[OpenDocument]] = defaultdict(list)
        for bill in sorted(self._bills, key=lambda bill: bill.number):
            if bill.open_pence:
                sums[bill.open_pence].append(f"{bill.number} ({bill.party})")
                by_party[bill.school_urn].append(bill)
        for bills in by_party.values():
            for one, two in combinations(bills[:50], 2):
                sums[one.open_pence + two.open_pence].append(f"{one.number} + {two.number} ({one.party})")
        return sums


def references_in(text: str) -> list[str]:
    """Our references in a bank line's text, in our own spelling, without repeats: bills, then supplier invoices."""
    return list(dict.fromkeys(_found(" ".join(text.upper().split()))))


def decide(amount_pence: int, currency: str, text: str, owed: OpenDocuments) -> Decision:
    """What becomes of one bank line (pence, positive in). Never posts on a guess."""
    if currency != "GBP":
        return Decision(None, f"In {currency}: the books are kept in pounds.")
    kind: Kind = "bill" if amount_pence > 0 else "supplier_invoice"
    references = references_in(text)
    documents = [document for reference in references if (document := owed.named(reference))]
    fitting = [document for document in documents if document.kind == kind]
    if len(references) == 1 and len(fitting) == 1:
        return _by_reference(abs(amount_pence), fitting[0])
    if fitting:
        names = " and ".join(document.number for document in fitting)
        due = sum(document.open_pence for document in fitting)
        return Decision(None, f"Names {names}, together £{pounds(due)} open: {_difference(abs(amount_pence), due)}.")
    if documents:
        direction = "in" if amount_pence > 0 else "out"
        return Decision(None, f"Names {documents[0].number}, but the money goes {direction}.")
    if references:
        return Decision(None, f"Reads like our reference {references[0]}, but there is no such document.")
    return _by_amount(amount_pence, owed)


def _by_reference(amount: int, document: OpenDocument) -> Decision:
    if document.open_pence == 0:
        return Decision(None, f"Names {document.number}, which is paid already.")
    if document.open_pence != amount:
        return Decision(
            None,
            f"Names {document.number}, of which £{pounds(document.open_pence)} is open:"
            f" {_difference(amount, document.open_pence)}.",
        )
    return Decision(document, f"Same amount and our reference {_reference(document)}.")


def _by_amount(amount_pence: int, owed: OpenDocuments) -> Decision:
    if amount_pence <= 0:
        return Decision(None, "Carries no reference of ours.")
    near = owed.near(amount_pence)
    if not near:
        return Decision(None, "Carries no reference of ours, and no open bill has this amount.")
    return Decision(None, f"Carries no reference of ours. Within a penny of: {'; '.join(near)}.")


def _difference(amount: int, due: int) -> str:
    if amount == due:
        return "the amount is the same"
    return f"the amount is £{pounds(abs(amount - due))} {'more' if amount > due else 'less'}"


def _reference(document: OpenDocument) -> str:
    return f"{document.number}/{document.school_urn}" if document.kind == "bill" else document.number


def _found(text: str) -> Iterator[str]:
    for match in _BILL.finditer(text):
        yield f"B-{match.group(1)}/{match.group(2)}"
    for match in _INVOICE.finditer(text):
        yield f"SI-{match.group(1)}"
