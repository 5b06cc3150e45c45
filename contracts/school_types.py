"""Types of establishment as the national register codes them, and what follows from each for VAT and the year."""

from dataclasses import dataclass
from typing import Final, Literal

VatRefund = Literal["authority", "academy", "none"]
FinancialYear = Literal["april", "september"]
MembershipClass = Literal["full", "associate"]


@dataclass(frozen=True, slots=True)
class SchoolType:
    """A type's name in the register, and who gets VAT on the school's non-business purchases back.

    `authority`: the local authority that maintains the school (VAT Act 1994 s33); `academy`: the academy's proprietor
    (s33B: academies, free schools, studio schools, university technical colleges); `none`: nobody.
    """

    name: str
    vat_refund: VatRefund

    @property
    def financial_year(self) -> FinancialYear:
        """The month in which the school's financial year begins: maintained April, all others September."""
        return "april" if self.vat_refund == "authority" else "september"


MEMBERSHIP_CLASSES: Final[dict[MembershipClass, str]] = {"full": "Full member", "associate": "Associate"}
VAT_REFUNDS: Final[dict[VatRefund, str]] = {
    "authority": "Recovered through the local authority (VAT Act 1994 s33)",
    "academy": "Recovered by the academy trust (VAT Act 1994 s33B)",
    "none": "Not recovered under s33 or s33B",
}

SCHOOL_TYPES: Final[dict[str, SchoolType]] = {
    "1": SchoolType("Community school", "authority"),
    "2": SchoolType("Voluntary aided school", "authority"),
    "3": SchoolType("Voluntary controlled school", "authority"),
    "5": SchoolType("Foundation school", "authority"),
    "6": SchoolType("City technology college", "none"),
    "7": SchoolType("Community special school", "authority"),
    "12": SchoolType("Foundation special school", "authority"),
    "14": SchoolType("Pupil referral unit", "authority"),
    "15": SchoolType("Local authority nursery school", "authority"),
    "28": SchoolType("Academy sponsor led", "academy"),
    "33": SchoolType("Academy special sponsor led", "academy"),
    "34": SchoolType("Academy converter", "academy"),
    "35": SchoolType("Free schools", "academy"),
    "36": SchoolType("Free schools special", "academy"),
    "38": SchoolType("Free schools alternative provision", "academy"),
    "39": SchoolType("Free schools 16 to 19", "academy"),
    "40": SchoolType("University technical college", "academy"),
    "41": SchoolType("Studio schools", "academy"),
    "42": SchoolType("Academy alternative provision converter", "academy"),
    "43": SchoolType("Academy alternative provision sponsor led", "academy"),
    "44": SchoolType("Academy special converter", "academy"),
    "45": SchoolType("Academy 16-19 converter", "academy"),
    "46": SchoolType("Academy 16 to 19 sponsor led", "academy"),
    "57": SchoolType("Academy secure 16 to 19", "academy"),
}
"""State-funded types by code, without leading zeros (gov.uk, Get Information about Schools, types of establishment)."""

_UNKNOWN: Final = SchoolType("", "authority")


def school_type(code: str) -> SchoolType:
    """The type of a code; one without a name for codes that are not known, such as a census's schools have.

    The unknown count as maintained: that is most schools, and their year begins with the authority's.
    """
    return SCHOOL_TYPES.get(code.lstrip("0"), _UNKNOWN)
