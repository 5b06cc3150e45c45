"""A contract: with whom, for what, on which terms, and from when to when."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.vat import VAT_CLASSES
from services.catalogue.domain.charge import SHARE_BASES, Charge, charge_faults, is_amount
from services.catalogue.domain.errors import ContractInvalid

SETTLEMENTS: Final = ("recharge", "direct")
FAIRNESS: Final = ("pro_rata", "equal", "priority")
PROCUREMENTS: Final = ("goods_services", "light_touch", "works")
LONGEST_CLAIM_DAYS: Final = 365
LONGEST_PAYMENT_DAYS: Final = 365
LARGEST_TOLERANCE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far an invoice may differ from the order before it is an exception.

    A unit price by so many hundredths of a per cent, a quantity by units, the total by pence.
    """

    price_basis_points: int = 0
    quantity_units: int = 0
    total_pence: int = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as it now stands; `reference` is unique, `ends_on` its last day.

    `settlement`: `recharge` (the supplier invoices the alliance, Bursar bills each school) or `direct`.
    `notice_on`: the last day on which notice can be given. `fairness`: how a shortage is shared. An order of all
    schools below `minimum_order_pence` (before VAT) is not delivered, or for `small_order_fee_pence`. `claim_days`: how
    long after a delivery a school may claim. `payment_days`: how long after its issue a bill is due. `lead_urn`: the
    school that leads the buying. For the procurement thresholds count `annual_value_pence` (estimated, before VAT, all
    schools together), its VAT class, which `procurement` it is, and the day that procurement began (unknown: the first
    day of the term).
    """

    contract_id: str
    supplier_id: str
    title: str
    reference: str
    category_code: str
    settlement: str
    starts_on: date
    ends_on: date
    notice_on: date | None = None
    charges: tuple[Charge, ...] = ()
    minimum_order_pence: int | None = None
    small_order_fee_pence: int | None = None
    small_order_fee_share_by: str = "value"
    fairness: str = "pro_rata"
    tolerances: Tolerances = Tolerances()
    claim_days: int = 5
    payment_days: int = 30
    lead_urn: int | None = None
    annual_value_pence: int | None = None
    value_vat_class: str = "S"
    procurement: str = "goods_services"
    procurement_began_on: date | None = None
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
    if contract.notice_on is not None and contract.notice_on > contract.ends_on:
        faults["notice_on"] = "Notice is given before the contract ends."
    faults |= _terms_faults(contract) | charge_faults(contract.charges) | _planning_faults(contract)
    if faults:
        raise ContractInvalid("The contract's details do not hold together.", fields=faults)


def same_contract(one: Contract, other: Contract) -> bool:
    """Whether two records say the same of a contract, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def _terms_faults(contract: Contract) -> dict[str, str]:
    faults: dict[str, str] = {}
    if contract.minimum_order_pence is not None and not is_amount(contract.minimum_order_pence):
        faults["minimum_order_pence"] = "Enter an amount above £0, or leave it empty."
    if contract.small_order_fee_pence is not None:
        if not is_amount(contract.small_order_fee_pence):
            faults["small_order_fee_pence"] = "Enter an amount above £0, or leave it empty."
        elif contract.minimum_order_pence is None:
            faults["small_order_fee_pence"] = "A fee for small orders needs a minimum order below which it is due."
    if contract.small_order_fee_share_by not in SHARE_BASES:
        faults["small_order_fee_share_by"] = f"Choose one of: {', '.join(SHARE_BASES)}."
    if contract.fairness not in FAIRNESS:
        faults["fairness"] = f"Choose one of: {', '.join(FAIRNESS)}."
    given = contract.tolerances
    for name in ("price_basis_points", "quantity_units", "total_pence"):
        if not 0 <= getattr(given, name) <= LARGEST_TOLERANCE:
            faults[f"tolerances.{name}"] = f"Enter 0 to {LARGEST_TOLERANCE:,}."
    longest = {"claim_days": LONGEST_CLAIM_DAYS, "payment_days": LONGEST_PAYMENT_DAYS}
    beyond = {name: days for name, days in longest.items() if not 0 <= getattr(contract, name) <= days}
    return faults | {name: f"Enter 0 to {days} days." for name, days in beyond.items()}


def _planning_faults(contract: Contract) -> dict[str, str]:
    faults: dict[str, str] = {}
    if contract.lead_urn is not None and not 100_000 <= contract.lead_urn <= 999_999:
        faults["lead_urn"] = "A URN has six digits."
    if contract.annual_value_pence is not None and not is_amount(contract.annual_value_pence):
        faults["annual_value_pence"] = "Enter an amount above £0, or leave it empty."
    if contract.value_vat_class not in VAT_CLASSES:
        faults["value_vat_class"] = f"Choose one of: {', '.join(VAT_CLASSES)}."
    if contract.procurement not in PROCUREMENTS:
        faults["procurement"] = f"Choose one of: {', '.join(PROCUREMENTS)}."
    if contract.procurement_began_on is not None and contract.procurement_began_on > contract.starts_on:
        faults["procurement_began_on"] = "The procurement begins before its contract does."
    return faults
