"""A billing service that was there before: what is told of late is no news to anybody."""

import psycopg
from alembic import command
from sqlalchemy import make_url

from chassis.migrations import config_for
from tests.backends import empty_database

ORDER, INVOICE = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
SUPPLIER = "00000000-0000-4000-8000-0000000000f1"
BEFORE = (
    f"""
    INSERT INTO purchase_order (purchase_order_id, number, plan_id, title, contract_id, supplier_id, issued_at)
    VALUES ('{ORDER}', 'PO-000001', '{ORDER}', 'Payroll', '{ORDER}', '{SUPPLIER}', '2026-01-02T09:00Z')
    """,
    f"""
    INSERT INTO supplier_invoice (supplier_invoice_id, our_number, supplier_id, number, folded_number, issue_date,
        purchase_order_id, currency, net_pence, vat_pence, gross_pence, vat_accepted, registered_by, registered_at,
        original, original_type, original_sha256, kind, settlement, buyer_urn)
    VALUES ('{INVOICE}', 'SI-000001', '{SUPPLIER}', 'INV-1', 'INV1', '2026-01-09', '{ORDER}', 'GBP', 1000, 200, 1200,
        true, 'Sam Seller', '2026-01-12T09:30Z', '', 'application/xml', '', 'invoice', 'direct', 900001)
    """,
    f"""
    INSERT INTO direct_bill (supplier_invoice_id, number, school_urn, supplier_id, supplier_name, purchase_order_id,
        purchase_order_number, title)
    VALUES ('{INVOICE}', 'DB-000001', 900001, '{SUPPLIER}', 'Fenwright Paper', '{ORDER}', 'PO-000001', 'Paper')
    """,
)


def test_direct_bills_of_before_are_told_of_as_of_the_day_on_which_they_came() -> None:
    with empty_database("billing") as billing:
        command.upgrade(config_for("billing", billing.owner_url), "0024")
        owner = make_url(billing.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(owner, autocommit=True) as connection:
            for statement in BEFORE:
                connection.execute(statement)
            command.upgrade(config_for("billing", billing.owner_url), "head")
            told = connection.execute(
                "SELECT body ->> 'number', occurred_at = '2026-01-12T09:30Z' FROM event_log"
                " WHERE type = 'DirectBillRecorded'"
            ).fetchall()
        assert told == [("DB-000001", True)]
