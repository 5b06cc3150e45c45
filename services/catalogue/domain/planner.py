"""The contract planner: what must be decided by when, which terms could end together, and what it is all worth."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.catalogue.domain.contract import Contract
from services.catalogue.domain.procurement import (
    ProcurementRules,
    Threshold,
    began_on,
    quote_tier_on,
    threshold_on,
    whole_term_pence,
)

_WITHIN_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day that matters: `kind` is `notice` (the last day for it) or `end` (the last day of the term)."""

    day: date
    kind: str
    contract: Contract


@dataclass(frozen=True, slots=True)
class Worth:
    """What something is worth over its whole term with VAT, the threshold that counts, and what the tier asks."""

    value_pence: int
    threshold: Threshold | None
    meets: bool
    requirement: str


@dataclass(frozen=True, slots=True)
class ContractWorth:
    """A contract that has not ended and its worth; None while its annual value is not known."""

    contract: Contract
    worth: Worth | None


@dataclass(frozen=True, slots=True)
class TogetherWorth:
    """Contracts of one category that run today or later, taken as one procurement."""

    category_code: str
    contracts: tuple[Contract, ...]
    worth: Worth


@dataclass(frozen=True, slots=True)
class Alignment:
    """Terms of one category or one supplier that could end together on `ends_on`, and the days each would gain."""

    shared: str
    ends_on: date
    gains: tuple[tuple[Contract, int], ...]


def planned_days(contracts: Iterable[Contract], today: date) -> list[PlannedDay]:
    """Notice dates and ends of terms from today on, in order."""
    days = [PlannedDay(contract.ends_on, "end", contract) for contract in contracts]
    days += [
        PlannedDay(planned.contract.notice_on, "notice", planned.contract)
        for planned in days
        if planned.contract.notice_on is not None
    ]
    coming = (planned for planned in days if planned.day >= today)
    return sorted(coming, key=lambda planned: (planned.day, planned.kind, planned.contract.reference))


def worths(contracts: Iterable[Contract], rules: ProcurementRules, today: date) -> list[ContractWorth]:
    """What each contract that has not ended is worth; the day its procurement began picks the row of the rules."""
    found = []
    for contract in _running(contracts, today):
        value, on = whole_term_pence(contract), began_on(contract)
        worth = None if value is None else _worth(value, threshold_on(rules, contract.procurement, on), rules, on)
        found.append(ContractWorth(contract, worth))
    return found


def together_worths(contracts: Iterable[Contract], rules: ProcurementRules, today: date) -> list[TogetherWorth]:
    """What several contracts of one category are worth as one, by today's rules: the lowest threshold of their kinds.

    Contracts whose annual value is not known count nothing.
    """
    by_category: dict[str, list[tuple[Contract, int]]] = defaultdict(list)
    for contract in _running(contracts, today):
        value = whole_term_pence(contract)
        if value is not None:
            by_category[contract.category_code].append((contract, value))
    found = []
    for code, valued in sorted(by_category.items()):
        if len(valued) > 1:
            kinds = sorted({contract.procurement for contract, _ in valued})
            value = sum(each for _, each in valued)
            lowest = [each for kind in kinds if (each := threshold_on(rules, kind, today)) is not None]
            threshold = min(lowest, key=lambda each: each.amount_pence, default=None)
            worth = _worth(value, threshold, rules, today)
            found.append(TogetherWorth(code, tuple(contract for contract, _ in valued), worth))
    return found


def alignments(contracts: Iterable[Contract], today: date) -> list[Alignment]:
    """Terms of one category or supplier that end within a year of each other, and not on the same day.

    They could all end on the last of their days. What one category shares is not repeated for its supplier.
    """
    running = _running(contracts, today)
    groups: dict[tuple[str, str], list[Contract]] = defaultdict(list)
    for contract in running:
        groups["category", contract.category_code].append(contract)
        groups["supplier", contract.supplier_id].append(contract)
    found: list[Alignment] = []
    told: set[frozenset[str]] = set()
    for (shared, _), group in sorted(groups.items()):
        for near in _near(group):
            ids = frozenset(contract.contract_id for contract in near)
            last = near[-1].ends_on
            if near[0].ends_on < last and ids not in told:
                told.add(ids)
                gains = tuple((contract, (last - contract.ends_on).days) for contract in near)
                found.append(Alignment(shared, last, gains))
    return sorted(found, key=lambda alignment: alignment.ends_on)


def _running(contracts: Iterable[Contract], today: date) -> list[Contract]:
    return sorted(
        (each for each in contracts if each.ends_on >= today), key=lambda each: (each.ends_on, each.reference)
    )


def _near(group: Sequence[Contract]) -> list[list[Contract]]:
    """The group, which is in order of ends, cut where an end is more than a year after the first of its part."""
    parts: list[list[Contract]] = []
    for contract in group:
        if parts and (contract.ends_on - parts[-1][0].ends_on).days <= _WITHIN_DAYS:
            parts[-1].append(contract)
        else:
            parts.append([contract])
    return parts


def _worth(value_pence: int, threshold: Threshold | None, rules: ProcurementRules, on: date) -> Worth:
    tier = quote_tier_on(rules, value_pence, on)
    meets = threshold is not None and value_pence >= threshold.amount_pence
    return Worth(value_pence, threshold, meets, tier.requirement if tier else "")
