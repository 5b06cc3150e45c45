"""An offer as a round holds it: fixed when the round opens."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.orders.domain.round import Member
from services.orders.domain.tiers import Tier
from services.orders.domain.wanted import WantedLine


class FullCharge(NamedTuple):
    """A charge of a contract as a school would bear it alone: VAT class and per cent, net in pence."""

    vat_class: str
    vat_rate: Decimal
    net_pence: int


@dataclass(frozen=True, slots=True, eq=False)
class RoundOffer:
    """What schools can order in one round; a line is of `minimum_quantity` units or more.

    `tiers` ascend and begin at whole packs (`domain.tiers.in_packs`). A school may order if it fits each of phases,
    types, classes of membership and URNs that is not empty. `alone_price` is what a school pays for a unit on its own
    elsewhere. `full_charges` are all that its contract may add to an order. `supplier_urn` is the school that supplies
    it, if one does. The VAT is the offer's own, or where the offer was read for a school (`storage.vat.own_offers`)
    what it carries for that, with the certificate's reference.
    Read once and shared: two are the same only if they are the same object.
    """

    offer_id: str
    contract_id: str
    supplier_id: str
    supplier_name: str
    category_code: str
    category_name: str
    sku: str
    name: str
    description: str
    unit: str
    pack_size: int
    vat_class: str
    vat_rate: Decimal
    tiers: tuple[Tier, ...]
    phases: tuple[str, ...]
    minimum_quantity: int = 1
    alone_price: Decimal | None = None
    eligible_types: tuple[str, ...] = ()
    eligible_classes: tuple[str, ...] = ()
    eligible_urns: tuple[int, ...] = ()
    withdrawn: bool = False
    full_charges: tuple[FullCharge, ...] = ()
    vat_certificate: str = ""
    supplier_urn: int | None = None

    def is_for(self, member: Member) -> bool:
        """Whether this school may order it; nobody supplies itself."""
        wanted = (
            (self.phases, member.phase),
            (self.eligible_types, member.type_code),
            (self.eligible_classes, member.membership_class),
            (self.eligible_urns, member.urn),
        )
        return self.supplier_urn != member.urn and all(not those or own in those for those, own in wanted)


def offers_for(member: Member, offers: Iterable[RoundOffer], ordered: Container[str] = ()) -> list[RoundOffer]:
    """The offers that this school may order, in their order, and those that it has `ordered` (by id) in any case."""
    is_for_member = _asker(member)
    return [offer for offer in offers if offer.offer_id in ordered or (is_for_member(offer) and not offer.withdrawn)]


def _asker(member: Member) -> Callable[[RoundOffer], bool]:
    """`RoundOffer.is_for` this school. Most offers of a round are meant for the same schools: each audience is asked
    about once.
    """
    fits: dict[tuple[object, ...], bool] = {}

    def ask(offer: RoundOffer) -> bool:
        audience = (
            offer.phases, offer.eligible_types, offer.eligible_classes, offer.eligible_urns, offer.supplier_urn,
        )  # fmt: skip
        found = fits.get(audience)
        if found is None:
            found = fits[audience] = offer.is_for(member)
        return found

    return ask


def refused_lines(offers: Mapping[str, RoundOffer], member: Member, lines: Sequence[WantedLine]) -> dict[str, str]:
    """What is wrong with the lines of an order, by path: "lines.3.offer_id".

    A line may name no offer that the round lacks, none twice, and ask units of none that is withdrawn or not for this
    school, nor fewer than its minimum. Quantity 0 takes a line out and is always allowed, but for flexible units, which
    come on top of firm ones.
    """
    faults: dict[str, str] = {}
    seen: set[str] = set()
    is_for_member = _asker(member)
    for position, line in enumerate(lines):
        offer_id, quantity = line.offer_id, line.quantity
        offer = offers.get(offer_id)
        field, fault = "offer_id", None
        if offer is None:
            fault = "This round does not offer it."
        elif offer_id in seen:
            fault = f"{offer.name} stands in the order twice."
        elif quantity and not is_for_member(offer):
            fault = f"{offer.name} is not offered to your school."
        elif quantity and offer.withdrawn:
            fault = f"{offer.name} has been withdrawn."
        elif quantity and quantity < offer.minimum_quantity:
            field, fault = "quantity", f"{offer.name} is ordered {offer.minimum_quantity:,} or more at a time."
        elif line.flexible and not quantity:
            field, fault = "quantity", f"Enter how many of {offer.name} you need in any case."
        if fault:
            faults[f"lines.{position}.{field}"] = fault
        seen.add(offer_id)
    return faults
