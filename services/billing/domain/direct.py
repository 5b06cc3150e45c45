"""Who the buyer of an invoice must be: the alliance, or the one school that a contract settled directly bills."""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from services.billing.domain.errors import WrongBuyer
from services.billing.domain.invoice import SupplierInvoice

Settlement = Literal["recharge", "direct"]


def for_its_buyer(invoice: SupplierInvoice, settlement: Settlement, ordered_by: Collection[int]) -> SupplierInvoice:
    """The invoice with its buyer's name on every line, where the contract is settled directly.

    `ordered_by` are the schools that the purchase order delivers to. Settled directly, an invoice names one of them as
    its buyer (a VAT invoice must name who it is made out to) and no other school on any line; settled by recharge it
    names none. Raises WrongBuyer.
    """
    buyer = invoice.buyer_urn
    if settlement == "recharge":
        if buyer is not None:
            raise _wrong(f"This contract is settled through the alliance; the invoice is made out to school {buyer}.")
        return invoice
    if buyer is None:
        raise _wrong("This contract is settled with each school: the invoice must name the school as its buyer.")
    if buyer not in ordered_by:
        raise _wrong(f"School {buyer} has ordered nothing on this purchase order.")
    others = {
        f"lines.{index}.school_urn": f"The invoice is made out to school {buyer}."
        for index, line in enumerate(invoice.lines)
        if line.school_urn not in (None, buyer)
    }
    if others:
        raise WrongBuyer("An invoice settled directly is for one school.", fields=others)
    return replace(invoice, lines=tuple(replace(line, school_urn=buyer) for line in invoice.lines))


def _wrong(why: str) -> WrongBuyer:
    return WrongBuyer(why, fields={"buyer_urn": why})
