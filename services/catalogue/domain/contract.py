"""A contract: with whom, for what, how it is settled, and from when to when."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.catalogue.domain.errors import ContractInvalid

SETTLEMENTS: Final = ("recharge", "direct")


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as it now stands; `reference` is unique, `ends_on` its last day.

    `settlement`: `recharge` (the supplier invoices the alliance, Bursar bills each school) or `direct`.
    """

    contract_id: str
    supplier_id: str
    title: str
    reference: str
    category_code: str
    settlement: str
    starts_on: date
    ends_on: date
    version: int = 0


def check_contract(contract: Contract) -> None:
    """Raise ContractInvalid with every fault, by field."""
    faults: dict[str, str] = {}
    if not contract.title.strip():
        faults["title"] = "Enter the contract's title."
    if not contract.reference.strip():
        faults["reference"] = "Enter the contract's reference."
    if contract.settlement not in SETTLEMENTS:
        faults["settlement"] = f"Choose one of: {', '.join(SETTLEMENTS)}."
    if contract.ends_on < contract.starts_on:
        faults["ends_on"] = "A contract cannot end before it starts."
    if faults:
        raise ContractInvalid("The contract's details do not hold together.", fields=faults)


def same_contract(one: Contract, other: Contract) -> bool:
    """Whether two records say the same of a contract, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)
