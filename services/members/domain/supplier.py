"""A supplier: whom contracts are with, and what its orders and invoices must show."""

import re
from dataclasses import dataclass, replace

from stdnum.exceptions import ValidationError
from stdnum.gb import vat

from services.members.domain.company import (
    Address,
    Endpoint,
    address_faults,
    company_number_faults,
    endpoint_faults,
    telephone_faults,
    tidy_address,
    tidy_company_number,
    tidy_endpoint,
    tidy_telephone,
)
from services.members.domain.errors import SupplierInvalid, VatNumberInvalid

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier as it now stands.

    `email` is where orders go; `vat_number` is None for one that is not registered for VAT; `school_urn` names the
    school of the alliance that is this supplier.
    """

    supplier_id: str
    name: str
    email: str
    vat_number: str | None = None
    address: Address | None = None
    endpoint: Endpoint | None = None
    company_number: str | None = None
    telephone: str | None = None
    school_urn: int | None = None
    version: int = 0


def tidied(supplier: Supplier) -> Supplier:
    """The details as they are kept. Raises VatNumberInvalid."""
    return replace(
        supplier,
        name=supplier.name.strip(),
        email=supplier.email.strip(),
        vat_number=clean_vat_number(supplier.vat_number),
        address=tidy_address(supplier.address),
        endpoint=tidy_endpoint(supplier.endpoint),
        company_number=tidy_company_number(supplier.company_number),
        telephone=tidy_telephone(supplier.telephone),
    )


def check_supplier(supplier: Supplier) -> None:
    """Raise SupplierInvalid with every fault of tidied details, by field."""
    faults: dict[str, str] = {}
    if not supplier.name.strip():
        faults["name"] = "Enter the supplier's name."
    if not is_email(supplier.email):
        faults["email"] = "Enter an e-mail address, such as orders@supplier.example."
    faults |= address_faults(supplier.address)
    faults |= endpoint_faults(supplier.endpoint)
    faults |= company_number_faults(supplier.company_number)
    faults |= telephone_faults(supplier.telephone)
    if faults:
        raise SupplierInvalid("The supplier's details do not hold together.", fields=faults)


def clean_vat_number(text: str | None) -> str | None:
    """A United Kingdom VAT number as `GB` and its digits, or None where there is none.

    Raises VatNumberInvalid when the length or check digits are wrong (HMRC's modulus 97, both series).
    """
    if text is None or not text.strip():
        return None
    try:
        return f"GB{vat.validate(text)}"
    except ValidationError as fault:
        raise VatNumberInvalid(
            f"{text.strip()} is not a VAT number of the United Kingdom.",
            fields={"vat_number": "Check the VAT number: nine digits, as printed on the supplier's invoices."},
        ) from fault


def is_email(text: str) -> bool:
    """Whether a text has the form of an e-mail address."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


def same_supplier(one: Supplier, other: Supplier) -> bool:
    """Whether two records say the same of a supplier, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)


def differences(before: Supplier, after: Supplier) -> dict[str, tuple[str | None, str | None]]:
    """What a change does to each field that is shown, in words: (before, after)."""
    one, other = _in_words(before), _in_words(after)
    return {field: (one[field], other[field]) for field in one if one[field] != other[field]}


def _in_words(supplier: Supplier) -> dict[str, str | None]:
    address, endpoint = supplier.address, supplier.endpoint
    return {
        "name": supplier.name,
        "email": supplier.email,
        "telephone": supplier.telephone,
        "address": None if address is None else ", ".join((*address.lines, f"{address.town} {address.postcode}")),
        "endpoint": None if endpoint is None else f"{endpoint.scheme}:{endpoint.id}",
        "vat_number": supplier.vat_number,
        "company_number": supplier.company_number,
        "school_urn": None if supplier.school_urn is None else str(supplier.school_urn),
    }
