"""What a contract adds to its goods: charges, a minimum order, and what is done when the minimum is not reached.

Amounts are pence before VAT, for the whole purchase order: all schools share them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from services.orders.domain.packs import Fairness

ShareBy = Literal["value", "units", "equal", "pupils"]
MinimumChoice = Literal["drop", "pay_fee"]
ChargeReason = Literal["due", "free_from", "below_minimum"]

SMALL_ORDER_FEE: Final = "SMALL-ORDER"


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount that is shared; nothing is charged once the goods are worth `free_from_pence`."""

    code: str
    name: str
    amount_pence: int
    share_by: ShareBy
    free_from_pence: int | None
    vat_class: str


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract's terms as a round copied them. `small_order_fee` can be paid instead of reaching the minimum."""

    charges: tuple[Charge, ...] = ()
    minimum_order_pence: int | None = None
    small_order_fee: Charge | None = None
    fairness: Fairness = "pro_rata"


@dataclass(frozen=True, slots=True)
class DueCharge:
    """A charge with what it comes to: 0 where the goods made it free."""

    charge: Charge
    net_pence: int
    reason: ChargeReason


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a contract's goods: whether they are below its minimum, ordered, and with which charges."""

    below_minimum: bool
    ordered: bool
    charges: Sequence[DueCharge] = ()


def read_terms(stored: Mapping[str, Any]) -> Terms:
    """The terms in what a contract announced (the fields of ContractRecorded); what it left out is not charged."""
    fee_pence = stored.get("small_order_fee_pence")
    return Terms(
        charges=tuple(
            Charge(
                code=charge["code"],
                name=charge["name"],
                amount_pence=charge["amount_pence"],
                share_by=charge["share_by"],
                free_from_pence=charge["free_from_pence"],
                vat_class=charge["vat_class"],
            )
            for charge in stored.get("charges") or ()
        ),
        minimum_order_pence=stored.get("minimum_order_pence"),
        small_order_fee=fee_pence and _small_order_fee(fee_pence, stored.get("small_order_fee_share_by") or "value"),
        fairness=stored.get("fairness") or "pro_rata",
    )


def decide(terms: Terms, units: int, goods_pence: int, choice: MinimumChoice) -> Decision:
    """Apply the terms to the goods that all schools together order under the contract: units, and pence.

    Below the minimum the goods are dropped, or ordered with the small-order fee where the contract has one and that
    was chosen. Where no units are ordered there is nothing to charge for.
    """
    if units == 0:
        return Decision(below_minimum=False, ordered=False)
    below = terms.minimum_order_pence is not None and goods_pence < terms.minimum_order_pence
    due = [_due(charge, goods_pence) for charge in terms.charges]
    if not below:
        return Decision(below_minimum=False, ordered=True, charges=due)
    if choice == "pay_fee" and (fee := terms.small_order_fee):
        return Decision(
            below_minimum=True, ordered=True, charges=[*due, DueCharge(fee, fee.amount_pence, "below_minimum")]
        )
    return Decision(below_minimum=True, ordered=False)


def worst_charges(terms: Terms) -> list[Charge]:
    """Every charge that may have to be borne by one school alone, in full."""
    return [*terms.charges, *([terms.small_order_fee] if terms.minimum_order_pence and terms.small_order_fee else [])]


def _due(charge: Charge, goods_pence: int) -> DueCharge:
    if charge.free_from_pence is not None and goods_pence >= charge.free_from_pence:
        return DueCharge(charge, 0, "free_from")
    return DueCharge(charge, charge.amount_pence, "due")


def _small_order_fee(amount_pence: int, share_by: str) -> Charge:
    """The fee is standard-rated: it is for handling, whatever the goods are."""
    return Charge(SMALL_ORDER_FEE, "Small-order fee", amount_pence, cast(ShareBy, share_by), None, "S")
