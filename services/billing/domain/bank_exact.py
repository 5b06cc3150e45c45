"""Which bank lines post by themselves: they carry our whole references, and the amount is what these have open.

Nothing else does (domain section 4 and example 18). All lines are looked at together: where two lines claim the same
document in different ways, neither posts. What is found stands in the order of the lines: a statement has tens of
thousands, and to find each again by its id would take longer than all else that is done with it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from operator import attrgetter
from typing import Final

from services.billing.domain.bank_money import BankMoney, Share, share_of
from services.billing.domain.bank_references import references_in
from services.billing.domain.open_item import OpenItem

Named = Sequence[OpenItem]
"""The open documents whose whole references a line carries."""

_OPEN: Final = attrgetter("open_pence")
_DOCUMENT: Final = attrgetter("document_id")


def named_items(lines: Sequence[BankMoney], items: Iterable[OpenItem]) -> tuple[list[Named], set[int]]:
    """For each line the open items that it names whole, and the places of lines that name something else as well.

    Where a payment run is named beside a part of it, the run is meant: it holds the part.
    """
    alone = {item.reference: (item,) for item in items if item.reference}
    named: list[Named] = []
    strange: set[int] = set()
    for place, line in enumerate(lines):
        if line.reference in alone:
            named.append(alone[line.reference])
            continue
        references = references_in(line.reference)
        found = [item for reference in references for item in alone.get(reference, ())]
        if len(found) < len(references):
            strange.add(place)
        runs = tuple(f"{item.reference}/" for item in found if item.kind == "payment_run")
        named.append([item for item in found if not item.reference.startswith(runs)] if runs else found)
    return named, strange


def exact_posts(lines: Sequence[BankMoney], named: Sequence[Named], strange: set[int]) -> list[tuple[Share, ...]]:
    """What each line posts to: all of the items that it names, or a part where several lines pay one item together."""
    claims: dict[int, Named] = {}
    claim_on: dict[str, Hashable] = {}
    contested: set[str] = set()
    parts: dict[str, list[int]] = defaultdict(list)
    for place, (line, found) in enumerate(zip(lines, named, strict=True)):
        if not found or not line.may_post or line.currency != "GBP" or place in strange:
            continue
        if sum(map(_OPEN, found)) == line.amount_pence:
            claims[place], claim = found, _claim(found)
            contested.update([each for each in map(_DOCUMENT, found) if claim_on.setdefault(each, claim) != claim])
        elif len(found) == 1 and not found[0].paid_whole:
            parts[found[0].document_id].append(place)
    posts: list[tuple[Share, ...]] = [()] * len(lines)
    for place, found in _uncontested(claims, contested):
        posts[place] = tuple(map(share_of, found))
    for document_id, places in parts.items():
        item, amounts = named[places[0]][0], [lines[place].amount_pence for place in places]
        alike = all(amount * item.open_pence > 0 for amount in amounts)
        if document_id not in claim_on and alike and sum(amounts) == item.open_pence:
            for place, amount in zip(places, amounts, strict=True):
                posts[place] = (share_of(item, amount),)
    return posts


def _claim(found: Named) -> Hashable:
    """What is the same for claims of the same documents."""
    return found[0].document_id if len(found) == 1 else frozenset(map(_DOCUMENT, found))


def _uncontested(claims: dict[int, Named], contested: set[str]) -> Iterable[tuple[int, Named]]:
    """The claims on items that no different claim is on; of equal ones the first, which pays, and none again."""
    done: set[Hashable] = set()
    for place, found in claims.items():
        claim = _claim(found)
        if claim not in done and contested.isdisjoint(map(_DOCUMENT, found)):
            done.add(claim)
            yield place, found
