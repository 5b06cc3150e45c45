"""An alliance that was there before schools were kept in depth: nothing is lost, and everybody hears what is new."""

from datetime import date

import psycopg
import pytest
from alembic import command
from sqlalchemy import make_url

from chassis.actor import SERVICE
from chassis.migrations import config_for
from contracts.events import schemas
from services.members.usecases.leave_alliance import leave_alliance
from services.members.usecases.record_memberships import read_memberships
from services.members.usecases.record_pupil_counts import read_counts
from tests.backends import empty_database

jsonschema = pytest.importorskip("jsonschema")

BEFORE = """
    INSERT INTO school VALUES
        (900001, 'Hop Garden Primary School', 'primary', '1', '886', '2001', 4, 11, 271, '2026-01-15', 'register',
            'ME13 7AA', 'Faversham', '2024-09-01', NULL, 3),
        (900002, 'Marsh Lane Academy', 'secondary', '34', '886', '4001', NULL, NULL, NULL, NULL, '', '', '',
            '2024-09-01', '2025-08-31', 1)
"""


def test_schools_of_before_have_their_membership_and_count_and_are_told_again() -> None:
    with empty_database("members") as members:
        command.upgrade(config_for("members", members.owner_url), "0002")
        owner = make_url(members.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(BEFORE)
            command.upgrade(config_for("members", members.owner_url), "head")
            told = connection.execute("SELECT version, body FROM event_log ORDER BY id").fetchall()

        for version, body in told:
            jsonschema.validate(body, schemas()["SchoolRecorded", version])
        assert [
            (body["urn"], body["type_name"], body["financial_year"], body["pupils_source"]) for _, body in told
        ] == [
            (900001, "Community school", "april", "register"),
            (900002, "Academy converter", "september", None),
        ] * 3  # told again as they were told of last, for those who keep more of it now
        assert [body["pupil_counts"] for version, body in told if version == 3] == [
            [{"counted_on": "2026-01-15", "pupils": 271, "source": "register"}],
            [],
        ]
        (held,), school = read_memberships(members.database, SERVICE, 900001)
        assert (held.joined_on, held.left_on, school.version) == (date(2024, 9, 1), None, 3)
        (count,), _ = read_counts(members.database, SERVICE, 900001)
        assert (count.counted_on, count.pupils, count.source) == (date(2026, 1, 15), 271, "register")
        assert list(read_counts(members.database, SERVICE, 900002)[0]) == []
        leave_alliance(members.database, SERVICE, 900001, date(2026, 12, 31), 3)
