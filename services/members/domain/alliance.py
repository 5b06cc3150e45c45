"""What the alliance says of itself on its orders: the buyer's name, address and numbers."""

from dataclasses import dataclass, replace
from typing import Final

from services.members.domain.company import (
    Address,
    Endpoint,
    address_faults,
    endpoint_faults,
    telephone_faults,
    tidy_address,
    tidy_endpoint,
    tidy_telephone,
)
from services.members.domain.errors import AllianceInvalid
from services.members.domain.supplier import clean_vat_number, is_email

NOWHERE: Final = Address((), "", "")


@dataclass(frozen=True, slots=True)
class Alliance:
    """The alliance's own details. `version` 0 means that nobody has recorded them yet, and all of them are empty."""

    name: str = ""
    legal_name: str = ""
    address: Address = NOWHERE
    endpoint: Endpoint | None = None
    vat_number: str | None = None
    email: str = ""
    telephone: str = ""
    version: int = 0


def tidied(alliance: Alliance) -> Alliance:
    """The details as they are kept. Raises VatNumberInvalid."""
    return replace(
        alliance,
        name=alliance.name.strip(),
        legal_name=alliance.legal_name.strip(),
        address=tidy_address(alliance.address) or NOWHERE,
        endpoint=tidy_endpoint(alliance.endpoint),
        vat_number=clean_vat_number(alliance.vat_number),
        email=alliance.email.strip(),
        telephone=tidy_telephone(alliance.telephone) or "",
    )


def check_alliance(alliance: Alliance) -> None:
    """Raise AllianceInvalid with every fault of tidied details, by field."""
    faults: dict[str, str] = {}
    if not alliance.name:
        faults["name"] = "Enter the name under which the schools order."
    if not alliance.legal_name:
        faults["legal_name"] = "Enter the name of the body that signs contracts."
    if not is_email(alliance.email):
        faults["email"] = "Enter an e-mail address, such as office@alliance.example."
    faults |= address_faults(alliance.address)
    faults |= endpoint_faults(alliance.endpoint)
    faults |= telephone_faults(alliance.telephone or None)
    if faults:
        raise AllianceInvalid("The alliance's details do not hold together.", fields=faults)


def same_alliance(one: Alliance, other: Alliance) -> bool:
    """Whether two records say the same, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)
