"""What members, catalogue and billing answer about suppliers' own affairs."""

from typing import Any

Json = dict[str, Any]

ADDRESS: Json = {"lines": ["Unit 4, Paper Mill Lane"], "town": "Millhaven", "postcode": "ZZ10 4PM", "country": "GB"}
DETAILS: Json = {
    "address": ADDRESS,
    "endpoint": {"scheme": "0088", "id": "9520000000011"},
    "company_number": "00999101",
    "telephone": "01632 960101",
    "school_urn": None,
}
ALLIANCE: Json = {
    "name": "Northfield Schools Alliance",
    "legal_name": "Northfield Schools Alliance Limited",
    "address": {"lines": ["The Old Oast", "12 Cherry Lane"], "town": "Millhaven", "postcode": "ZZ1 1AA"},
    "endpoint": {"scheme": "9932", "id": "GB999999973"},
    "vat_number": "GB999999973",
    "email": "office@alliance.example",
    "telephone": "01632 960000",
    "version": 2,
}


def of_portal() -> dict[tuple[str, str], Any]:
    """The answers, by service and path."""
    return {("members", "/alliance"): ALLIANCE}
