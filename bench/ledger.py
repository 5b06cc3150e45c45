"""The trial balance over two million entry lines, beside one bare SUM … GROUP BY of them.

The floor is what the database could not do without, asked by the owner of the table. Measured is the use case as the
page asks for it: today's balances, and those at the end of a day in the middle of the books, whose earlier months are
closed or not.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from chassis.actor import SERVICE
from chassis.database import Database
from services.billing.domain.periods import last_of
from services.billing.storage import balances, periods
from services.billing.usecases.read_ledger import trial_balance

LINES = 2_000_000
LINES_AN_ENTRY = 4
MONTHS = 24
FIRST_DAY = date(2024, 1, 1)
CLOSED = date(2025, 5, 1)
MIDDLE = date(2025, 6, 18)
TARGET = 3
REPEATS = 5

Row = dict[str, Any]

_ENTRIES = text("""
    INSERT INTO entry (entry_id, number, kind, document_id, document_number, posted_on, dated_on, description,
        posted_by)
    SELECT CAST(md5(CAST(no AS text)) AS uuid), 'J-' || lpad(CAST(no AS text), 7, '0'), 'bill', gen_random_uuid(), 'B',
        day, day, '', 'Bench'
    FROM generate_series(1, :entries) AS no,
        LATERAL (SELECT CAST(:first_day AS date) + CAST(no * CAST(:days AS bigint) / :entries AS integer) AS day) d
""")
_LINES = text("""
    INSERT INTO entry_line (entry_id, line_no, account, school_urn, debit_pence, credit_pence)
    SELECT CAST(md5(CAST(no AS text)) AS uuid), side.line_no, side.account,
        CASE side.account WHEN '1100' THEN 100000 + no % 591 END, side.debit * no, side.credit * no
    FROM generate_series(1, :entries) AS no, (VALUES
        (1, '1100', 6, 0), (2, '5100', 0, 4), (3, '5100', 0, 1), (4, '5110', 0, 1)
    ) AS side (line_no, account, debit, credit)
""")
_FLOOR = text("SELECT account, sum(debit_pence), sum(credit_pence) FROM entry_line GROUP BY account")


def rows(database: Database, owner_url: str) -> list[Row]:
    """The rows of the trial balance, on an empty, migrated billing database."""
    owner = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    _fill(owner)
    asked: list[tuple[str, Callable[[], object]]] = [
        ("today", lambda: trial_balance(database, SERVICE)),
        (f"on {MIDDLE}, every month open", lambda: trial_balance(database, SERVICE, MIDDLE)),
    ]
    taken = [_row(when, ask, owner) for when, ask in asked]
    with database.transaction(SERVICE) as connection:
        kept = balances.summed_to(connection, last_of(CLOSED))
        periods.change(connection, CLOSED, "closed", SERVICE, "", balances=kept)
    return [*taken, _row(f"on {MIDDLE}, closed up to May", asked[1][1], owner)]


def _fill(owner: Engine) -> None:
    names = {"entries": LINES // LINES_AN_ENTRY, "first_day": FIRST_DAY, "days": MONTHS * 30}
    with owner.begin() as connection:
        # What is not measured is not waited for: the rows balance and have their entries, as _LINES shows.
        connection.execute(text("ALTER TABLE entry_line DROP CONSTRAINT entry_line_entry_id_fkey"))
        for table in ("entry", "entry_line"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(_ENTRIES, names)
        connection.execute(_LINES, names)
    with owner.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))  # what autovacuum does within a minute


def _row(when: str, ask: Callable[[], object], owner: Engine) -> Row:
    figures = []
    with owner.connect() as connection:
        for _ in range(REPEATS):
            floor = _seconds(lambda: connection.execute(_FLOOR).all())
            figures.append((_seconds(ask), floor))
    seconds, floor = (statistics.median(times) for times in zip(*figures, strict=True))
    return {
        "name": f"trial balance over {LINES:,} entry lines, {when}",
        "figure": round(seconds, 2),
        "unit": "s",
        "floor": round(floor, 2),
        "ratio": round(seconds / floor, 2),
        "target": TARGET,
        "better": "lower",
        "met": seconds / floor <= TARGET,
    }


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
