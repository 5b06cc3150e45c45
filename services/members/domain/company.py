"""What an invoice and an electronic order must say of a company: address, electronic address, registered numbers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from stdnum import ean
from stdnum.exceptions import ValidationError
from stdnum.gb import vat

from services.members.domain.countries import COUNTRIES
from services.members.domain.school import is_postcode, tidy_postcode

SCHEMES: Final = {
    "0088": "GLN (GS1 location number, 13 digits)",
    "0060": "DUNS number (9 digits)",
    "9932": "United Kingdom VAT number",
}
"""Schemes of Peppol endpoints that are taken, from the Peppol code list of participant identifier schemes."""

MOST_LINES: Final = 3
_COMPANY_NUMBER = re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}|[A-Z][0-9]{7}")
_TELEPHONE = re.compile(r"\+?[0-9 ()-]+")
_FEWEST_DIGITS: Final = 10
_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` in ISO 3166-1 alpha-2."""

    lines: tuple[str, ...]
    town: str
    postcode: str
    country: str = "GB"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where electronic documents go: an identifier and the Peppol code of its scheme (SCHEMES)."""

    scheme: str
    id: str


def tidy_address(address: Address | None) -> Address | None:
    """Without blanks around, empty lines and a postcode in small letters."""
    if address is None:
        return None
    return Address(
        lines=tuple(line.strip() for line in address.lines if line.strip()),
        town=address.town.strip(),
        postcode=tidy_postcode(address.postcode) if address.country == "GB" else address.postcode.strip(),
        country=address.country,
    )


def address_faults(address: Address | None) -> dict[str, str]:
    """What is wrong with a tidied address, by field ("address.town"); none for no address."""
    if address is None:
        return {}
    faults: dict[str, str] = {}
    if not 1 <= len(address.lines) <= MOST_LINES:
        faults["address.lines"] = f"Enter one to {MOST_LINES} lines, such as 4 Mill Lane."
    if not address.town:
        faults["address.town"] = "Enter the town."
    if address.country == "GB" and not is_postcode(address.postcode):
        faults["address.postcode"] = "Enter a full postcode, such as CT1 1AA."
    if address.country not in COUNTRIES:
        faults["address.country"] = "Enter a country code of ISO 3166-1, such as GB for the United Kingdom."
    return faults


def tidy_endpoint(endpoint: Endpoint | None) -> Endpoint | None:
    """The identifier as it is compared: digits alone, a VAT number with its GB."""
    if endpoint is None:
        return None
    packed = re.sub(r"[\s.-]", "", endpoint.id).upper()
    return replace(endpoint, id=f"GB{packed.removeprefix('GB')}" if endpoint.scheme == "9932" and packed else packed)


def endpoint_faults(endpoint: Endpoint | None) -> dict[str, str]:
    """What is wrong with a tidied endpoint, by field ("endpoint.id"); none for no endpoint."""
    if endpoint is None:
        return {}
    if endpoint.scheme not in _CHECKS:
        return {"endpoint.scheme": "Choose 0088 (GLN), 0060 (DUNS) or 9932 (United Kingdom VAT)."}
    holds, fault = _CHECKS[endpoint.scheme]
    return {} if holds(endpoint.id) else {"endpoint.id": fault}


def tidy_company_number(text: str | None) -> str | None:
    """A number of Companies House with its leading noughts, or None where there is none."""
    packed = re.sub(r"\s", "", text or "").upper()
    return (packed.zfill(8) if packed.isdigit() else packed) or None


def company_number_faults(number: str | None) -> dict[str, str]:
    """What is wrong with a tidied company number."""
    if number is None or _COMPANY_NUMBER.fullmatch(number):
        return {}
    return {"company_number": "Enter the number of Companies House: eight digits, or two letters and six digits."}


def tidy_telephone(text: str | None) -> str | None:
    """A telephone number as typed, without blanks around it and doubled ones inside; None where there is none."""
    return " ".join((text or "").split()) or None


def telephone_faults(telephone: str | None) -> dict[str, str]:
    """What is wrong with a tidied telephone number."""
    if telephone is None:
        return {}
    digits = sum(character.isdigit() for character in telephone)
    if _TELEPHONE.fullmatch(telephone) and _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        return {}
    return {"telephone": "Enter a telephone number with its area code, such as 01227 496 0000."}


def _is_gln(text: str) -> bool:
    return len(text) == 13 and _passes(ean.validate, text)


def _is_duns(text: str) -> bool:
    """Nine digits: D-U-N-S numbers have had no check digit since 2006."""
    return len(text) == 9 and text.isascii() and text.isdigit()


def _is_vat_number(text: str) -> bool:
    return _passes(vat.validate, text)


def _passes(validate: Callable[[str], str], text: str) -> bool:
    try:
        validate(text)
    except ValidationError:
        return False
    return True


_CHECKS: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "0088": (_is_gln, "Check the GLN: thirteen digits, the last of which follows from the others."),
    "0060": (_is_duns, "Check the DUNS number: nine digits."),
    "9932": (_is_vat_number, "Check the VAT number: GB and nine digits."),
}
