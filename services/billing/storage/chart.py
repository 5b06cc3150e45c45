"""The chart of accounts, the categories' codes, and the files that change them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.chart import ChartLine
from services.billing.storage.bulk import insert_rows

_ACCOUNTS = text("SELECT code, name, kind, cfr_code, academies_code FROM account ORDER BY code")
_LINES = text("""
    SELECT code, name, kind, cfr_code, academies_code FROM account
    UNION ALL SELECT category_code, name, 'category', cfr_code, academies_code FROM category_code ORDER BY 1
""")
_USED = text("""
    SELECT code FROM account WHERE EXISTS (SELECT FROM entry_line WHERE entry_line.account = account.code)
""")
_CODES = text("SELECT category_code, cfr_code, academies_code FROM category_code")
_IMPORT = text("""
    SELECT CAST(chart_import_id AS text) AS chart_import_id, filename, rows, sent_by, sent_at, applied_by, applied_at,
        version
    FROM chart_import WHERE chart_import_id = :chart_import_id
""")
_APPLIED = text("""
    UPDATE chart_import SET rows = CAST(:rows AS jsonb), applied_by = :by, applied_at = now(), version = version + 1
    WHERE chart_import_id = :chart_import_id
""")
_LOCK = text("LOCK TABLE account, category_code IN SHARE ROW EXCLUSIVE MODE")


def accounts(connection: Connection) -> list[Row[Any]]:
    """Every account by code, with its codes in a maintained school's and in an academy's books."""
    return list(connection.execute(_ACCOUNTS))


def chart_lines(connection: Connection) -> dict[str, ChartLine]:
    """Accounts and categories by code."""
    return {row.code: ChartLine(*row) for row in connection.execute(_LINES)}


def accounts_in_use(connection: Connection) -> frozenset[str]:
    """The accounts that were posted to."""
    return frozenset(connection.execute(_USED).scalars())


def category_codes(connection: Connection) -> Mapping[str, tuple[str | None, str | None]]:
    """By category, (CFR, Academies) codes under which a school's own books have what it buys."""
    return {row.category_code: (row.cfr_code, row.academies_code) for row in connection.execute(_CODES)}


def lock_chart(connection: Connection) -> None:
    """Let one file be applied at a time."""
    connection.execute(_LOCK)


def write_lines(connection: Connection, lines: Sequence[ChartLine]) -> None:
    """Add or replace accounts and categories."""
    replaced = "name = excluded.name, cfr_code = excluded.cfr_code, academies_code = excluded.academies_code"
    codes = [{"name": line.name, "cfr_code": line.cfr_code, "academies_code": line.academies_code} for line in lines]
    both = list(zip(lines, codes, strict=True))
    insert_rows(
        connection,
        "account",
        [{"code": line.code, "kind": line.kind, **told} for line, told in both if line.kind != "category"],
        f"ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, {replaced}",
    )
    insert_rows(
        connection,
        "category_code",
        [{"category_code": line.code, **told} for line, told in both if line.kind == "category"],
        f"ON CONFLICT (category_code) DO UPDATE SET {replaced}",
    )


def add_import(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a file that was read: its name, its rows and who sent it."""
    insert_rows(connection, "chart_import", [row])


def find_import(connection: Connection, chart_import_id: str) -> Row[Any] | None:
    """A file that was read."""
    return connection.execute(_IMPORT, {"chart_import_id": chart_import_id}).one_or_none()


def mark_applied(connection: Connection, chart_import_id: str, rows: str, by: str) -> None:
    """Keep what the file did (JSON), and who applied it."""
    connection.execute(_APPLIED, {"chart_import_id": chart_import_id, "rows": rows, "by": by})
