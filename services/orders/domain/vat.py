"""What the offers of a round carry for one school, where that is not what they say.

The tax point of a round is its first day of delivery, for all schools and from the first draft to the bill: an
exception counts if it holds on that day, whatever days of the open round it begins or ends on. Until the close the
exceptions are those recorded by then; the close fixes what each school's line carries. So that nobody pays more than
was approved, an order that was sent goes back to its school if what is recorded meanwhile makes its VAT higher.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from contracts.vat import VatExceptions
from services.orders.domain.offer import FullCharge, RoundOffer

Taxed = Mapping[str, RoundOffer]
"""The offers by id that carry something else for a school, as they are for it."""


def taxed_otherwise(offers: Iterable[RoundOffer], exceptions: VatExceptions, urn: int, on: date) -> Taxed:
    """By id, the offers of which price with VAT or charges differ for the school, as they are for it.

    A charge will be booked in one of the categories that its contract has in the round, so here it carries the dearest
    VAT that it has in any of them.
    """
    if not exceptions:
        return {}
    by_contract: dict[str, list[RoundOffer]] = defaultdict(list)
    for offer in offers:
        by_contract[offer.contract_id].append(offer)
    found: dict[str, RoundOffer] = {}
    for members in by_contract.values():
        charges = _charges(members, exceptions, urn, on)
        for offer in members:
            carried = exceptions.of(offer.vat_class, offer.category_code, urn, offer.offer_id)
            rate = carried.rate(on)
            if (carried.vat_class, rate, charges) != (offer.vat_class, offer.vat_rate, offer.full_charges):
                found[offer.offer_id] = replace(
                    offer,
                    vat_class=carried.vat_class,
                    vat_rate=rate,
                    vat_certificate=carried.certificate,
                    full_charges=charges,
                )
    return found


def dearer(offers: Mapping[str, RoundOffer], before: Taxed, after: Taxed, ordered: Iterable[str]) -> list[str]:
    """The names of the `ordered` offers (by id) on which a school bears more VAT than before, charges included.

    `before` and `after` are what `taxed_otherwise` made of `offers`.
    """
    rates = [
        (offers[key].name, _rates(before.get(key, offers[key])), _rates(after.get(key, offers[key]))) for key in ordered
    ]
    return sorted(name for name, was, now in rates if any(b > a for a, b in zip(was, now, strict=True)))


def _rates(offer: RoundOffer) -> list[Decimal]:
    return [offer.vat_rate, *(charge.vat_rate for charge in offer.full_charges)]


def _charges(members: Iterable[RoundOffer], exceptions: VatExceptions, urn: int, on: date) -> tuple[FullCharge, ...]:
    charges = next((offer.full_charges for offer in members), ())
    categories = {offer.category_code for offer in members}
    return tuple(
        charge._replace(vat_rate=max(exceptions.of(charge.vat_class, code, urn).rate(on) for code in categories))
        for charge in charges
    )
