"""Hold bills' lines and matches to their bills a statement at a time: a round can bill a million lines.

A foreign key asks for each row by itself, which takes longer than writing the row. These triggers ask for all rows that
a statement wrote at once, and a bill is never removed nor given to another school, so nothing else could part them.
What stands on a bill is found by its lines; an index of the matches by their bill was used by nothing.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "DROP INDEX match_line_by_bill",
    "ALTER TABLE bill_line DROP CONSTRAINT bill_line_bill_id_school_urn_fkey",
    "ALTER TABLE match_line DROP CONSTRAINT match_line_bill_id_school_urn_fkey",
    """
    CREATE FUNCTION lines_are_of_a_bill() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM written WHERE bill_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM bill WHERE bill.bill_id = written.bill_id AND bill.school_urn = written.school_urn)
        ) THEN
            RAISE EXCEPTION 'A row of % names a bill that its school has not', TG_TABLE_NAME
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'lines_are_of_a_bill';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_of_a_bill_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS written
        FOR EACH STATEMENT EXECUTE FUNCTION lines_are_of_a_bill()
        """
        for table in ("bill_line", "match_line")
        for event in ("INSERT", "UPDATE")
    ),
    """
    CREATE FUNCTION bills_stand() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'A bill is never removed nor given to another school: a credit note takes it back'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bills_stand';
    END
    $$
    """,
    """
    CREATE TRIGGER bill_stands BEFORE DELETE OR TRUNCATE OR UPDATE OF bill_id, school_urn ON bill
    FOR EACH STATEMENT EXECUTE FUNCTION bills_stand()
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
