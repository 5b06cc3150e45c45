"""Who sees and writes which rows, tried with the application's own login."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.actor import Actor
from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    CEDAR,
    FENWRIGHT,
    MANAGER,
    OAKDALE,
    Line,
    Order,
    World,
    buyer_of,
    payment_of,
    seller_of,
)
from tests.clients import Clients

MONEY = ("bill", "bill_line", "bill_receipt", "entry", "entry_line", "supplier_payment",
         "bank_account", "bank_statement", "bank_line", "bank_match")  # fmt: skip
INVOICES = ("supplier_invoice", "supplier_invoice_line", "match_line")
ORDERS = ("purchase_order", "purchase_order_line", "drop_line", "receipt_line")


@pytest.fixture
def full(service_client: Clients) -> World:
    """A world with a paid and an unpaid bill, and invoices of two suppliers."""
    world = World(service_client)
    world.invoiced(world.ordered())
    world.invoiced(world.ordered(Order([Line({BEECH: 5})], number="PO-000002", supplier_id=OAKDALE)))
    world.pay(payment_of(world.billed()[0]))
    return world


@pytest.fixture
def count(full: World) -> Callable[[Actor | None, str], int]:
    """How many rows of a table an actor sees; None is nobody."""

    def counted(actor: Actor | None, table: str) -> int:
        query = text(f"SELECT count(*) FROM {table}")
        if actor is None:
            with full.database.database.engine.begin() as connection:
                return int(connection.execute(query).scalar_one())
        with full.database.database.transaction(actor) as connection:
            return int(connection.execute(query).scalar_one())

    return counted


def test_every_table_with_a_school_or_a_supplier_is_protected(full: World) -> None:
    open_tables = full.rows(
        "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity"
        " AND a.attname IN ('school_urn', 'supplier_id', 'urn')"
    )
    assert open_tables == []


def test_nobody_sees_nothing(count: Callable[[Actor | None, str], int]) -> None:
    for table in (*MONEY, *INVOICES, *ORDERS, "school", "supplier", "contract", "round"):
        assert count(None, table) == 0, table


def test_a_school_sees_its_own_bills_receipts_and_matches(count: Callable[[Actor | None, str], int]) -> None:
    seen = {table: count(buyer_of(ASH), table) for table in (*MONEY, *INVOICES, *ORDERS)}
    assert {table: rows for table, rows in seen.items() if rows} == {
        "bill": 1,
        "bill_line": 1,
        "bill_receipt": 1,
        "match_line": 1,
        "drop_line": 1,
        "receipt_line": 1,
    }
    assert count(buyer_of(CEDAR), "bill") == 0
    assert count(buyer_of(CEDAR), "school") == 3


def test_a_supplier_sees_its_own_invoices_and_no_bill(count: Callable[[Actor | None, str], int]) -> None:
    seen = {table: count(seller_of(OAKDALE), table) for table in (*MONEY, *INVOICES, *ORDERS, "supplier")}
    assert {table: rows for table, rows in seen.items() if rows} == {
        "supplier_invoice": 1,
        "supplier_invoice_line": 1,
        "match_line": 1,
        "purchase_order": 1,
        "purchase_order_line": 1,
        "drop_line": 1,
        "receipt_line": 1,
        "supplier": 1,
    }


@pytest.mark.parametrize("actor", [MANAGER, BOARD])
def test_the_alliance_sees_the_books(actor: Actor, count: Callable[[Actor | None, str], int]) -> None:
    assert count(actor, "bill") == 2
    assert count(actor, "entry") == 5
    assert count(actor, "bank_line") == 1


def attempt(world: World, actor: Actor, statement: str, **names: Any) -> int:
    with world.database.database.transaction(actor) as connection:
        return connection.execute(text(statement), names).rowcount


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bill SET paid_pence = gross_pence",
        "DELETE FROM bill_line",
        "UPDATE match_line SET state = 'held'",
        "UPDATE purchase_order SET answer = 'rejected'",
    ],
)
def test_a_school_changes_nothing(full: World, statement: str) -> None:
    assert attempt(full, buyer_of(ASH), statement) == 0


def test_a_supplier_cannot_register_for_another(full: World) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        attempt(
            full,
            seller_of(OAKDALE),
            "INSERT INTO supplier_invoice_line SELECT supplier_invoice_id, 9, :other, purchase_order_id, order_line_no,"
            " school_urn, name, quantity, unit_price, net_pence, vat_pence, vat_class, vat_rate"
            " FROM supplier_invoice_line",
            other=FENWRIGHT,
        )


def test_a_supplier_posts_nothing_but_its_own_invoice(full: World) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        attempt(
            full,
            seller_of(OAKDALE),
            "INSERT INTO entry (entry_id, number, kind, document_id, document_number, posted_on, dated_on,"
            " description, supplier_id, posted_by) VALUES (gen_random_uuid(), 'J-9', 'payment', gen_random_uuid(),"
            " 'PY-9', current_date, current_date, '', :supplier, 'x')",
            supplier=OAKDALE,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET description = 'x'",
        "DELETE FROM entry",
        "DELETE FROM entry_line",
        "UPDATE entry_line SET debit_pence = 1",
        (
            "INSERT INTO entry_line (entry_id, line_no, account, debit_pence, credit_pence)"
            " SELECT entry_id, no, '1200', no - 8, 9 - no FROM entry, generate_series(8, 9) AS no"
        ),
    ],
)
@pytest.mark.parametrize("actor", [MANAGER, Actor("service")])
def test_posted_entries_are_never_changed(full: World, actor: Actor, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        attempt(full, actor, statement)


def test_the_database_refuses_an_entry_that_does_not_balance(full: World) -> None:
    with pytest.raises(DBAPIError, match="does not balance"):
        attempt(
            full,
            MANAGER,
            "WITH head AS (INSERT INTO entry (entry_id, number, kind, document_id, document_number, posted_on,"
            " dated_on, description, posted_by) VALUES (gen_random_uuid(), 'J-9', 'receipt', gen_random_uuid(), 'RC-9',"
            " current_date, current_date, '', 'x') RETURNING entry_id)"
            " INSERT INTO entry_line (entry_id, line_no, account, debit_pence, credit_pence)"
            " SELECT entry_id, 1, '1200', 1, 0 FROM head",
        )


def test_a_document_is_posted_once(full: World) -> None:
    with pytest.raises(DBAPIError, match="entry_once"):
        attempt(
            full,
            MANAGER,
            "INSERT INTO entry (entry_id, number, kind, document_id, document_number, posted_on, dated_on,"
            " description, posted_by) SELECT gen_random_uuid(), 'J-9', kind, document_id, document_number, posted_on,"
            " posted_on, '', 'x' FROM entry LIMIT 1",
        )
