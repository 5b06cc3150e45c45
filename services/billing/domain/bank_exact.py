"""Which bank lines post by themselves: they carry our whole references, and the amount is what these have open.

Nothing else does (domain section 4 and example 18). All lines are looked at together: where two lines claim the same
document in different ways, neither posts. A statement has tens of thousands of lines, so each is looked at once, while
what it names is at hand: it posts as long as no other line speaks against it, and what is contested is taken back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.billing.domain.bank_money import BankMoney, Outcome, share_of
from services.billing.domain.bank_references import references_in
from services.billing.domain.open_item import OpenItem

Named = Sequence[OpenItem]
"""The open documents whose whole references a line carries."""


class ExactPosts:
    """What posts of a statement: every line's outcome by its id, and the lines that are left with what each names."""

    def __init__(self, lines: Iterable[BankMoney], items: Iterable[OpenItem]) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self._left: list[tuple[BankMoney, Named]] = []
        self._claimed: dict[str, BankMoney] = {}  # by reference the line that claims its document first
        self._contested: dict[str, None] = {}
        parts: dict[str, list[BankMoney]] = defaultdict(list)
        by_reference = {item.reference: item for item in items if item.reference}
        for line in lines:
            item = by_reference.get(line.reference)
            found, strange = ((item,), False) if item else _read(line.reference, by_reference)
            outcome = self.outcomes[line.line_id] = Outcome()
            if found and line.may_post and not strange and line.currency == "GBP":
                if sum([item.open_pence for item in found]) == line.amount_pence:
                    self._claim(line, found, outcome)
                elif len(found) == 1 and not found[0].paid_whole:
                    parts[found[0].reference].append(line)
            if not outcome.posts:
                self._left.append((line, found))
        self._take_back()
        for reference, together in parts.items():
            if reference not in self._claimed:
                self._share(by_reference[reference], together)

    @property
    def left(self) -> list[tuple[BankMoney, Named]]:
        """The lines that do not post, each with the open documents that it names."""
        return [(line, found) for line, found in self._left if not self.outcomes[line.line_id].posts]

    def still_open(self, items: Iterable[OpenItem]) -> list[OpenItem]:
        """Those of the items that nothing posts to."""
        claimed, contested = self._claimed, self._contested
        return [item for item in items if item.reference not in claimed or item.reference in contested]

    def _claim(self, line: BankMoney, found: Named, outcome: Outcome) -> None:
        """Post a line to all that it names, unless another claims some of it; of lines that name the same one pays."""
        firsts = [self._claimed.setdefault(item.reference, line) for item in found]
        others = [first for first in firsts if first is not line]
        if not others:
            outcome.posts = tuple([share_of(item) for item in found])
            outcome.explanation = f"Same amount and our reference {' and '.join([item.reference for item in found])}."
        elif any(_references(self.outcomes[first.line_id]) != {item.reference for item in found} for first in others):
            self._contested |= dict.fromkeys(item.reference for item in found)

    def _take_back(self) -> None:
        """Nothing posts to a document on which there are different claims, nor what claims another with it."""
        for reference in list(self._contested):
            line = self._claimed[reference]
            outcome = self.outcomes[line.line_id]
            if outcome.posts:
                self._left.append((line, [share.item for share in outcome.posts if share.item]))
                self._contested |= dict.fromkeys(_references(outcome))
                outcome.posts, outcome.explanation = (), ""

    def _share(self, item: OpenItem, lines: Sequence[BankMoney]) -> None:
        """Post lines that all name this item alone, where they come together to what is open of it."""
        amounts = [line.amount_pence for line in lines]
        if sum(amounts) != item.open_pence or any(amount * item.open_pence <= 0 for amount in amounts):
            return
        self._claimed[item.reference] = lines[0]
        for line in lines:
            outcome = self.outcomes[line.line_id]
            outcome.posts = (share_of(item, line.amount_pence),)
            outcome.explanation = f"Comes with others to the same amount and our reference {item.reference}."


def _references(outcome: Outcome) -> set[str]:
    return {share.item.reference for share in outcome.posts if share.item}


def _read(text: str, by_reference: Mapping[str, OpenItem]) -> tuple[Named, bool]:
    """The open items that a text names whole, and whether it names something else as well.

    Where a payment run is named beside a part of it, the run is meant: it holds the part.
    """
    references = references_in(text)
    found = [by_reference[reference] for reference in references if reference in by_reference]
    runs = tuple(f"{item.reference}/" for item in found if item.kind == "payment_run")
    named = [item for item in found if not item.reference.startswith(runs)] if runs else found
    return named, len(found) < len(references)
