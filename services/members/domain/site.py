"""Where a school takes deliveries, and what a driver has to know there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.members.domain.errors import SitesInvalid
from services.members.domain.school import is_postcode

MOST_SITES: Final = 30


@dataclass(frozen=True, slots=True)
class Site:
    """One delivery site. `instructions` go to whoever delivers; the `main` one is taken unless an order says other."""

    site_id: str
    name: str
    address: str
    postcode: str
    instructions: str
    main: bool


def check_sites(sites: Sequence[Site]) -> None:
    """Raise SitesInvalid, by field ("sites.0.name"), unless all are sound and exactly one is the main one."""
    faults: dict[str, str] = {}
    names = [site.name.casefold() for site in sites]
    for index, site in enumerate(sites):
        if not site.name:
            faults[f"sites.{index}.name"] = "Name the site, such as “Main building”."
        elif names[index] in names[:index]:
            faults[f"sites.{index}.name"] = "Another site has this name already."
        if not site.address:
            faults[f"sites.{index}.address"] = "Enter the address."
        if not is_postcode(site.postcode):
            faults[f"sites.{index}.postcode"] = "Enter a full postcode, such as ME4 4UF."
    if len(sites) > MOST_SITES:
        faults["sites"] = f"A school has at most {MOST_SITES} sites."
    if sites and sum(site.main for site in sites) != 1:
        faults["main"] = "Say which one is the main site."
    if faults:
        raise SitesInvalid("The delivery sites do not hold together.", fields=faults)
