"""Sharing a credit over the schools that were billed."""

from collections.abc import Mapping

from contracts.allocation import allocate
from contracts.money import pounds
from services.billing.domain.errors import CreditExceedsBill


def share_credit(credit_pence: int, billed: Mapping[int, int], credited: Mapping[int, int]) -> dict[int, int]:
    """Share a credit over schools by what each was billed, so that all credits together stay in proportion.

    `billed` and `credited` are pence by URN so far. The credits are shared cumulatively (domain example 11): three of
    10.00 over three equal bills leave each school with exactly 10.00. No school ever gives back a penny of an earlier
    credit, nor gets more than it was billed. Raises CreditExceedsBill.
    """
    before = sum(credited.values())
    if before + credit_pence > sum(billed.values()):
        left = sum(billed.values()) - before
        raise CreditExceedsBill(f"Only £{pounds(left)} of what was billed is left to credit.")
    target = allocate(before + credit_pence, billed)
    return allocate(credit_pence, {urn: max(target[urn] - credited.get(urn, 0), 0) for urn in billed})
