"""A category: what is bought, under which European and which ledger code."""

import re
from dataclasses import dataclass, replace
from typing import Final

from services.catalogue.domain.errors import CategoryInvalid

_CODE: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CPV: Final = re.compile(r"[0-9]{8}-[0-9]")
_LEDGER: Final = re.compile(r"[A-Z][0-9]{2}[a-zA-Z]?")
LONGEST_CODE: Final = 60


@dataclass(frozen=True, slots=True)
class Category:
    """`cpv` is a code of the Common Procurement Vocabulary 2008; `ledger_code` one of the DfE's framework (CFR)."""

    code: str
    name: str
    cpv: str
    ledger_code: str
    version: int = 0


def check_category(category: Category) -> None:
    """Raise CategoryInvalid with every fault, by field."""
    faults: dict[str, str] = {}
    if len(category.code) > LONGEST_CODE or not _CODE.fullmatch(category.code):
        faults["code"] = "Use small letters, digits and single hyphens, such as exercise-books."
    if not category.name.strip():
        faults["name"] = "Enter the category's name."
    if not _CPV.fullmatch(category.cpv):
        faults["cpv"] = "Enter a CPV code with its check digit, such as 79211110-0."
    if not _LEDGER.fullmatch(category.ledger_code):
        faults["ledger_code"] = "Enter a ledger code such as E19 or E20G."
    if faults:
        raise CategoryInvalid("The category's details do not hold together.", fields=faults)


def same_category(one: Category, other: Category) -> bool:
    """Whether two records say the same of a category, whatever their versions."""
    return replace(one, version=0) == replace(other, version=0)
