"""What a school's or the alliance's own accounts program reads: Sage 50, Xero, Arbor, or columns of one's own choice.

A school's bills are purchases to its accounts program, credit notes purchase credits, receipts its payments; the
alliance's are the lines of its journal. Amounts are Decimals in pounds and travel as numbers, everything else as text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Format = Literal["sage50", "xero", "arbor", "csv"]
Kind = Literal["bill", "credit_note", "receipt", "receipt_undone", "journal"]
Cell = str | Decimal

FORMATS: Final = ("sage50", "xero", "arbor", "csv")
TAX_KEYS: Final = ("S", "S5", "Z", "E", "AE", "O")
"""VAT classes as a map names them; S5 is the reduced rate."""
TAX_CODES: Final[Mapping[Format, Mapping[str, str]]] = {
    "sage50": {"S": "T1", "S5": "T5", "Z": "T0", "E": "T2", "AE": "T24", "O": "T9"},
    "xero": {
        "S": "20% (VAT on Expenses)",
        "S5": "5% (VAT on Expenses)",
        "Z": "Zero Rated Expenses",
        "E": "Exempt Expenses",
        "AE": "Reverse Charge Expenses (20%)",
        "O": "No VAT",
    },
    "arbor": {"S": "S", "S5": "R", "Z": "Z", "E": "E", "AE": "RC", "O": "O"},
    "csv": {key: key for key in TAX_KEYS},
}
"""What each program calls a VAT class unless a school says otherwise."""

_SAGE_REFERENCE: Final = 30
_SAGE_DETAILS: Final = 60
_SAGE_TYPES: Final = {"bill": "PI", "credit_note": "PC"}
_WORDS: Final = {
    "bill": "Bill",
    "credit_note": "Credit note",
    "receipt": "Payment",
    "receipt_undone": "Payment undone",
    "journal": "Journal",
}
_PAYMENTS: Final = ("receipt", "receipt_undone")


@dataclass(frozen=True, slots=True)
class ExportLine:
    """Part of a document under one ledger code and VAT class; pence are signed as the statement of account is.

    A bill is positive, a credit note and a receipt negative, a receipt that is taken back positive again; of a journal
    line a debit is positive.
    """

    kind: Kind
    document_id: str
    number: str
    on: date
    due_on: date | None
    reference: str
    details: str
    ledger_code: str
    vat_class: str
    vat_rate: Decimal
    net_pence: int
    vat_pence: int

    @property
    def tax_key(self) -> str:
        """The VAT class as a map of tax codes names it."""
        return "S5" if self.vat_class == "S" and self.vat_rate == Decimal(5) else self.vat_class


@dataclass(frozen=True, slots=True)
class ExportProfile:
    """How one school, or the alliance, takes its documents over.

    `account` is what its program calls the other side (the alliance's account with the school as supplier), `nominals`
    its own codes by ledger code, `columns` of a table of its own as (field, heading).
    """

    format: Format
    account: str
    bank_nominal: str
    department: str
    nominals: Mapping[str, str]
    tax_codes: Mapping[str, str]
    columns: Sequence[tuple[str, str]]

    def nominal(self, line: ExportLine) -> str:
        """The program's own code for a line; the bank's for a payment."""
        if line.kind in _PAYMENTS:
            return self.bank_nominal
        return self.nominals.get(line.ledger_code) or line.ledger_code

    def tax_code(self, line: ExportLine) -> str:
        """The program's own code for a line's VAT."""
        return self.tax_codes.get(line.tax_key) or TAX_CODES[self.format][line.tax_key]


Value = Callable[[ExportProfile, ExportLine], Cell]

FIELDS: Final[Mapping[str, tuple[str, Value]]] = {
    "type": ("Type", lambda _, line: _WORDS[line.kind]),
    "number": ("Number", lambda _, line: line.number),
    "date": ("Date", lambda _, line: _day(line.on)),
    "due_date": ("Due date", lambda _, line: _day(line.due_on)),
    "reference": ("Reference", lambda _, line: line.reference),
    "account": ("Account", lambda profile, _: profile.account),
    "details": ("Details", lambda _, line: line.details),
    "ledger_code": ("Ledger code", lambda _, line: line.ledger_code),
    "nominal": ("Nominal", lambda profile, line: profile.nominal(line)),
    "department": ("Department", lambda profile, _: profile.department),
    "vat_class": ("VAT class", lambda _, line: line.vat_class),
    "vat_rate": ("VAT rate", lambda _, line: line.vat_rate),
    "tax_code": ("Tax code", lambda profile, line: profile.tax_code(line)),
    "net": ("Net", lambda _, line: _pounds(line.net_pence)),
    "vat": ("VAT", lambda _, line: _pounds(line.vat_pence)),
    "gross": ("Gross", lambda _, line: _pounds(line.net_pence + line.vat_pence)),
}
"""What a table of one's own can hold: the usual heading, and the value."""

USUAL_COLUMNS: Final = tuple((name, FIELDS[name][0]) for name in FIELDS)

_SAGE: Final = ("Type", "Account", "Nominal", "Department", "Date", "Reference", "Details", "Net", "Tax code", "Tax")
_XERO_BILLS: Final = (
    "*ContactName", "*InvoiceNumber", "*InvoiceDate", "*DueDate", "*Description", "*Quantity", "*UnitAmount",
    "AccountCode", "TaxType", "TaxAmount", "Currency",
)  # fmt: skip
_XERO_JOURNALS: Final = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
_ARBOR: Final = (
    "Transaction date", "Type", "Supplier", "Reference", "Narrative", "Ledger code", "Cost centre", "Net", "VAT code",
    "VAT", "Gross", "Due date",
)  # fmt: skip


def kinds_of(form: Format) -> tuple[Kind, ...]:
    """What a format carries of a school's documents: Xero takes payments from its own bank feed."""
    return ("bill", "credit_note") if form == "xero" else ("bill", "credit_note", *_PAYMENTS)


def heading(profile: ExportProfile, *, journal: bool) -> tuple[str, ...]:
    """The first row; `journal` where the lines are the alliance's own."""
    if profile.format == "csv":
        return tuple(label for _, label in profile.columns)
    if profile.format == "xero":
        return _XERO_JOURNALS if journal else _XERO_BILLS
    return _SAGE if profile.format == "sage50" else _ARBOR


def rows(profile: ExportProfile, lines: Iterable[ExportLine]) -> Iterator[tuple[Cell, ...]]:
    """A row for each line, in the order given."""
    make = {"sage50": _sage, "xero": _xero, "arbor": _arbor, "csv": _own}[profile.format]
    return (make(profile, line) for line in lines)


def _sage(profile: ExportProfile, line: ExportLine) -> tuple[Cell, ...]:
    """Sage's amounts have no sign: the type says the direction. Money that came back is a purchase on the bank."""
    if line.kind == "journal":
        kind = "JD" if line.net_pence >= 0 else "JC"
    elif line.kind in _PAYMENTS:
        kind = "PI" if line.net_pence > 0 else "PA"
    else:
        kind = _SAGE_TYPES[line.kind]
    return (
        kind,
        "" if line.kind == "journal" else profile.account,
        profile.nominal(line),
        profile.department,
        _day(line.on),
        line.number[:_SAGE_REFERENCE],
        line.details[:_SAGE_DETAILS],
        _pounds(abs(line.net_pence)),
        profile.tax_code(line),
        _pounds(abs(line.vat_pence)),
    )


def _xero(profile: ExportProfile, line: ExportLine) -> tuple[Cell, ...]:
    if line.kind == "journal":
        return (
            f"{line.number} {line.details}",
            _day(line.on),
            line.reference,
            profile.nominal(line),
            profile.tax_code(line),
            _pounds(line.net_pence),
        )
    return (
        profile.account,
        line.number,
        _day(line.on),
        _day(line.due_on or line.on),
        line.details,
        "1",
        _pounds(line.net_pence),
        profile.nominal(line),
        profile.tax_code(line),
        _pounds(line.vat_pence),
        "GBP",
    )


def _arbor(profile: ExportProfile, line: ExportLine) -> tuple[Cell, ...]:
    """Arbor splits fields at every comma, quoted or not: there is none in them."""
    cells: tuple[Cell, ...] = (
        _day(line.on),
        _WORDS[line.kind],
        profile.account,
        line.number,
        line.details,
        profile.nominal(line),
        profile.department,
        _pounds(line.net_pence),
        profile.tax_code(line),
        _pounds(line.vat_pence),
        _pounds(line.net_pence + line.vat_pence),
        _day(line.due_on),
    )
    return tuple(
        " ".join(cell.replace(",", " ").replace('"', " ").split()) if isinstance(cell, str) else cell for cell in cells
    )


def _own(profile: ExportProfile, line: ExportLine) -> tuple[Cell, ...]:
    return tuple(FIELDS[name][1](profile, line) for name, _ in profile.columns)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _pounds(pence: int) -> Decimal:
    return Decimal(pence).scaleb(-2)
