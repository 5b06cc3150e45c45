"""Memberships and pupil counts over time, and delivery sites.

A school's row keeps its current membership and newest count, as every reader wants them. Every member reads both
histories; a school's sites are its own, written by itself and read by the alliance. Each school that is there already
is told of again, so that the other parts learn what is new in the event.
"""

import json

from alembic import op
from sqlalchemy import text

from chassis.rls import protect
from contracts.school_types import SCHOOL_TYPES

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE school ADD COLUMN membership_class text NOT NULL DEFAULT 'full'
        CHECK (membership_class IN ('full', 'associate'))
    """,
    """
    CREATE TABLE membership (
        school_urn integer NOT NULL REFERENCES school,
        joined_on date NOT NULL,
        left_on date,
        membership_class text NOT NULL CHECK (membership_class IN ('full', 'associate')),
        PRIMARY KEY (school_urn, joined_on),
        CHECK (left_on >= joined_on)
    )
    """,
    "CREATE UNIQUE INDEX membership_without_end ON membership (school_urn) WHERE left_on IS NULL",
    "INSERT INTO membership SELECT urn, joined_on, left_on, membership_class FROM school",
    # One count a day; one whose day nobody knows may stand beside them, and is older than all of them.
    """
    CREATE TABLE pupil_count (
        school_urn integer NOT NULL REFERENCES school,
        counted_on date,
        pupils integer NOT NULL CHECK (pupils >= 0),
        source text NOT NULL,
        UNIQUE NULLS NOT DISTINCT (school_urn, counted_on)
    )
    """,
    "INSERT INTO pupil_count SELECT urn, pupils_on, pupils, pupils_source FROM school WHERE pupils IS NOT NULL",
    """
    CREATE TABLE site_list (
        school_urn integer PRIMARY KEY REFERENCES school,
        version integer NOT NULL CHECK (version > 0)
    )
    """,
    """
    CREATE TABLE site (
        site_id uuid PRIMARY KEY,
        school_urn integer NOT NULL REFERENCES site_list,
        position integer NOT NULL,
        name text NOT NULL CHECK (name <> ''),
        address text NOT NULL,
        postcode text NOT NULL,
        instructions text NOT NULL,
        main boolean NOT NULL,
        UNIQUE (school_urn, position)
    )
    """,
    "CREATE UNIQUE INDEX site_main ON site (school_urn) WHERE main",
)
_TELL = text("""
    WITH kind AS (SELECT * FROM jsonb_to_recordset(CAST(:types AS jsonb)) AS t(code text, name text, year text))
    INSERT INTO event_log (type, version, key, body)
    SELECT 'SchoolRecorded', 2, 'school:' || urn, jsonb_build_object(
        'urn', urn, 'name', s.name, 'phase', phase, 'type_code', type_code, 'type_name', coalesce(kind.name, ''),
        'la_code', la_code, 'establishment_number', establishment_number, 'low_age', low_age, 'high_age', high_age,
        'pupils', pupils, 'pupils_on', pupils_on, 'pupils_source', nullif(pupils_source, ''), 'postcode', postcode,
        'town', town, 'joined_on', joined_on, 'left_on', left_on, 'membership_class', membership_class,
        'financial_year', coalesce(kind.year, 'april'), 'sites', jsonb_build_array())
    FROM school s LEFT JOIN kind ON kind.code = s.type_code
    ORDER BY urn
""")


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("membership", "pupil_count"):
        protect(op, table, alliance="write", everyone_reads=True)
    for table in ("site_list", "site"):
        protect(op, table, school="school_urn", alliance="read")
    types = [{"code": code, "name": kind.name, "year": kind.financial_year} for code, kind in SCHOOL_TYPES.items()]
    op.execute(_TELL.bindparams(types=json.dumps(types)))
