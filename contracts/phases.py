"""Phases of education, as eligibility is stated in them."""

from typing import Final

PHASES: Final = {
    "nursery": "Nursery",
    "primary": "Primary",
    "middle_deemed_primary": "Middle, deemed primary",
    "middle_deemed_secondary": "Middle, deemed secondary",
    "secondary": "Secondary",
    "sixteen_plus": "16 plus",
    "all_through": "All-through",
}


def phase_from_ages(low: int, high: int) -> str:
    """The phase that statutory ages give (infant and junior count as primary).

    Middle schools are deemed by the number of years on either side of 11 (Education (Middle Schools)
    Regulations 2002: more than half of the age range).
    """
    if high <= 5:
        return "nursery"
    if high <= 11:
        return "primary"
    if low >= 16:
        return "sixteen_plus"
    if low >= 11:
        return "secondary"
    if low <= 7 and high >= 16:
        return "all_through"
    if high >= 16:
        return "secondary"
    return "middle_deemed_primary" if 11 - low > high - 11 else "middle_deemed_secondary"
