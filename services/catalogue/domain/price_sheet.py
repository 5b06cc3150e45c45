"""Price lists in spreadsheets: a heading, then an article a row. Columns are known by their headings, in any order."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from contracts.vat import VAT_CLASSES
from services.catalogue.domain.errors import PriceListUnreadable
from services.catalogue.domain.price import Tier
from services.catalogue.domain.price_list import ListedRow
from services.catalogue.domain.units import UNITS

_HEADINGS: Final[Mapping[str, str]] = {
    heading: field
    for field, headings in {
        "sku": ("sku", "article number", "article no", "article", "item code", "product code", "code", "part number"),
        "name": ("name", "product", "item", "title", "article name"),
        "description": ("description", "details"),
        "category_code": ("category", "category code"),
        "unit": ("unit", "uom", "unit code", "unit of measure"),
        "pack_size": ("pack size", "pack", "units per pack"),
        "minimum_quantity": ("minimum quantity", "minimum", "min qty", "moq"),
        "vat_class": ("vat", "vat class", "vat code"),
        "alone_price": ("alone price", "list price", "rrp"),
        "phases": ("phases", "phase"),
        "price 1": ("price", "unit price"),
    }.items()
    for heading in headings
}
_FORMULA: Final = ("=", "+", "-", "@")
_TIER: Final = re.compile(r"(?:unit )?price (?:from )?([0-9]{1,7})")
_HEADING_WITHIN: Final = 20  # rows above the heading that may hold titles and dates


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """The rows of a sheet, and the headings of columns that say nothing to Bursar."""

    rows: tuple[ListedRow, ...]
    ignored: tuple[str, ...]


def read_price_sheet(rows: Sequence[Sequence[str]]) -> PriceSheet:
    """Read the rows of a sheet, the first being line 1. Raises PriceListUnreadable if no heading is found."""
    for index, row in enumerate(rows[:_HEADING_WITHIN]):
        columns = {position: _field(cell) for position, cell in enumerate(row) if cell.strip()}
        known = [field for field in columns.values() if field]
        if "sku" in known and len(known) > 1:
            if twice := sorted({field for field in known if known.count(field) > 1}):
                raise PriceListUnreadable(f"Line {index + 1}: two columns are headed as {', '.join(twice)}.")
            ignored = tuple(row[position] for position, field in columns.items() if not field)
            fields = {position: field for position, field in columns.items() if field}
            listed = (_row(line, cells, fields) for line, cells in enumerate(rows[index + 1 :], index + 2))
            return PriceSheet(tuple(row for row in listed if row is not None), ignored)
    raise PriceListUnreadable("No line holds the headings. One column must be headed “sku”, others “name” or “price”.")


def as_cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; reading takes the mark off again."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _field(heading: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", " ", heading.lower()).strip()
    tier = _TIER.fullmatch(plain)
    return f"price {int(tier[1])}" if tier else _HEADINGS.get(plain, "")


def _row(line: int, cells: Sequence[str], fields: Mapping[int, str]) -> ListedRow | None:
    found = {field: _bare(cells[position]) if position < len(cells) else "" for position, field in fields.items()}
    if not any(found.values()):
        return None
    sku = found.pop("sku")
    said: dict[str, Any] = {}
    tiers: list[Tier] = []
    faults = [] if sku else ["The article number is missing."]
    for field, text in found.items():
        try:
            if field.startswith("price "):
                if text:
                    tiers.append(Tier(int(field.removeprefix("price ")), _price(text)))
            elif text or field in _MAY_BE_EMPTY:
                said[field] = _READERS.get(field, str)(text)
        except ValueError as fault:
            faults.append(f"{field.replace('_', ' ').capitalize()}: {fault}")
    if tiers:
        said["tiers"] = tuple(sorted(tiers, key=lambda tier: tier.from_quantity))
    return ListedRow(line, sku, said, tuple(faults))


def _bare(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _price(text: str) -> Decimal:
    plain = text.replace("£", "").replace(",", "").strip()
    try:
        price = Decimal(plain)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite():
        raise ValueError(f"“{text[:20]}” is no price in pounds.")
    return price


def _alone_price(text: str) -> Decimal | None:
    return _price(text) if text else None


def _count(text: str) -> int:
    plain = text.replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        raise ValueError(f"“{text[:20]}” is no whole number.")
    return int(plain)


def _unit(text: str) -> str:
    """A code, or the unit's name in English, of one or several."""
    named = (code for code, name in UNITS.items() if text.lower() in (name, f"{name}s", f"{name}es"))
    code = text.upper() if text.upper() in UNITS else next(named, None)
    if code is None:
        raise ValueError(f"“{text[:20]}” is no unit of measure; known are {', '.join(UNITS)}.")
    return code


def _vat_class(text: str) -> str:
    """A class of EN 16931, or as people write it: "20%", "zero rate", "exempt"."""
    plain = text.upper().replace(" ", "").removesuffix("RATE").removesuffix("RATED")
    spoken = {"20": "S", "20%": "S", "STANDARD": "S", "0": "Z", "0%": "Z", "ZERO": "Z", "EXEMPT": "E"}
    code = plain if plain in VAT_CLASSES else spoken.get(plain)
    if code is None:
        raise ValueError(f"“{text[:20]}” is no VAT class; known are {', '.join(VAT_CLASSES)}.")
    return code


def _phases(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"[\s,;]+", text.lower())) if text else ()


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "pack_size": _count,
    "minimum_quantity": _count,
    "unit": _unit,
    "vat_class": _vat_class,
    "alone_price": _alone_price,
    "phases": _phases,
}
_MAY_BE_EMPTY: Final = ("description", "alone_price", "phases")
