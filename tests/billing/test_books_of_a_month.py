"""Months that close, and entries that are reversed and posted again, on a real database."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError

from chassis.actor import SERVICE
from services.billing.domain.ledger import Entry, receipt_entry
from services.billing.domain.period_errors import PeriodClosed
from services.billing.storage import balances, ledger, periods
from services.billing.usecases.reverse_entries import reverse_entries
from tests.billing.world import ASH, World

RECEIPT = "00000000-0000-4000-8000-0000000000e1"


def receipt(on: date, pence: int = 500, document_id: str = RECEIPT) -> Entry:
    return receipt_entry(document_id, "RC-000001", on, ASH, pence, "Payment of B-000001")


def post(world: World, *entries: Entry) -> None:
    with world.database.database.transaction(SERVICE) as connection:
        ledger.post(connection, entries, "x")


def reverse(world: World, document_id: str = RECEIPT) -> list[str]:
    with world.database.database.transaction(SERVICE) as connection:
        return reverse_entries(connection, [document_id], "Mags Field", "paid by another school")


def close_october(world: World) -> None:
    world.rows("INSERT INTO period (month, state) VALUES ('2026-10-01', 'closed') RETURNING month")


def posted(world: World) -> list[tuple[str, date, date]]:
    return [tuple(row) for row in world.rows("SELECT number, posted_on, dated_on FROM entry ORDER BY number")]


def test_what_belongs_to_a_closed_month_is_posted_on_the_first_open_day(world: World) -> None:
    close_october(world)
    post(world, receipt(date(2026, 10, 31)))
    assert posted(world) == [("J-000001", date(2026, 11, 1), date(2026, 10, 31))]
    with world.database.database.transaction(SERVICE) as connection:
        assert periods.posting_day(connection, date(2026, 9, 30)) == date(2026, 11, 1)
        assert periods.posting_day(connection, date(2026, 11, 2)) == date(2026, 11, 2)
        with pytest.raises(PeriodClosed, match="October 2026"):
            periods.refuse_closed(connection, date(2026, 10, 1))


def test_the_database_refuses_an_entry_in_a_closed_month(world: World) -> None:
    close_october(world)
    with pytest.raises(DBAPIError, match="The month of 2026-09-30 is closed"):
        world.rows(
            "INSERT INTO entry (entry_id, number, kind, document_id, document_number, posted_on, dated_on, description,"
            " posted_by) VALUES (gen_random_uuid(), 'J-9', 'receipt', gen_random_uuid(), 'RC-9', '2026-09-30',"
            " '2026-09-30', '', 'x') RETURNING number"
        )


def test_a_reversal_restores_every_balance_and_the_document_may_be_posted_again(world: World) -> None:
    post(world, receipt(date(2026, 11, 3)))
    assert len(reverse(world)) == 1
    assert world.balances() == {}
    assert reverse(world) == []
    post(world, receipt(date(2026, 11, 3), 700))
    assert world.balances() == {"1100": -700, "1200": 700}
    with pytest.raises(DBAPIError, match="entry_once"):
        post(world, receipt(date(2026, 11, 3), 700))
    assert [day for _, day, _ in posted(world)] == [date(2026, 11, 3)] * 3


def test_what_a_closed_month_holds_is_not_reversed(world: World) -> None:
    post(world, receipt(date(2026, 10, 31)))
    close_october(world)
    with pytest.raises(PeriodClosed):
        reverse(world)


def test_a_month_that_closes_waits_for_whoever_posts_in_it(world: World) -> None:
    def close() -> dict[str, tuple[int, int]]:
        with world.database.database.transaction(SERVICE) as connection:
            periods.hold_months(connection)
            kept = balances.summed_to(connection, date(2026, 10, 31))
            periods.change(connection, date(2026, 10, 1), "closed", SERVICE, "", balances=kept)
            return kept

    with ThreadPoolExecutor(1) as pool:
        with world.database.database.transaction(SERVICE) as connection:
            ledger.post(connection, [receipt(date(2026, 10, 31))], "x")
            closing = pool.submit(close)
            assert wait([closing], timeout=0.5).done == set()
        assert closing.result(timeout=30) == {"1100": (0, 500), "1200": (500, 0)}


def test_an_account_that_the_chart_lacks_takes_nothing(world: World) -> None:
    with pytest.raises(DBAPIError, match="no account 9999"):
        world.rows(
            "WITH head AS (INSERT INTO entry (entry_id, number, kind, document_id, document_number, posted_on,"
            " dated_on, description, posted_by) VALUES (gen_random_uuid(), 'J-9', 'receipt', gen_random_uuid(), 'RC-9',"
            " current_date, current_date, '', 'x') RETURNING entry_id)"
            " INSERT INTO entry_line (entry_id, line_no, account, debit_pence, credit_pence)"
            " SELECT entry_id, 1, '9999', 1, 0 FROM head RETURNING line_no"
        )
