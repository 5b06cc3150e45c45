"""The alliance's bank accounts, as their statements name them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from services.billing.domain.bank_statement import account_key
from services.billing.storage.tables_bank import bank_account

_LIST = text("""
    SELECT CAST(a.bank_account_id AS text) AS bank_account_id, named.account, a.name, a.purpose, a.ledger_code, a.iban,
        a.sort_code, a.account_number, coalesce(a.paid_into, false) AS paid_into,
        coalesce(a.version, 0) AS version, coalesce(l.lines, 0) AS lines,
        coalesce(l.new, 0) AS new, l.first_on, l.last_on, coalesce(l.bank_pence, 0) AS bank_pence,
        coalesce(l.matched_pence, 0) AS matched_pence
    FROM (SELECT account FROM bank_account UNION SELECT account FROM bank_line) named
    LEFT JOIN bank_account a USING (account)
    LEFT JOIN (
        SELECT account, count(*) AS lines, count(*) FILTER (WHERE state = 'new') AS new, min(booked_on) AS first_on,
            max(booked_on) AS last_on, CAST(sum(amount_pence) AS bigint) AS bank_pence,
            CAST(coalesce(sum(amount_pence) FILTER (WHERE state <> 'new'), 0) AS bigint) AS matched_pence
        FROM bank_line GROUP BY account
    ) l USING (account)
    ORDER BY a.purpose DESC NULLS FIRST, named.account
""")
_USED = text("""
    SELECT EXISTS (SELECT FROM bank_line WHERE account = :account AND state <> 'new')
""")
_NAMED = text("""
    SELECT named FROM bank_statement, unnest(string_to_array(account, ', ')) AS named
    GROUP BY named ORDER BY min(imported_at)
""")


def list_accounts(connection: Connection) -> list[Row[Any]]:
    """Every account that a statement named or somebody told of, with its lines; `purpose` None where nobody has."""
    return list(connection.execute(_LIST))


def purposes(connection: Connection) -> dict[str, str]:
    """What each account is for, as its statements name it."""
    rows = connection.execute(select(bank_account.c.account, bank_account.c.purpose))
    return {row.account: row.purpose for row in rows}


def by_key(connection: Connection) -> dict[str, str]:
    """Every account, by what its name and numbers come to; those of which somebody told come first."""
    row = bank_account.c
    rows = connection.execute(select(row.account, row.iban, row.sort_code, row.account_number))
    found: dict[str, str] = {}
    for account, iban, sort_code, account_number in rows:
        found[account_key(account)] = account
        for told in (iban, sort_code and account_number and f"{sort_code}{account_number}"):
            if told:
                found.setdefault(account_key(told), account)
    for account in connection.execute(_NAMED).scalars():
        found.setdefault(account_key(account), account)
    return found


def get_account(connection: Connection, bank_account_id: str) -> Row[Any] | None:
    """One account, locked until the transaction ends."""
    query = select(bank_account).where(bank_account.c.bank_account_id == bank_account_id).with_for_update()
    return connection.execute(query).one_or_none()


def add_accounts(connection: Connection, rows: Collection[Mapping[str, Any]]) -> None:
    """Store accounts."""
    if rows:
        connection.execute(insert(bank_account), list(rows))


def change_account(connection: Connection, bank_account_id: str, changes: Mapping[str, Any]) -> None:
    """Replace what is said of an account, under its next version; whether schools pay into it is said afterwards."""
    row = bank_account.c
    said = {**changes, "paid_into": False, "version": row.version + 1}
    connection.execute(bank_account.update().where(row.bank_account_id == bank_account_id).values(said))


def is_paid_into(connection: Connection, purpose: str) -> bool:
    """Whether schools are told of an account for a purpose."""
    row = bank_account.c
    return bool(connection.execute(select(row.paid_into).where(row.purpose == purpose, row.paid_into)).scalar())


def pay_into(connection: Connection, bank_account_id: str, purpose: str) -> None:
    """Let schools pay into this account, and into no other of the purpose: one that was it is under a new version."""
    row = bank_account.c
    no_more = {"paid_into": False, "version": row.version + 1}
    connection.execute(bank_account.update().where(row.purpose == purpose, row.paid_into).values(no_more))
    connection.execute(bank_account.update().where(row.bank_account_id == bank_account_id).values(paid_into=True))


def is_used(connection: Connection, account: str) -> bool:
    """Whether money on the account is matched."""
    return bool(connection.execute(_USED, {"account": account}).scalar_one())
