"""An offer as a round holds it: fixed when the round opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.orders.domain.tiers import Tier


@dataclass(frozen=True, slots=True, eq=False)
class RoundOffer:
    """What schools can order in one round; `tiers` ascend, empty `phases` mean every school.

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
    withdrawn: bool = False

    def is_for(self, phase: str) -> bool:
        """Whether a school of this phase may order it."""
        return not self.phases or phase in self.phases


def refused_lines(offers: Mapping[str, RoundOffer], phase: str, lines: Sequence[tuple[str, int]]) -> dict[str, str]:
    """What is wrong with the (offer id, quantity) lines of an order, by path: "lines.3.offer_id".

    A line may name no offer that the round lacks, none twice, and ask units of none that is withdrawn or not for
    schools of this phase. Quantity 0 takes a line out and is always allowed.
    """
    faults: dict[str, str] = {}
    seen: set[str] = set()
    for position, (offer_id, quantity) in enumerate(lines):
        offer = offers.get(offer_id)
        fault = None
        if offer is None:
            fault = "This round does not offer it."
        elif offer_id in seen:
            fault = f"{offer.name} stands in the order twice."
        elif quantity and not offer.is_for(phase):
            fault = f"{offer.name} is not offered to schools of your phase."
        elif quantity and offer.withdrawn:
            fault = f"{offer.name} has been withdrawn."
        if fault:
            faults[f"lines.{position}.offer_id"] = fault
        seen.add(offer_id)
    return faults
