"""The fields of a company's details, as three forms have them: the alliance's, a supplier's, a supplier's own."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

SCHEMES: Final = (
    ("0088", "GLN (GS1 location number, 13 digits)"),
    ("0060", "DUNS number (9 digits)"),
    ("9932", "United Kingdom VAT number"),
)

# Where the members service finds fault, by the input it is about.
FIELDS: Final = {
    "address.lines": "address",
    "address.town": "town",
    "address.postcode": "postcode",
    "endpoint.scheme": "endpoint_scheme",
    "endpoint.id": "endpoint_id",
}

_FLAT: Final = ("name", "legal_name", "email", "telephone", "vat_number", "company_number", "school_urn", "version")


def values_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of the members service as the form's values."""
    address, endpoint = record.get("address") or {}, record.get("endpoint") or {}
    return {name: record.get(name) for name in _FLAT} | {
        "address": "\n".join(address.get("lines", [])),
        "town": address.get("town", ""),
        "postcode": address.get("postcode", ""),
        "endpoint_scheme": endpoint.get("scheme", ""),
        "endpoint_id": endpoint.get("id", ""),
    }


def details(sent: Mapping[str, str], faults: Faults, *, address_needed: bool) -> dict[str, Any]:
    """Address, electronic address, VAT number, e-mail and telephone as they were typed."""
    typed = Typed(sent, faults)
    scheme = typed.text("endpoint_scheme", "which kind of electronic address", needed=bool(sent.get("endpoint_id")))
    identifier = typed.text("endpoint_id", "the electronic address", needed=bool(scheme))
    return {
        "address": _address(typed, sent, address_needed),
        "endpoint": {"scheme": scheme, "id": identifier} if scheme else None,
        "vat_number": typed.text("vat_number", "the VAT number", needed=False) or None,
        "email": typed.text("email", "the e-mail address"),
    }


def _address(typed: Typed, sent: Mapping[str, str], needed: bool) -> dict[str, Any] | None:
    if not needed and not any(sent.get(name, "").strip() for name in ("address", "town", "postcode")):
        return None
    return {
        "lines": [line.strip() for line in typed.text("address", "the address").splitlines() if line.strip()],
        "town": typed.text("town", "the town"),
        "postcode": typed.text("postcode", "the postcode"),
    }
