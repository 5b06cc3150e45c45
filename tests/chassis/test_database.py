"""Transactions carry their actor, and row-level security goes by it and fails closed."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from chassis.actor import SERVICE, Actor
from chassis.database import Database, ask
from chassis.numbers import next_number, next_numbers
from chassis.rls import protect

FIRST = Actor("school", "p-1", "First", frozenset({"school_buyer"}), school_urn=900001)
SECOND = Actor("school", "p-2", "Second", frozenset({"school_buyer"}), school_urn=900002)
ALLIANCE = Actor("alliance", "p-3", "Manager", frozenset({"alliance_manager"}))
SUPPLIER = Actor(
    "supplier", "p-4", "Desk", frozenset({"supplier_user"}), supplier_id="00000000-0000-4000-8000-000000000001"
)


class Owner:
    """Runs statements as a migration would."""

    def __init__(self, connection) -> None:
        self._connection = connection

    def execute(self, sqltext: str) -> object:
        return self._connection.execute(text(sqltext))


@pytest.fixture
def database(databases) -> Database:
    """A database with one table of schools' secrets, which the alliance reads and cannot write."""
    fresh = databases("members")
    engine = create_engine(fresh.owner_url)
    with engine.begin() as connection:
        owner = Owner(connection)
        owner.execute("CREATE TABLE secret (school_urn integer PRIMARY KEY, words text)")
        protect(owner, "secret", school="school_urn", alliance="read")
        owner.execute("INSERT INTO secret VALUES (900001, 'one'), (900002, 'two')")
    engine.dispose()
    return fresh.database


def words(database: Database, actor: Actor) -> list[str]:
    with database.transaction(actor) as connection:
        return list(connection.execute(text("SELECT words FROM secret ORDER BY school_urn")).scalars())


def test_a_school_sees_its_own_rows_only(database: Database) -> None:
    assert words(database, FIRST) == ["one"]
    assert words(database, SECOND) == ["two"]
    assert words(database, ALLIANCE) == ["one", "two"]
    assert words(database, SERVICE) == ["one", "two"]
    assert words(database, SUPPLIER) == []


def test_without_an_actor_there_are_no_rows(database: Database) -> None:
    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM secret")).scalar_one() == 0


def test_the_actor_ends_with_the_transaction(database: Database) -> None:
    words(database, SERVICE)
    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM secret")).scalar_one() == 0


def test_a_school_cannot_change_or_pose_as_another(database: Database) -> None:
    with database.transaction(FIRST) as connection:
        assert connection.execute(text("UPDATE secret SET words = 'x' WHERE school_urn = 900002")).rowcount == 0
        assert connection.execute(text("DELETE FROM secret WHERE school_urn = 900002")).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(FIRST) as connection:
        connection.execute(text("UPDATE secret SET school_urn = 900003"))
    assert words(database, SERVICE) == ["one", "two"]


def test_the_alliance_reads_and_cannot_write(database: Database) -> None:
    with database.transaction(ALLIANCE) as connection:
        assert connection.execute(text("UPDATE secret SET words = 'x'")).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(ALLIANCE) as connection:
        connection.execute(text("INSERT INTO secret VALUES (900003, 'three')"))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE secret DISABLE ROW LEVEL SECURITY",
        "DROP POLICY secret_read ON secret",
        "SET ROLE members_owner",
        "SET row_security = off; SELECT * FROM secret",
    ],
)
def test_the_login_cannot_lift_the_policies(database: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError), database.transaction(FIRST) as connection:
        connection.execute(text(statement))


def test_an_inner_block_joins_the_outer_transaction(database: Database) -> None:
    def fail_in_the_outer_block() -> None:
        with database.transaction(FIRST):
            with database.transaction(FIRST) as connection:
                connection.execute(text("UPDATE secret SET words = 'changed'"))
            raise LookupError

    with pytest.raises(LookupError):
        fail_in_the_outer_block()
    assert words(database, FIRST) == ["one"]


def test_a_transaction_never_changes_its_actor(database: Database) -> None:
    with database.transaction(FIRST), pytest.raises(RuntimeError), database.transaction(SERVICE):
        pytest.fail("the actor was raised")


def test_a_connection_that_broke_is_told_and_replaced(database: Database) -> None:
    with database.transaction(SERVICE) as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = create_engine(database.url)
    with other.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:backend, 5000)"), {"backend": backend})
    other.dispose()
    with pytest.raises(OperationalError):
        words(database, SERVICE)
    assert words(database, SERVICE) == ["one", "two"]


def test_a_statement_put_to_the_driver_fails_as_any_other(database: Database) -> None:
    with database.transaction(FIRST) as connection:
        assert ask(connection, text("UPDATE secret SET words = :words"), {"words": "100%"}) is None
        assert ask(connection, text("SELECT words FROM secret WHERE words LIKE '%0%'"), {}).words == "100%"
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(FIRST) as connection:
        ask(connection, text("UPDATE secret SET school_urn = :urn"), {"urn": 900003})
    assert words(database, FIRST) == ["100%"]


def test_document_numbers_have_no_gaps(database: Database) -> None:
    def take_and_fail() -> None:
        with database.transaction(SERVICE) as connection:
            next_number(connection, "PO")
            raise LookupError

    with database.transaction(SERVICE) as connection:
        assert next_number(connection, "PO") == "PO-000001"
        assert next_numbers(connection, "PO", 2) == ["PO-000002", "PO-000003"]
    with pytest.raises(LookupError):
        take_and_fail()
    with database.transaction(SERVICE) as connection:
        assert next_number(connection, "PO") == "PO-000004"
        assert next_numbers(connection, "B", 0) == []
        assert next_number(connection, "B") == "B-000001"
