"""Invoices of tens of thousands of lines: found by order and school, and held to what they stand on once a statement.

A foreign key asks for each row by itself, which takes longer than writing the row. As for bills, triggers ask for all
rows of a statement at once: no line of an invoice without its document and its order line, no match without its line.
Documents and their lines are never removed or renumbered, so nothing else could part them.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE INDEX supplier_invoice_line_by_place
        ON supplier_invoice_line (purchase_order_id, order_line_no, school_urn)
    """,
    """
    ALTER TABLE supplier_invoice_line DROP CONSTRAINT supplier_invoice_line_supplier_invoice_id_fkey,
        DROP CONSTRAINT supplier_invoice_line_purchase_order_id_order_line_no_fkey
    """,
    "ALTER TABLE match_line DROP CONSTRAINT match_line_supplier_invoice_id_line_no_fkey",
    """
    CREATE FUNCTION lines_are_of_an_invoice() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM written WHERE NOT EXISTS (
                SELECT FROM supplier_invoice i WHERE i.supplier_invoice_id = written.supplier_invoice_id)
            OR NOT EXISTS (
                SELECT FROM purchase_order_line o WHERE o.purchase_order_id = written.purchase_order_id
                    AND o.line_no = written.order_line_no)
        ) THEN
            RAISE EXCEPTION 'A line of an invoice needs its document and the line of its order'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'lines_are_of_an_invoice';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE FUNCTION matches_are_of_a_line() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM written WHERE NOT EXISTS (
                SELECT FROM supplier_invoice_line l WHERE l.supplier_invoice_id = written.supplier_invoice_id
                    AND l.line_no = written.line_no)
        ) THEN
            RAISE EXCEPTION 'A match needs its line'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'matches_are_of_a_line';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    *(
        f"""
        CREATE TRIGGER {function}_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS written
        FOR EACH STATEMENT EXECUTE FUNCTION {function}()
        """
        for table, function in (
            ("supplier_invoice_line", "lines_are_of_an_invoice"),
            ("match_line", "matches_are_of_a_line"),
        )
        for event in ("INSERT", "UPDATE")
    ),
    """
    CREATE FUNCTION invoices_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'An invoice and its lines are never removed nor renumbered: a credit note takes them back'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'invoices_stand';
    END
    $$
    """,
    """
    CREATE TRIGGER invoice_stands BEFORE DELETE OR TRUNCATE OR UPDATE OF supplier_invoice_id ON supplier_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION invoices_stand()
    """,
    """
    CREATE TRIGGER invoice_line_stands
    BEFORE DELETE OR TRUNCATE OR UPDATE OF supplier_invoice_id, line_no ON supplier_invoice_line
    FOR EACH STATEMENT EXECUTE FUNCTION invoices_stand()
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
