"""A purchase order's documents read back, as a supplier's office, a spreadsheet and another computer read them."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.orders.peppol_rules import faults, totals

_MONEY = r"([\d,]+\.\d\d)"
_PLACE = re.compile(rf"^\d+ +(.+?) +[A-Z]{{1,2}}\d\w? \d[A-Z]{{2}} +{_MONEY} +{_MONEY} +{_MONEY}$", re.MULTILINE)


@dataclass(frozen=True)
class Figures:
    """What an order comes to, in pence without VAT and with it; and (net, gross) of each school's part, by its name."""

    net_pence: int
    gross_pence: int
    schools: Mapping[str, tuple[int, int]]


def in_portal(order: Mapping[str, Any]) -> dict[str, int]:
    """The net pence of each school's part in the order as the API shows it."""
    return {drop["school_name"]: sum(line["net_pence"] for line in drop["lines"]) for drop in order["drops"]}


def in_pdf(content: bytes) -> Figures:
    """The sums of the first pages."""
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    schools = {name: (_pence(net), _pence(gross)) for name, net, _, gross in _PLACE.findall(text)}
    return Figures(_after("Without VAT", text), _after("Total with VAT, pounds sterling", text), schools)


def in_workbook(content: bytes) -> Figures:
    """The sums of the summary and the sheet of drops."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    summary = {str(row[0]): row[1] for row in book.get_sheet_by_name("Summary").to_python()}
    heads, *rows = book.get_sheet_by_name("Drops").to_python()
    named = [dict(zip(map(str, heads), row, strict=True)) for row in rows]
    schools = {
        str(row["School"]): (_from_cell(row["Without VAT, £"]), _from_cell(row["With VAT, £"]))
        for row in named
        if row["School"]
    }
    return Figures(_from_cell(summary["Without VAT, £"]), _from_cell(summary["With VAT, £"]), schools)


def in_peppol(content: bytes) -> Figures:
    """The sums of the orders for each drop, which hold to Peppol's rules."""
    schools = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for file in archive.namelist():
            order = etree.fromstring(archive.read(file))
            assert faults(order) == [], file
            found = totals(order)
            name = order.findtext("{*}Delivery/{*}DeliveryParty/{*}PartyName/{*}Name", "")
            schools[name] = (found.net_pence, found.gross_pence)
    return Figures(sum(net for net, _ in schools.values()), sum(gross for _, gross in schools.values()), schools)


def _after(words: str, text: str) -> int:
    found = re.search(rf"{words}\s+{_MONEY}", text)
    assert found, words
    return _pence(found.group(1))


def _pence(pounds: str) -> int:
    return int(pounds.replace(",", "").replace(".", ""))


def _from_cell(pounds: object) -> int:
    assert isinstance(pounds, float)
    return round(pounds * 100)
