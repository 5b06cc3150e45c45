"""What a school's or the alliance's own accounts program reads: Sage 50, Xero, Arbor, or columns of one's own choice.

A school's bills and what suppliers invoice to it are purchases to its accounts program, credit notes purchase credits,
receipts its payments; the alliance's are the lines of its journal. Amounts are Decimals in pounds and travel as
numbers, everything else as text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Format = Literal["sage50", "xero", "arbor", "csv"]
Kind = Literal["bill", "credit_note", "direct_bill", "direct_credit_note", "receipt", "receipt_undone", "journal"]
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
_SAGE_PURCHASE: Final = ("PI", "PC")
_SAGE_TYPES: Final = {"receipt": ("PI", "PA"), "receipt_undone": ("PI", "PA"), "journal": ("JD", "JC")}
"""What adds and what takes away; all else is a purchase."""
_WORDS: Final = {
    "bill": "Bill",
    "credit_note": "Credit note",
    "direct_bill": "Supplier’s invoice",
    "direct_credit_note": "Supplier’s credit note",
    "receipt": "Payment",
    "receipt_undone": "Payment undone",
    "journal": "Journal",
}
_PURCHASES: Final[tuple[Kind, ...]] = ("bill", "credit_note", "direct_bill", "direct_credit_note")
_PAYMENTS: Final[tuple[Kind, ...]] = ("receipt", "receipt_undone")


@dataclass(frozen=True, slots=True)
class ExportLine:
    """Part of a document under one ledger code and VAT class; pence are signed as the statement of account is.

    A bill is positive, a credit note and a receipt negative, a receipt that is taken back positive again; of a journal
    line a debit is positive. Only what a supplier invoiced to the school itself names a supplier.
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
    supplier_id: str | None = None
    supplier_name: str = ""

    @property
    def gross_pence(self) -> int:
        """With VAT."""
        return self.net_pence + self.vat_pence

    @property
    def tax_key(self) -> str:
        """The VAT class as a map of tax codes names it."""
        return "S5" if self.vat_class == "S" and self.vat_rate == Decimal(5) else self.vat_class


@dataclass(frozen=True, slots=True)
class ExportProfile:
    """How one school, or the alliance, takes its documents over.

    `account` is what its program calls the other side (the alliance's account with the school as supplier), `suppliers`
    what it calls those who invoice the school itself, by their ids, `nominals` its own codes by ledger code, `columns`
    of a table of its own as (field, heading).
    """

    format: Format
    account: str
    bank_nominal: str
    department: str
    nominals: Mapping[str, str]
    tax_codes: Mapping[str, str]
    columns: Sequence[tuple[str, str]]
    suppliers: Mapping[str, str]

    def party(self, line: ExportLine) -> str:
        """What the program calls the other side of a line; a supplier without an account of its own by its name."""
        if line.supplier_id is None:
            return self.account
        return self.suppliers.get(line.supplier_id) or line.supplier_name

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
    "account": ("Account", lambda profile, line: profile.party(line)),
    "details": ("Details", lambda _, line: line.details),
    "ledger_code": ("Ledger code", lambda _, line: line.ledger_code),
    "nominal": ("Nominal", lambda profile, line: profile.nominal(line)),
    "department": ("Department", lambda profile, _: profile.department),
    "vat_class": ("VAT class", lambda _, line: line.vat_class),
    "vat_rate": ("VAT rate", lambda _, line: line.vat_rate),
    "tax_code": ("Tax code", lambda profile, line: profile.tax_code(line)),
    "net": ("Net", lambda _, line: _pounds(line.net_pence)),
    "vat": ("VAT", lambda _, line: _pounds(line.vat_pence)),
    "gross": ("Gross", lambda _, line: _pounds(line.gross_pence)),
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
    return _PURCHASES if form == "xero" else (*_PURCHASES, *_PAYMENTS)


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
    adds, takes_away = _SAGE_TYPES.get(line.kind, _SAGE_PURCHASE)
    sign = -1 if line.gross_pence < 0 else 1
    return (
        adds if sign > 0 else takes_away,
        "" if line.kind == "journal" else profile.party(line),
        profile.nominal(line),
        profile.department,
        _day(line.on),
        line.number[:_SAGE_REFERENCE],
        line.details[:_SAGE_DETAILS],
        _pounds(sign * line.net_pence),
        profile.tax_code(line),
        _pounds(sign * line.vat_pence),
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
        profile.party(line),
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
        profile.party(line),
        line.number,
        line.details,
        profile.nominal(line),
        profile.department,
        _pounds(line.net_pence),
        profile.tax_code(line),
        _pounds(line.vat_pence),
        _pounds(line.gross_pence),
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
