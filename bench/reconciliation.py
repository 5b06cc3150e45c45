"""24,000 noisy bank lines against 24,000 open bills, assigned in process, beside one SQL join on amount and reference.

The floor is what a database does with the same rows where both sides are clean: one join of two tables on amount and
reference. What is measured is the whole statement reconciled together: references read, exact matches found, all other
lines proposed with reasons and given out so that no bill is claimed twice. The same with a tenth of the rows says how
it grows. Processor seconds, so that figures do not depend on what else runs; the floor is the server's own time.
"""

import random
import re
import resource
import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from chassis.collector import collector_paused
from services.billing.domain.bank_money import BankMoney
from services.billing.domain.open_item import OpenItem
from services.billing.domain.reconciliation import reconcile

BILLS = 24_000
SCHOOLS = 591
MOST_JOINS = 100
MOST_GROWTH = 13
MOST_MEMORY = 1024
REPEATS = 3
FIRST_DAY = date(2026, 11, 2)
NOISY = 12  # of 100 lines so many are cut short, mistyped, without a reference, in parts, together or a penny off

Row = dict[str, Any]


def rows(owner_url: str) -> list[Row]:
    """The rows of reconciling, on any PostgreSQL database."""
    items = bills(BILLS)
    lines = statement(items)
    few = bills(BILLS // 10)
    taken = min(_seconds(statement(items), items) for _ in range(REPEATS))
    tenth = min(_seconds(statement(few), few) for _ in range(REPEATS))
    floor = _floor(owner_url, lines, items)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"{len(lines):,} noisy bank lines against {BILLS:,} open bills"
    return [
        _row(f"assign {name}, beside one SQL join", taken, "s", floor, MOST_JOINS),
        _row(f"assign {name}, beside a tenth of both", taken, "s", tenth, MOST_GROWTH),
        {
            "name": f"memory of assigning {name}",
            "figure": round(memory),
            "unit": "MB",
            "floor": None,
            "ratio": None,
            "target": MOST_MEMORY,
            "better": "lower",
            "met": memory <= MOST_MEMORY,
        },
    ]


def bills(count: int) -> list[OpenItem]:
    """So many open bills, shared over the schools."""
    chance = random.Random(1)
    return [
        OpenItem(
            "bill",
            f"bill {number}",
            f"B-{number:06d}",
            f"B-{number:06d}/{100_000 + number % SCHOOLS}",
            f"{number % SCHOOLS} Street Primary School",
            100_000 + number % SCHOOLS,
            None,
            chance.randrange(1_000, 900_000),
            FIRST_DAY + timedelta(days=number % 60),
        )
        for number in range(1, count + 1)
    ]


def statement(items: Sequence[OpenItem]) -> list[BankMoney]:
    """Every bill paid once; some of the payments as people and banks leave them. Made in the order of the statement."""
    chance = random.Random(2)
    money: list[tuple[int, str, str]] = []
    for item in items:
        pence, said, payer = item.open_pence, item.reference, item.party.upper()[:18]
        kind = chance.randrange(100)
        paid = _noisy(chance, kind, pence, said) if kind < NOISY else [(pence, said)]
        money += [(part, reference, payer) for part, reference in paid]
    chance.shuffle(money)
    return [_line(place, *each) for place, each in enumerate(money)]


def _noisy(chance: random.Random, kind: int, pence: int, reference: str) -> list[tuple[int, str]]:
    place = chance.randrange(3, 8)
    if kind < 3:
        return [(pence, reference[: chance.randrange(8, 14)])]
    if kind < 6:
        return [(pence, reference[:place] + chance.choice("0123456789") + reference[place + 1 :])]
    if kind < 9:
        return [(pence, "thank you")]
    if kind < 11:
        return [(pence // 3, reference), (pence - pence // 3, reference)]
    return [(pence - 1, reference)]


def _line(place: int, pence: int, reference: str, payer: str) -> BankMoney:
    own = str(reference.encode(), "ascii")  # not the bill's own string: both come from the database
    return BankMoney(f"{place}", FIRST_DAY + timedelta(days=place % 28), pence, "GBP", payer, "", own)


def _seconds(lines: Sequence[BankMoney], items: Sequence[OpenItem]) -> float:
    began = time.process_time()
    with collector_paused():  # as services.billing.usecases.reconcile_lines does
        found = reconcile(lines, items)
    taken = time.process_time() - began
    if sum(bool(outcome.posts) for outcome in found.values()) < len(lines) * 0.8:
        raise RuntimeError("Too little was assigned for a figure.")
    return taken


def _floor(owner_url: str, lines: Sequence[BankMoney], items: Sequence[OpenItem]) -> float:
    """Seconds of the server joining both tables on amount and reference, as EXPLAIN ANALYZE says."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TEMP TABLE bench_line (line text, amount bigint, reference text)"))
        connection.execute(text("CREATE TEMP TABLE bench_bill (bill text, amount bigint, reference text)"))
        cursor = connection.connection.cursor()
        for table, values in (
            ("bench_line", [(line.line_id, line.amount_pence, line.reference) for line in lines]),
            ("bench_bill", [(item.document_id, item.open_pence, item.reference) for item in items]),
        ):
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
            connection.execute(text(f"ANALYZE {table}"))
        join = text("EXPLAIN (ANALYZE, TIMING OFF) SELECT line, bill FROM bench_line JOIN bench_bill"
                    " USING (amount, reference)")  # fmt: skip
        taken = []
        for _ in range(REPEATS * 3):
            plan = "\n".join(connection.execute(join).scalars())
            taken.append(float(re.findall(r"Execution Time: ([\d.]+) ms", plan)[0]) / 1000)
    return min(taken)


def _row(name: str, figure: float, unit: str, floor: float, target: int) -> Row:
    ratio = figure / floor
    return {
        "name": name,
        "figure": round(figure, 3),
        "unit": unit,
        "floor": round(floor, 4),
        "ratio": round(ratio, 1),
        "target": target,
        "better": "lower",
        "met": ratio <= target,
    }
