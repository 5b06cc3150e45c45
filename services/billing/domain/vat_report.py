"""VAT by period, category and rate, for a school and for the alliance.

On a school's bills VAT is input VAT. The tax point of a document is its date. Categories are those of EN 16931: S (with
its rates), Z, E, AE and O. What a supplier invoices a school directly stands apart: it is no part of the recharge.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from contracts.money import pounds
from contracts.report import Column, Report, Section
from contracts.vat import VAT_CLASSES, vat_pence, vat_rate

_FIGURES: Final = (
    Column("net_pence", "Without VAT", "money", added=True),
    Column("vat_pence", "VAT", "money", added=True),
    Column("reverse_pence", "VAT you account for", "money", added=True),
)
_REVERSE: Final = (
    "Under the reverse charge (AE) the document carries no VAT: the buyer accounts for it at the standard rate of the"
    " day (VAT Act 1994, section 55A)."
)


@dataclass(frozen=True, slots=True)
class VatSum:
    """Net and VAT in pence of one source, month, school, VAT category and rate in per cent.

    `reverse_pence` is the VAT for which the buyer accounts itself.
    """

    source: str
    month: date
    school_urn: int | None
    school_name: str
    vat_class: str
    vat_rate: Decimal
    net_pence: int
    vat_pence: int
    reverse_pence: int


def vat_sums(rows: Iterable[Any]) -> list[VatSum]:
    """Sums as storage gives them, with the VAT of the reverse charge at the standard rate of each document's day."""
    found: dict[tuple[Any, ...], VatSum] = {}
    for row in rows:
        on = row.reverse_charged_on
        reverse = vat_pence(row.net_pence, vat_rate("S", on)) if on else 0
        key = (row.source, row.month, row.school_urn, row.vat_class, row.vat_rate)
        past = found.get(key)
        found[key] = VatSum(
            row.source,
            row.month,
            row.school_urn,
            row.school_name,
            row.vat_class,
            row.vat_rate,
            row.net_pence + (past.net_pence if past else 0),
            row.vat_pence + (past.vat_pence if past else 0),
            reverse + (past.reverse_pence if past else 0),
        )
    return list(found.values())


def school_vat_report(name: str, first: date, last: date, sums: Iterable[VatSum]) -> Report:
    """The VAT report of one school."""
    sums = list(sums)
    billed, direct = _billed(sums), _direct(sums)
    total, apart = (sum(each.vat_pence for each in some) for some in (billed, direct))
    sentence = f"The alliance’s bills carry £{pounds(total)} of input VAT {_period(first, last)}"
    sentence += f", and suppliers’ own invoices £{pounds(apart)}." if direct else "."
    sections = [
        _section("Input VAT on bills", billed, _by_category(), note=f"Bills less credit notes. {_REVERSE}"),
        _section("Invoiced by suppliers directly", direct, _by_category(), note="Apart from the alliance’s bills."),
    ]
    return Report("vat", f"VAT of {name}", sentence, sections)


def alliance_vat_report(first: date, last: date, sums: Iterable[VatSum], suppliers: Iterable[VatSum]) -> Report:
    """The VAT report of the alliance: what it bills, school by school, and what suppliers invoiced it."""
    sums, suppliers = list(sums), list(suppliers)
    billed, direct = _billed(sums), _direct(sums)
    paid_on, charged = (sum(each.vat_pence for each in some) for some in (billed, suppliers))
    sentence = (
        f"Suppliers invoiced £{pounds(charged)} of VAT {_period(first, last)}, and schools were billed "
        f"£{pounds(paid_on)} of it; £{pounds(charged - paid_on)} {'went into' if charged >= paid_on else 'came from'} "
        "clearing."
    )
    by_school = {"school_name": lambda each: each.school_name}
    sections = [
        _section(_BY_RATE, billed, _by_category(), note=f"Bills less credit notes, all schools. {_REVERSE}"),
        _section(_BY_SCHOOL, billed, by_school),
        _section("By school, category and rate", billed, {**by_school, **_by_category()}),
        _section("Invoiced to schools directly", direct, {**by_school, **_by_category()}),
        _section(
            "VAT on suppliers’ invoices", suppliers, _by_category(), note="Invoices less credit notes, recharged."
        ),
    ]
    return Report("vat", "VAT of the alliance", sentence, sections)


def vat_table(report: Report) -> Section:
    """Every figure of a VAT report once, as one table: the part it stands in, then school, month, category and rate."""
    parts = [section for section in report.sections if section.title not in (_BY_RATE, _BY_SCHOOL)]
    grouped = [name for name in _LABELS if any(column.key == name for part in parts for column in part.columns)]
    rows = [{"part": part.title, **dict.fromkeys(grouped), **row} for part in parts for row in part.rows]
    columns = (Column("part", "Part"), *(Column(name, _LABELS[name]) for name in grouped), *_FIGURES)
    return Section(report.title, columns, rows)


_BY_RATE: Final = "VAT on bills"
_BY_SCHOOL: Final = "By school"
"""What an alliance's report sums once more by school, category and rate."""
_LABELS: Final = {
    "school_name": "School",
    "month": "Month",
    "vat_class": "Category",
    "vat_rate": "Rate",
}
Groups = Mapping[str, Callable[[VatSum], str]]


def _by_category() -> Groups:
    return {
        "month": lambda each: f"{each.month:%Y-%m}",
        "vat_class": lambda each: f"{each.vat_class}, {VAT_CLASSES[each.vat_class]}",
        "vat_rate": lambda each: f"{each.vat_rate.normalize():f} %",
    }


def _section(title: str, sums: Iterable[VatSum], groups: Groups, note: str = "") -> Section:
    found: dict[tuple[str, ...], list[int]] = {}
    for each in sums:
        key = tuple(name_of(each) for name_of in groups.values())
        figures = found.setdefault(key, [0, 0, 0])
        for place, pence in enumerate((each.net_pence, each.vat_pence, each.reverse_pence)):
            figures[place] += pence
    rows: list[dict[str, Any]] = [
        {**dict(zip(groups, key, strict=True)), **dict(zip((column.key for column in _FIGURES), figures, strict=True))}
        for key, figures in sorted(found.items())
    ]
    return Section(title, (*(Column(name, _LABELS[name]) for name in groups), *_FIGURES), rows, note=note)


def _billed(sums: Iterable[VatSum]) -> list[VatSum]:
    return [each for each in sums if each.source in ("bill", "credit_note")]


def _direct(sums: Iterable[VatSum]) -> list[VatSum]:
    return [each for each in sums if each.source == "direct"]


def _period(first: date, last: date) -> str:
    return f"from {first:%-d %B %Y} to {last:%-d %B %Y}"
