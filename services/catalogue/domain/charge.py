"""A charge of a contract: an amount for the whole order of a round, shared by the schools that order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.vat import VAT_CLASSES

KINDS: Final = ("delivery", "fixed")
SHARE_BASES: Final = ("value", "units", "equal", "pupils")
MOST_CHARGES: Final = 20
LARGEST_AMOUNT: Final = 100_000_000_00


@dataclass(frozen=True, slots=True)
class Charge:
    """`amount_pence` before VAT, shared among the schools by `share_by`.

    A charge of kind `delivery` is free once the goods of the order are worth `free_from_pence` before VAT.
    """

    code: str
    name: str
    kind: str
    amount_pence: int
    share_by: str
    free_from_pence: int | None
    vat_class: str


def charge_faults(charges: Sequence[Charge]) -> dict[str, str]:
    """Everything that is wrong with a contract's charges, by field ("charges.1.code")."""
    if len(charges) > MOST_CHARGES:
        return {"charges": f"A contract has at most {MOST_CHARGES} charges."}
    faults: dict[str, str] = {}
    seen: set[str] = set()
    for position, charge in enumerate(charges):
        code = charge.code.strip().lower()
        own: dict[str, str] = {}
        if not code or code in seen:
            own["code"] = "Each charge has a code of its own." if code else "Enter the charge’s code."
        if not charge.name.strip():
            own["name"] = "Enter what is charged."
        if charge.kind not in KINDS:
            own["kind"] = f"Choose one of: {', '.join(KINDS)}."
        if not is_amount(charge.amount_pence):
            own["amount_pence"] = "Enter an amount above £0."
        if charge.share_by not in SHARE_BASES:
            own["share_by"] = f"Choose one of: {', '.join(SHARE_BASES)}."
        if charge.free_from_pence is not None and (charge.kind != "delivery" or not is_amount(charge.free_from_pence)):
            own["free_from_pence"] = "Only delivery becomes free, from an amount above £0."
        if charge.vat_class not in VAT_CLASSES:
            own["vat_class"] = f"Choose one of: {', '.join(VAT_CLASSES)}."
        faults |= {f"charges.{position}.{name}": fault for name, fault in own.items()}
        seen.add(code)
    return faults


def is_amount(pence: int) -> bool:
    """Whether the pence are more than nothing and not absurd."""
    return 0 < pence <= LARGEST_AMOUNT
