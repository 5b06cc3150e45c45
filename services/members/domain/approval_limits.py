"""A school's own limits: up to which amount a role may approve an order, and above which amount two people must."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.members.domain.errors import LimitsInvalid

APPROVING_ROLES: Final = ("school_approver", "governor")
MOST_LIMITS: Final = 100
MOST_PENCE: Final = 1_000_000_000_00


@dataclass(frozen=True, slots=True)
class ApprovalLimit:
    """Up to `amount_pence` (worst case with VAT) the role may approve; None as category is the order as a whole."""

    role: str
    category_code: str | None
    amount_pence: int


@dataclass(frozen=True, slots=True)
class ApprovalLimits:
    """All limits of a school; above `second_above_pence` a second, different person approves too (None: never).

    Without a limit of its own an approver approves any amount, and a governor none: governors approve only where the
    school says so. `version` 0 means that nothing is recorded yet.
    """

    school_urn: int
    limits: tuple[ApprovalLimit, ...] = ()
    second_above_pence: int | None = None
    version: int = 0


def in_order(limits: Sequence[ApprovalLimit]) -> tuple[ApprovalLimit, ...]:
    """Limits by role, the whole order's before those of categories, so that equal sets compare equal."""
    return tuple(sorted(limits, key=lambda limit: (APPROVING_ROLES.index(limit.role), limit.category_code or "")))


def check_limits(limits: Sequence[ApprovalLimit]) -> None:
    """Raise LimitsInvalid with every fault, by field ("limits.2.role")."""
    faults: dict[str, str] = {}
    seen: set[tuple[str, str | None]] = set()
    for index, limit in enumerate(limits):
        if limit.role not in APPROVING_ROLES:
            faults[f"limits.{index}.role"] = f"Choose one of: {', '.join(APPROVING_ROLES)}."
        if (limit.role, limit.category_code) in seen:
            faults[f"limits.{index}.category_code"] = "This role has a limit for it already."
        seen.add((limit.role, limit.category_code))
    if faults:
        raise LimitsInvalid("The limits do not hold together.", fields=faults)
