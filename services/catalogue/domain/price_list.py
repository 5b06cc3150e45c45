"""A price list as it was read, and what it would add, change and withdraw under its contract."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from services.catalogue.domain.contract import Contract
from services.catalogue.domain.errors import OfferInvalid
from services.catalogue.domain.offer import PUBLISHED, WITHDRAWN, Offer, check_offer, priced_from, same_offer, tidy
from services.catalogue.domain.price import DatedPrices, Tier, price_text

ADDED: Final = "added"
CHANGED: Final = "changed"
TAKEN_OUT: Final = "withdrawn"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"

_NEEDED: Final = {"name": "the name", "unit": "the unit", "vat_class": "the VAT class", "tiers": "the price"}
_NOT_COMPARED: Final = ("offer_id", "contract_id", "supplier_id", "prices_from", "version")


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row of a price list: the article on its `line`, what is said of it by field of Offer, and what is wrong.

    A field that the row does not speak of stays as it is. `ends` takes the article out of the offer.
    """

    line: int
    sku: str
    said: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that changes, as people read it; nothing before for what is new."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ListLine:
    """What a price list does to one article: `proposed` is the offer as it would be; `line` is none if left out."""

    change: str
    sku: str
    name: str
    line: int | None
    proposed: Offer | None = None
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListTerms:
    """How a list is meant: `whole` withdraws what it leaves out; prices hold `from_day`, which may be to come."""

    whole: bool
    from_day: date
    today: date


def compare(
    rows: Iterable[ListedRow],
    contract: Contract,
    offers: Sequence[Offer],
    categories: Iterable[str],
    terms: ListTerms,
) -> list[ListLine]:
    """What the list does, in the order of its rows, then of what it leaves out. `offers` are all of the contract."""
    current = {offer.sku: offer for offer in offers}
    known = frozenset(categories)
    lines: list[ListLine] = []
    seen: dict[str, int] = {}
    for row in rows:
        offer = current.get(row.sku)
        if row.sku in seen:
            lines.append(_refused(row, offer, f"Line {seen[row.sku]} names the same article."))
            continue
        seen[row.sku] = row.line
        lines.append(_line(row, offer, contract, known, terms))
    if terms.whole and terms.from_day <= terms.today:
        missing = (offer for offer in offers if offer.sku not in seen and offer.state == PUBLISHED)
        lines += [_taken_out(offer, None) for offer in sorted(missing, key=lambda offer: offer.sku)]
    return lines


def _line(
    row: ListedRow, offer: Offer | None, contract: Contract, categories: frozenset[str], terms: ListTerms
) -> ListLine:
    if row.faults:
        return _refused(row, offer, *row.faults)
    if row.ends:
        if offer is None or offer.state == WITHDRAWN:
            return ListLine(UNCHANGED, row.sku, offer.name if offer else row.sku, row.line)
        if terms.from_day > terms.today:
            return _refused(row, offer, "Only prices can wait for a later day; withdraw the article then.")
        return _taken_out(offer, row.line)
    if offer is None and (absent := [words for name, words in _NEEDED.items() if not row.said.get(name)]):
        return _refused(row, offer, f"The article is new, and {_listed(absent)} is missing.")
    proposed = tidy(_proposed(row, offer, contract))
    if terms.from_day > terms.today:
        return _waiting(row, offer, proposed, terms)
    return _checked(row, offer, priced_from(proposed, offer, terms.today), categories, terms)


def _proposed(row: ListedRow, offer: Offer | None, contract: Contract) -> Offer:
    if offer is not None:
        return replace(offer, **row.said, state=PUBLISHED)
    values: dict[str, Any] = {
        "offer_id": "",
        "contract_id": contract.contract_id,
        "supplier_id": contract.supplier_id,
        "category_code": contract.category_code,
        "sku": row.sku,
        "description": "",
        "pack_size": 1,
        "phases": (),
    }
    return Offer(**{**values, **row.said})


def _waiting(row: ListedRow, offer: Offer | None, proposed: Offer, terms: ListTerms) -> ListLine:
    """Prices of a day to come replace those that waited for that day or a later one; nothing else can wait."""
    if offer is None or offer.state == WITHDRAWN:
        return _refused(row, offer, "Only prices can wait for a later day; this article is not offered now.")
    if not same_offer(offer, replace(proposed, tiers=offer.tiers, version=offer.version)):
        return _refused(row, offer, "Only prices can wait for a later day; something else of this article differs.")
    earlier = tuple(prices for prices in offer.later_prices if prices.valid_from < terms.from_day)
    holding = earlier[-1].tiers if earlier else offer.tiers
    later = earlier if proposed.tiers == holding else (*earlier, DatedPrices(terms.from_day, proposed.tiers))
    return _checked(row, offer, replace(offer, later_prices=later), frozenset({offer.category_code}), terms)


def _checked(
    row: ListedRow, offer: Offer | None, proposed: Offer, categories: frozenset[str], terms: ListTerms
) -> ListLine:
    try:
        check_offer(proposed, terms.today)
    except OfferInvalid as fault:
        return _refused(row, offer, *dict.fromkeys(fault.fields.values()))
    if proposed.category_code not in categories:
        return _refused(row, offer, f"There is no category {proposed.category_code}.")
    if offer is not None and same_offer(offer, proposed):
        return ListLine(UNCHANGED, row.sku, offer.name, row.line)
    change = ADDED if offer is None or offer.state == WITHDRAWN else CHANGED
    return ListLine(change, row.sku, proposed.name, row.line, proposed, tuple(_differences(offer, proposed)))


def _taken_out(offer: Offer, line: int | None) -> ListLine:
    return ListLine(TAKEN_OUT, offer.sku, offer.name, line, replace(offer, state=WITHDRAWN))


def _refused(row: ListedRow, offer: Offer | None, *reasons: str) -> ListLine:
    name = str(row.said.get("name") or (offer.name if offer else "") or row.sku)
    return ListLine(REFUSED, row.sku, name, row.line, reasons=reasons)


def _differences(offer: Offer | None, proposed: Offer) -> Iterable[Difference]:
    for name in Offer.__slots__:
        before, after = getattr(offer, name, None), getattr(proposed, name)
        if name not in _NOT_COMPARED and before != after and (offer is not None or after):
            yield Difference(name, _shown(before), _shown(after))


def _shown(value: object) -> str:
    """A value as the preview shows it: tiers as "£12.5000, from 50 £11.8000"."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, Tier):
        price = f"£{price_text(value.unit_price)}"
        return price if value.from_quantity == 1 else f"from {value.from_quantity:,} {price}"
    if isinstance(value, DatedPrices):
        return f"{_shown(value.tiers)} on {value.valid_from:%-d %B %Y}"
    return str(value)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
