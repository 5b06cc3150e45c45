"""What a contract is worth over its whole term, and what the law asks of a contract of that worth.

Procurement Act 2023, section 4 and schedule 3: the estimated value counts the whole term with VAT, for all who buy
together. Thresholds and the tiers below them come as data, each in force from its commencement date.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from contracts.money import round_pence
from contracts.vat import vat_rate
from services.catalogue.domain.charge import is_amount
from services.catalogue.domain.contract import PROCUREMENTS, Contract
from services.catalogue.domain.errors import ProcurementRulesInvalid

_DAYS_A_YEAR: Final = 365
MOST_RULES: Final = 200


@dataclass(frozen=True, slots=True)
class Threshold:
    """From its commencement on, a procurement of this kind falls under the Act at `amount_pence` or more."""

    kind: str
    commences_on: date
    amount_pence: int


@dataclass(frozen=True, slots=True)
class QuoteTier:
    """From its commencement on, a contract worth `from_pence` or more needs this."""

    commences_on: date
    from_pence: int
    requirement: str


@dataclass(frozen=True, slots=True)
class ProcurementRules:
    """All thresholds and quote tiers, past, present and to come."""

    thresholds: tuple[Threshold, ...]
    quote_tiers: tuple[QuoteTier, ...]


def whole_term_pence(contract: Contract) -> int | None:
    """What the contract is worth over its whole term with VAT, in pence; None if its annual value is not known.

    £43,275.00 a year over four years with 20 % VAT are £207,720.00. VAT is that of the term's first day.
    """
    if contract.annual_value_pence is None:
        return None
    years = _years(contract.starts_on, contract.ends_on + timedelta(days=1))
    rate = vat_rate(contract.value_vat_class, contract.starts_on)
    value = Fraction(contract.annual_value_pence) * years * (1 + Fraction(rate) / 100) / 100
    return round_pence(Decimal(value.numerator) / Decimal(value.denominator))


def began_on(contract: Contract) -> date:
    """The day that picks the threshold: when the procurement began, or else the first day of the term."""
    return contract.procurement_began_on or contract.starts_on


def threshold_on(rules: ProcurementRules, kind: str, on: date) -> Threshold | None:
    """The threshold of that kind in force on a day."""
    begun = [each for each in rules.thresholds if each.kind == kind and each.commences_on <= on]
    return max(begun, key=lambda each: each.commences_on, default=None)


def quote_tier_on(rules: ProcurementRules, value_pence: int, on: date) -> QuoteTier | None:
    """The tier, of those in force on a day, that a value reaches."""
    days = [tier.commences_on for tier in rules.quote_tiers if tier.commences_on <= on]
    reached = [
        tier for tier in rules.quote_tiers if days and tier.commences_on == max(days) and tier.from_pence <= value_pence
    ]
    return max(reached, key=lambda tier: tier.from_pence, default=None)


def check_rules(rules: ProcurementRules) -> None:
    """Raise ProcurementRulesInvalid with every fault, by field ("thresholds.0.kind")."""
    faults: dict[str, str] = {}
    seen: set[object] = set()
    for position, threshold in enumerate(rules.thresholds):
        where = f"thresholds.{position}"
        if threshold.kind not in PROCUREMENTS:
            faults[f"{where}.kind"] = f"Choose one of: {', '.join(PROCUREMENTS)}."
        if not is_amount(threshold.amount_pence):
            faults[f"{where}.amount_pence"] = "Enter an amount above £0."
        if (threshold.kind, threshold.commences_on) in seen:
            faults[f"{where}.commences_on"] = "Another threshold of this kind commences on that day."
        seen.add((threshold.kind, threshold.commences_on))
    for position, tier in enumerate(rules.quote_tiers):
        where = f"quote_tiers.{position}"
        if tier.from_pence < 0:
            faults[f"{where}.from_pence"] = "Enter £0 or more."
        if not tier.requirement.strip():
            faults[f"{where}.requirement"] = "Enter what is needed."
        if (tier.from_pence, tier.commences_on) in seen:
            faults[f"{where}.from_pence"] = "Another tier begins there on the same day."
        seen.add((tier.from_pence, tier.commences_on))
    if faults:
        raise ProcurementRulesInvalid("The thresholds do not hold together.", fields=faults)


def _years(first: date, after: date) -> Fraction:
    """From the first day to before `after`: whole months as twelfths of a year, further days as 365ths."""
    months = (after.year - first.year) * 12 + after.month - first.month
    if _months_after(first, months) > after:
        months -= 1
    days = (after - _months_after(first, months)).days
    return Fraction(months, 12) + Fraction(days, _DAYS_A_YEAR)


def _months_after(first: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    following = date(year + (month == 11), 1 if month == 11 else month + 2, 1)
    return min(date(year, month + 1, 1) + timedelta(days=first.day - 1), following - timedelta(days=1))
