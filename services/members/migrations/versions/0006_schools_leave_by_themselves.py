"""A school ends its own membership: the one thing that it may change of the alliance's record of it.

The tables stay the alliance's to write. Schools go through this function alone, which cuts the memberships of the
school that calls it off at a day, today in London at the earliest: so it can neither lengthen one nor touch the past,
nor anybody else's.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION end_own_membership(last_day date) RETURNS void
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        DECLARE
            own integer := nullif(current_setting('bursar.school_urn', true), '')::integer;
            today date := (now() AT TIME ZONE 'Europe/London')::date;
        BEGIN
            IF coalesce(current_setting('bursar.actor', true), '') <> 'school' OR own IS NULL THEN
                RAISE insufficient_privilege USING MESSAGE = 'Only a school ends its own membership.';
            END IF;
            IF last_day IS NULL OR last_day < today OR NOT EXISTS (
                SELECT 1 FROM membership
                WHERE school_urn = own AND joined_on <= today AND coalesce(left_on, 'infinity') >= today
            ) THEN
                RAISE check_violation USING MESSAGE = 'A membership that holds ends today or later.';
            END IF;
            DELETE FROM membership WHERE school_urn = own AND joined_on > last_day;
            UPDATE membership SET left_on = last_day
                WHERE school_urn = own AND coalesce(left_on, 'infinity') > last_day;
            UPDATE school SET version = version + 1,
                    left_on = CASE WHEN coalesce(left_on, 'infinity') > last_day THEN last_day ELSE left_on END
                WHERE urn = own;
        END $$
    """)
