"""VAT classes, their dated rates (UN/ECE 5305 codes as EN 16931 uses them), and who carries another than an offer says.

The rate belongs to article, school and day of supply, not to the article (VAT Act 1994, schedule 7A: a voluntary aided
school that uses fuel for its charity pays 5 % where a community school pays 20 %).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from contracts.money import round_pence

VAT_CLASSES: Final = {
    "S": "standard rate",
    "Z": "zero rate",
    "E": "exempt",
    "AE": "reverse charge",
    "O": "outside the scope",
}

# The first day of each rate, newest first. Source: gov.uk, VAT rates; the reduced rate: VAT Act 1994, section 29A and
# schedule 7A (fuel and power for a qualifying use, 5 % from 1 September 1997). Both are class S in an invoice.
_STANDARD: Final = (
    (date(2011, 1, 4), Decimal("20.00")),
    (date(2010, 1, 1), Decimal("17.50")),
)
_REDUCED: Final = ((date(1997, 9, 1), Decimal("5.00")),)
_REDUCED_RATES: Final = frozenset(rate for _, rate in _REDUCED)


def vat_rate(vat_class: str, on: date, *, reduced: bool = False) -> Decimal:
    """The rate in per cent for a VAT class on a tax point; class S at its reduced rate if `reduced`.

    Raises KeyError for an unknown class.
    """
    if vat_class not in VAT_CLASSES:
        raise KeyError(vat_class)
    if vat_class != "S":
        return Decimal("0.00")
    return next(rate for first_day, rate in (_REDUCED if reduced else _STANDARD) if on >= first_day)


def vat_words(vat_class: str, rate: Decimal | None = None) -> str:
    """A VAT class in words: "reduced rate" for class S at such a rate, in per cent; an unknown class as it is."""
    if vat_class == "S" and rate in _REDUCED_RATES:
        return "reduced rate"
    return VAT_CLASSES.get(vat_class, vat_class)


@dataclass(frozen=True, slots=True)
class VatTreatment:
    """A VAT class, whether class S is at its reduced rate, and the certificate that entitles a school to it."""

    vat_class: str
    reduced: bool = False
    certificate: str = field(default="", compare=False)

    def rate(self, on: date) -> Decimal:
        """The rate in per cent on a tax point."""
        return vat_rate(self.vat_class, on, reduced=self.reduced)


class ExceptionToVat(Protocol):
    """What is known of an exception: about one offer, or all of a category for one school; for everybody without a URN.

    It holds from its first to its last day, both included (None: until further notice), unless it was withdrawn.
    """

    @property
    def offer_id(self) -> str | None: ...
    @property
    def category_code(self) -> str | None: ...
    @property
    def school_urn(self) -> int | None: ...
    @property
    def vat_class(self) -> str: ...
    @property
    def reduced(self) -> bool: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def certificate(self) -> str: ...
    @property
    def withdrawn(self) -> bool: ...


class VatExceptions:
    """The exceptions that hold on one tax point, and what they make of an offer for a school."""

    def __init__(self, exceptions: Iterable[ExceptionToVat], on: date) -> None:
        self._of_offers: dict[tuple[str, int | None], VatTreatment] = {}
        self._of_categories: dict[tuple[str, int | None], VatTreatment] = {}
        self._urns: dict[str, set[int | None]] = {}
        for each in exceptions:
            if each.withdrawn or each.valid_from > on or (each.valid_to is not None and each.valid_to < on):
                continue
            treatment = VatTreatment(each.vat_class, each.reduced, each.certificate)
            subject = each.offer_id or each.category_code or ""
            known = self._of_offers if each.offer_id else self._of_categories
            known[subject, each.school_urn] = treatment
            self._urns.setdefault(subject, set()).add(each.school_urn)

    def __bool__(self) -> bool:
        return bool(self._urns)

    def of(self, vat_class: str, category_code: str, urn: int | None, offer_id: str | None = None) -> VatTreatment:
        """What something of a category and class carries for a school; without an offer it is a charge.

        The closest exception counts: for this offer and school, then for its category and the school, then for the
        offer. One for a category is about what would be taxed: what is zero-rated or exempt in it anyway stays so.
        """
        own = self._of_offers.get((offer_id, urn)) if offer_id else None
        for_everybody = self._of_offers.get((offer_id, None)) if offer_id else None
        usual = for_everybody or VatTreatment(vat_class)
        of_category = self._of_categories.get((category_code, urn)) if usual.vat_class == "S" else None
        return own or of_category or usual

    def urns(self, category_code: str, offer_id: str | None = None) -> set[int | None]:
        """The schools for which there is anything about this offer or category; None among them: for everybody."""
        return self._urns.get(category_code, set()) | self._urns.get(offer_id or "", set())


def vat_pence(net_pence: int, rate: Decimal) -> int:
    """VAT in pence on a net amount in pence at `rate` per cent, rounded once."""
    return round_pence(Decimal(net_pence) * rate / 10_000)
