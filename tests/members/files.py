"""Builders of published files of schools, in the layouts of the national register and the school census."""

import csv
import io
from collections.abc import Mapping
from typing import Any

_REGISTER: dict[str, str] = {
    "URN": "123456",
    "LA (code)": "886",
    "LA (name)": "Kent",
    "EstablishmentNumber": "2001",
    "EstablishmentName": "Hop Garden Primary School",
    "TypeOfEstablishment (code)": "01",
    "TypeOfEstablishment (name)": "Community school",
    "EstablishmentStatus (name)": "Open",
    "OpenDate": "",
    "CloseDate": "",
    "PhaseOfEducation (name)": "Primary",
    "StatutoryLowAge": "4",
    "StatutoryHighAge": "11",
    "CensusDate": "18-01-2024",
    "NumberOfPupils": "271",
    "Street": "Oast Road",
    "Town": "Faversham",
    "Postcode": "ME13 7AA",
}
REGISTER_WIDTH = 133


def register_file(*rows: Mapping[str, Any], width: int = REGISTER_WIDTH) -> bytes:
    """The register's CSV: cp1252, every value quoted, 133 columns, CRLF. Rows say what differs from a plain school."""
    columns = [*_REGISTER, *(f"Column {number}" for number in range(len(_REGISTER) + 1, width + 1))]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(_REGISTER | row)
    return text.getvalue().encode("cp1252")


def census_file(*rows: tuple[Any, ...], bom: bool = True, more_columns: int = 18) -> bytes:
    """The census's CSV: UTF-8 with a byte order mark, 23 columns. Rows are (URN, LA, ESTAB, SCHOOLTYPE, NOR)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    extra = [f"PCT{number}" for number in range(more_columns)]
    writer.writerow(["URN", "LA", "ESTAB", "SCHOOLTYPE", "NOR", *extra])
    for row in rows:
        writer.writerow([*row, *("SUPP" for _ in extra)])
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")
