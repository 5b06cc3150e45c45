"""Which VAT an offer carries for a school on a day: its own class, unless a dated exception says otherwise.

What entitles a school is a certificate that it gives the supplier; `contracts.vat` says which exception counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.vat import VAT_CLASSES, VatExceptions, VatTreatment
from services.catalogue.domain.errors import VatExceptionInvalid, VatExceptionOverlaps

LONGEST_CERTIFICATE: Final = 100

LAPSES_SOON_DAYS: Final = 60
"""How long before a certificate lapses the manager is told to ask the school for the next one."""


@dataclass(frozen=True, slots=True)
class VatException:
    """From `valid_from` to `valid_to` (both included; None: until further notice) something carries another VAT.

    It is about one offer, or about all of a category for one school. Without `school_urn` the offer's own class changes
    on a day, for everybody. `certificate` is the reference of what the school gave the supplier. One that was recorded
    by mistake is `withdrawn`: it stays to be seen, and never holds.
    """

    exception_id: str
    offer_id: str | None
    category_code: str | None
    school_urn: int | None
    vat_class: str
    reduced: bool
    valid_from: date
    valid_to: date | None
    certificate: str = ""
    supplier_id: str | None = None
    withdrawn: bool = False
    version: int = 0

    def lapses_soon(self, today: date) -> bool:
        """Whether a school's certificate has its last day today or in the next `LAPSES_SOON_DAYS`."""
        if self.withdrawn or self.school_urn is None or self.valid_to is None:
            return False
        return 0 <= (self.valid_to - today).days <= LAPSES_SOON_DAYS


def treatment(
    vat_class: str, exceptions: Iterable[VatException], *, offer_id: str, category_code: str, urn: int, on: date
) -> VatTreatment:
    """What an offer of class `vat_class` carries for a school on a tax point (`contracts.vat.VatExceptions`)."""
    return VatExceptions(exceptions, on).of(vat_class, category_code, urn, offer_id)


def check_exception(exception: VatException, others: Iterable[VatException]) -> None:
    """Raise VatExceptionInvalid with every fault, by field; VatExceptionOverlaps if another holds on the same days."""
    if faults := _faults(exception):
        raise VatExceptionInvalid("The exception’s details do not hold together.", fields=faults)
    if any(_overlap(exception, other) for other in others if other.exception_id != exception.exception_id):
        raise VatExceptionOverlaps(
            "Another exception holds on some of these days.",
            fields={"valid_from": "Another exception holds on some of these days."},
        )


def same_exception(one: VatException, other: VatException) -> bool:
    """Whether two records say the same, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def _faults(exception: VatException) -> dict[str, str]:
    faults: dict[str, str] = {}
    if (exception.offer_id is None) == (exception.category_code is None):
        faults["offer_id"] = "Choose an offer or a category, not both."
    if exception.category_code is not None and exception.school_urn is None:
        faults["school_urn"] = "An exception for a category is for one school."
    if exception.school_urn is not None:
        if not 100_000 <= exception.school_urn <= 999_999:
            faults["school_urn"] = "A URN has six digits."
        if not exception.certificate.strip():
            faults["certificate"] = "Enter the reference of the school’s certificate."
    if exception.vat_class not in VAT_CLASSES:
        faults["vat_class"] = f"Choose one of: {', '.join(VAT_CLASSES)}."
    if exception.reduced and exception.vat_class != "S":
        faults["reduced"] = "Only class S has a reduced rate."
    if exception.valid_to is not None and exception.valid_to < exception.valid_from:
        faults["valid_to"] = "An exception cannot end before it begins."
    return faults


def _overlap(one: VatException, other: VatException) -> bool:
    subjects = [(each.offer_id, each.category_code, each.school_urn) for each in (one, other)]
    if subjects[0] != subjects[1] or one.withdrawn or other.withdrawn:
        return False
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
