"""Which bank lines post by themselves: they carry our whole references, and the amount is what these have open.

Nothing else does (domain section 4 and example 18). All lines are looked at together: where two lines claim the same
document in different ways, neither posts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.billing.domain.bank_money import BankMoney, Share, share_of
from services.billing.domain.bank_references import references_in
from services.billing.domain.open_item import OpenItem

Named = Mapping[str, Sequence[OpenItem]]
"""By line, the open documents whose whole references it carries."""


def named_items(lines: Sequence[BankMoney], items: Iterable[OpenItem]) -> tuple[dict[str, list[OpenItem]], set[str]]:
    """By line the open items that it names whole, and the lines that also name something which is not open.

    Where a payment run is named beside a part of it, the run is meant: it holds the part.
    """
    by_reference = {item.reference: item for item in items}
    named: dict[str, list[OpenItem]] = {}
    strange: set[str] = set()
    for line in lines:
        found: list[OpenItem] = []
        for reference in references_in(line.reference):
            item = by_reference.get(reference)
            if item is None:
                strange.add(line.line_id)
            else:
                found.append(item)
        if found:
            runs = tuple(f"{item.reference}/" for item in found if item.kind == "payment_run")
            named[line.line_id] = [item for item in found if not item.reference.startswith(runs)] if runs else found
    return named, strange


def exact_posts(lines: Sequence[BankMoney], named: Named, strange: set[str]) -> dict[str, tuple[Share, ...]]:
    """By line what it posts to: all of the items that it names, or a part where several lines pay one item together."""
    claims: dict[str, tuple[OpenItem, ...]] = {}
    parts: dict[str, list[BankMoney]] = defaultdict(list)
    for line in lines:
        found = named.get(line.line_id)
        if not found or not line.may_post or line.currency != "GBP" or line.line_id in strange:
            continue
        if sum(item.open_pence for item in found) == line.amount_pence:
            claims[line.line_id] = tuple(found)
        elif len(found) == 1 and not found[0].paid_whole:
            parts[found[0].document_id].append(line)
    posts = _uncontested(claims)
    taken = {item.document_id for found in claims.values() for item in found}
    for document_id, together in parts.items():
        item = named[together[0].line_id][0]
        alike = all(line.amount_pence * item.open_pence > 0 for line in together)
        if document_id not in taken and alike and sum(line.amount_pence for line in together) == item.open_pence:
            posts |= {line.line_id: (share_of(item, line.amount_pence),) for line in together}
    return posts


def _uncontested(claims: Mapping[str, tuple[OpenItem, ...]]) -> dict[str, tuple[Share, ...]]:
    """The claims that share no item with a different claim; of equal ones the first, which pays, and none again."""
    wanted: dict[str, set[frozenset[str]]] = defaultdict(set)
    keys = {line_id: frozenset(item.document_id for item in found) for line_id, found in claims.items()}
    for key in keys.values():
        for document_id in key:
            wanted[document_id].add(key)
    posts: dict[str, tuple[Share, ...]] = {}
    done: set[frozenset[str]] = set()
    for line_id, found in claims.items():
        key = keys[line_id]
        if key in done or any(len(wanted[document_id]) > 1 for document_id in key):
            continue
        done.add(key)
        posts[line_id] = tuple(share_of(item) for item in found)
    return posts
