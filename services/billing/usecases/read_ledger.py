"""Reading the ledger: the trial balance as at any day, postings and entries, and the reports on what is owed."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.london import london_today
from contracts.money import pounds
from contracts.report import Chart, Column, Report, Section, Value
from services.billing.domain.adjustments import YEAR_BEGINS_IN, over_two_years
from services.billing.domain.ageing import BANDS, LABELS, Owed, aged
from services.billing.domain.ledger import FUND_DEBTORS, SCHOOL_DEBTORS, SUPPLIER_CREDITORS
from services.billing.domain.periods import financial_year_of
from services.billing.storage import adjustments, balances, chart, control_accounts, open_balances

FIRST_DAY: Final = date(1900, 1, 1)
"""Long before any book that is kept here."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """Postings on an account between two days, with the balance (debit less credit, pence) before the first of them."""

    account: Row[Any]
    opening_pence: int
    closing_pence: int
    items: list[Row[Any]]
    following: Row[Any] | None


def trial_balance(database: Database, actor: Actor, day: date | None = None) -> list[dict[str, Any]]:
    """Every account that was posted to by the end of `day` (None: today), with its balance on the side it stands on."""
    with database.transaction(actor) as connection:
        sides = balances.balances_at(connection, day or london_today())
        known = chart.accounts(connection)
    rows = []
    for account in known:
        if account.code not in sides:
            continue
        debit, credit = sides[account.code]
        rows.append(
            {
                "account": account.code,
                "name": account.name,
                "kind": account.kind,
                "cfr_code": account.cfr_code,
                "academies_code": account.academies_code,
                "debit_pence": max(debit - credit, 0),
                "credit_pence": max(credit - debit, 0),
            }
        )
    return rows


def trial_balance_report(database: Database, actor: Actor, day: date | None = None) -> Report:
    """The trial balance as a report."""
    rows = trial_balance(database, actor, day)
    total = sum(row["debit_pence"] for row in rows)
    columns = (
        Column("account", "Account"),
        Column("name", "Name"),
        Column("cfr_code", "CFR"),
        Column("academies_code", "Academies"),
        Column("debit_pence", "Debit", "money", added=True),
        Column("credit_pence", "Credit", "money", added=True),
    )
    told: list[dict[str, Value]] = [{column.key: row[column.key] for column in columns} for row in rows]
    sentence = f"At the end of {_told(day)} both sides come to £{pounds(total)}."
    return Report("trial-balance", "Trial balance", sentence, [Section("Accounts", columns, told)])


def account_postings(
    database: Database,
    actor: Actor,
    code: str,
    *,
    from_day: date,
    to_day: date,
    school_urn: int | None,
    supplier_id: str | None,
    after: tuple[date, str, int] | None,
    limit: int,
) -> AccountView:
    """A page of the postings on an account, by day and number. Raises NotFound for a code that the chart lacks.

    The balances are of the whole account, so with a school or supplier they are those of its postings alone.
    """
    with database.transaction(actor) as connection:
        account = next((each for each in chart.accounts(connection) if each.code == code), None)
        if account is None:
            raise NotFound("The chart of accounts has no such account.")
        whose = balances.Whose(school_urn, supplier_id)
        day_before = max(from_day, FIRST_DAY) - timedelta(days=1)
        opening = balances.sum_of(connection, code, date.min, day_before, whose)
        during = balances.sum_of(connection, code, from_day, to_day, whose)
        found = balances.postings(
            connection, code, from_day, to_day, whose, after=after or (date.min, "", 0), limit=limit + 1
        )
    following = found[limit - 1] if len(found) > limit else None
    return AccountView(account, opening, opening + during, found[:limit], following)


def get_entry(database: Database, actor: Actor, entry_id: str) -> tuple[Row[Any], list[Row[Any]]]:
    """One entry with its lines. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = balances.find_entry(connection, entry_id)
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def aged_debt(database: Database, actor: Actor, day: date | None = None) -> Report:
    """What each school owes, by how long it has been due at the end of `day` (None: today)."""
    on = day or london_today()
    with database.transaction(actor) as connection:
        found = open_balances.debt_at(connection, on, "general")
        of_fund = open_balances.debt_at(connection, on, "fund")
    owed, contributed = (
        [Owed(f"{account}:{row.school_urn}", row.party, row.due_date, int(row.pence)) for row in rows]
        for account, rows in ((SCHOOL_DEBTORS, found), (FUND_DEBTORS, of_fund))
    )
    report = _aged("aged-debt", "Aged debt", "School", "owe", owed, on)
    if not contributed:
        return report
    fund = _section("Contributions to the fund", "School", contributed, on)
    return replace(report, sections=[*report.sections, fund])


def aged_credit(database: Database, actor: Actor, day: date | None = None) -> Report:
    """What is owed to each supplier, by how long it has been due at the end of `day` (None: today)."""
    on = day or london_today()
    with database.transaction(actor) as connection:
        found = open_balances.credit_at(connection, on)
    owed = [Owed(f"{SUPPLIER_CREDITORS}:{row.supplier_id}", row.party, row.due_date, int(row.pence)) for row in found]
    return _aged("aged-credit", "Aged credit", "Supplier", "are owed", owed, on)


def control_report(database: Database, actor: Actor) -> Report:
    """Debtors, creditors, banks and clearing beside the documents that explain them, party by party."""
    with database.transaction(actor) as connection:
        found = control_accounts.control_accounts(connection)
    columns = (
        Column("party", "School or supplier"),
        Column("ledger_pence", "Ledger", "money", added=True),
        Column("documents_pence", "Documents", "money", added=True),
        Column("difference_pence", "Difference", "money", added=True),
    )
    told = [row for row in found if row.ledger_pence or row.documents_pence]
    sections = [
        Section(f"{code} {name}", columns, [_beside(row) for row in told if row.account == code], why="ledger")
        for code, name in sorted({(row.account, row.account_name) for row in told})
    ]
    differing = [row for row in found if row.ledger_pence != row.documents_pence]
    sentence = (
        f"{len(differing)} balances differ from their documents."
        if differing
        else "Every balance is what its documents come to."
    )
    return Report("control-accounts", "Control accounts", sentence, sections)


def school_years(database: Database, actor: Actor, day: date | None = None) -> Report:
    """How bills for services spread over the school's two financial years, by days: net pence.

    The years are the school's own, April to March or September to August, around `day` (None: today).
    """
    on = day or london_today()
    with database.transaction(actor) as connection:
        found = adjustments.school_years(connection, on - timedelta(days=366), on + timedelta(days=366))
    rows: list[dict[str, Value]] = []
    for row in found:
        _, year_end = financial_year_of(on, YEAR_BEGINS_IN[row.financial_year])
        this, following = over_two_years(row.net_pence, row.service_from, row.service_to, year_end)
        if following and this:
            rows.append(
                {
                    "why": row.bill_id,
                    "school": row.school_name,
                    "bill": row.number,
                    "service": row.title,
                    "service_from": row.service_from.isoformat(),
                    "service_to": row.service_to.isoformat(),
                    "year_end": year_end.isoformat(),
                    "this_pence": this,
                    "next_pence": following,
                }
            )
    columns = (
        Column("school", "School"),
        Column("bill", "Bill"),
        Column("service", "For"),
        Column("service_from", "From", "date"),
        Column("service_to", "To", "date"),
        Column("year_end", "Year ends", "date"),
        Column("this_pence", "This year", "money", added=True),
        Column("next_pence", "Next year", "money", added=True),
    )
    prepaid = sum(_whole(row["next_pence"]) for row in rows)
    sentence = f"£{pounds(prepaid)} of what schools were billed is for their next financial year."
    return Report(
        "school-years", "Bills over two financial years", sentence, [Section("Bills", columns, rows, why="bill")]
    )


def _aged(name: str, title: str, who: str, owe: str, owed: list[Owed], on: date) -> Report:
    total = sum(item.pence for item in owed)
    overdue = sum(item.pence for item in owed if item.band(on) != BANDS[0])
    sentence = (
        f"At the end of {_told(on)} {who.lower()}s {owe} £{pounds(total)}, of which £{pounds(overdue)} is overdue."
    )
    bars = Chart("party", "total", f"{who}s by what they {owe}")
    return Report(name, title, sentence, [_section(f"{who}s", who, owed, on, bars)])


def _section(title: str, who: str, owed: list[Owed], on: date, chart: Chart | None = None) -> Section:
    columns = (
        Column("party", who),
        *(Column(key, label, "money", added=True) for key, label in zip(BANDS, LABELS, strict=True)),
        Column("total", "Total", "money", added=True),
    )
    return Section(title, columns, aged(owed, on), chart=chart, why="ledger")


def _beside(row: Row[Any]) -> dict[str, Value]:
    """A balance beside its documents; `why` is the account and whose it is: "1100:900001"."""
    return {
        "why": f"{row.account}:{row.school_urn or row.supplier_id or ''}",
        "party": row.party or "All documents",
        "ledger_pence": row.ledger_pence,
        "documents_pence": row.documents_pence,
        "difference_pence": row.ledger_pence - row.documents_pence,
    }


def _told(day: date | None) -> str:
    return f"{day or london_today():%-d %B %Y}"


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0
