"""Electronic addresses of Peppol that occur in this country (code list EAS), and what is wrong with one."""

from typing import Final

from stdnum import ean
from stdnum.gb import vat

SCHEMES: Final = {
    "0088": "GLN (GS1 location number, 13 digits)",
    "0060": "DUNS number (9 digits)",
    "9932": "United Kingdom VAT number",
}
_GLN_DIGITS: Final = 13
_DUNS_DIGITS: Final = 9


def endpoint_fault(scheme: str, identifier: str) -> str:
    """What is wrong with an identifier of a scheme, as a sentence; nothing if it is right."""
    if scheme == "0088" and not (len(identifier) == _GLN_DIGITS and ean.is_valid(identifier)):
        return "Check the GLN: thirteen digits, the last of which follows from the others."
    if scheme == "0060" and not (len(identifier) == _DUNS_DIGITS and identifier.isascii() and identifier.isdigit()):
        return "Check the DUNS number: nine digits."
    return vat_number_fault(identifier) if scheme == "9932" else ""


def vat_number_fault(number: str) -> str:
    """What is wrong with a VAT number of this country, as a sentence; nothing if it is right."""
    return "" if number.startswith("GB") and vat.is_valid(number) else "Check the VAT number: GB and nine digits."
