"""The chart of accounts as a sheet: read row by row, each row judged by itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.billing.domain.manual_journal import OF_DOCUMENTS
from services.billing.domain.period_errors import ChartUnreadable

KINDS: Final = ("asset", "liability", "income", "expense", "equity", "category")
"""Kinds of accounts; a "category" is no account but what schools buy, whose codes their own books go by."""

COLUMNS: Final = ("Code", "Name", "Kind", "CFR", "Academies")
MOST_ROWS: Final = 5_000

Outcome = Literal["added", "changed", "unchanged", "refused"]

_ACCOUNT: Final = re.compile(r"[A-Z0-9]{1,12}")
_CATEGORY: Final = re.compile(r"[a-z0-9-]{1,60}")
# Consistent Financial Reporting: income I01 to I18, spending E01 to E32 with the letters of parts; capital CI, CE.
_CFR: Final = re.compile(r"(I|E)[0-9]{2}[A-Za-z]?|C[IE][0-9]{2}")
# The DfE's academies chart of accounts: its guide names ranges of five figures; trusts add accounts below a code.
_ACADEMIES: Final = re.compile(r"[0-9]{5,6}")


@dataclass(frozen=True, slots=True)
class ChartLine:
    """An account or a category with its codes; none is None."""

    code: str
    name: str
    kind: str
    cfr_code: str | None
    academies_code: str | None

    @property
    def by_hand(self) -> bool:
        """Whether people may post journals to it: an account that documents alone do not move."""
        return self.kind != "category" and self.code not in OF_DOCUMENTS


@dataclass(frozen=True, slots=True)
class ChartRow:
    """What a row of the sheet (`line` counts from 1) does: `wanted` where it does anything; `cells` as COLUMNS."""

    line: int
    code: str
    name: str
    outcome: Outcome
    details: tuple[str, ...]
    cells: tuple[str, ...]
    wanted: ChartLine | None = None


def read_chart(rows: Sequence[Sequence[str]], known: Mapping[str, ChartLine], used: frozenset[str]) -> list[ChartRow]:
    """What each row of a sheet would do to the chart; `used` are accounts with postings, which keep their kind.

    The first row has the headings Code, Name, Kind, CFR and Academies in any order. Raises ChartUnreadable.
    """
    if not rows:
        raise ChartUnreadable("The file is empty.")
    places = _places(rows[0])
    if len(rows) - 1 > MOST_ROWS:
        raise ChartUnreadable(f"The file has more than {MOST_ROWS:,} rows.")
    judged, seen = list[ChartRow](), set[str]()
    for line, row in enumerate(rows[1:], 2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        if any(cells.values()):
            judged.append(_judge(line, cells, known, used, seen))
            seen.add(judged[-1].code)
    if not judged:
        raise ChartUnreadable("The file has headings and no rows.")
    return judged


def _places(headings: Sequence[str]) -> dict[str, int]:
    folded = [heading.strip().casefold() for heading in headings]
    if missing := [name for name in COLUMNS if name.casefold() not in folded]:
        raise ChartUnreadable(f"The first row lacks the heading {', '.join(missing)}.")
    return {name: folded.index(name.casefold()) for name in COLUMNS}


def _judge(
    line: int, cells: Mapping[str, str], known: Mapping[str, ChartLine], used: frozenset[str], seen: set[str]
) -> ChartRow:
    code, told = cells["Code"], tuple(cells[name] for name in COLUMNS)
    wanted = ChartLine(code, cells["Name"], cells["Kind"].casefold(), cells["CFR"] or None, cells["Academies"] or None)
    before = known.get(code)
    faults = _faults(wanted)
    if code in seen:
        faults.append("The code stands in an earlier row.")
    if before and (before.kind == "category") != (wanted.kind == "category"):
        faults.append("A category does not become an account, nor an account a category.")
    elif before and before.kind != wanted.kind and code in used:
        faults.append(f"It was posted to as {before.kind}: its kind stays.")
    if faults:
        return ChartRow(line, code, wanted.name, "refused", tuple(faults), told)
    if before is None:
        return ChartRow(line, code, wanted.name, "added", (), told, wanted)
    changes = _changes(before, wanted)
    outcome: Outcome = "changed" if changes else "unchanged"
    return ChartRow(line, code, wanted.name, outcome, changes, told, wanted if changes else None)


def _faults(wanted: ChartLine) -> list[str]:
    faults = []
    if wanted.kind not in KINDS:
        faults.append(f"Kind is one of {', '.join(KINDS)}.")
    pattern = _CATEGORY if wanted.kind == "category" else _ACCOUNT
    if not pattern.fullmatch(wanted.code):
        faults.append(
            "Code is up to 12 capital letters and figures; a category’s is small letters, figures and hyphens."
        )
    if not wanted.name or len(wanted.name) > 120:
        faults.append("Name is missing, or longer than 120 characters.")
    if wanted.cfr_code is not None and not _CFR.fullmatch(wanted.cfr_code):
        faults.append("CFR is a code such as E19, E28a or I08b.")
    if wanted.academies_code is not None and not _ACADEMIES.fullmatch(wanted.academies_code):
        faults.append("Academies is a code of five or six figures.")
    return faults


def _changes(before: ChartLine, wanted: ChartLine) -> tuple[str, ...]:
    told = (("Name", "name"), ("Kind", "kind"), ("CFR", "cfr_code"), ("Academies", "academies_code"))
    return tuple(
        f"{label}: {getattr(before, name) or 'none'} becomes {getattr(wanted, name) or 'none'}"
        for label, name in told
        if getattr(before, name) != getattr(wanted, name)
    )
