"""Rows and their parents: a parent that is gone, or that says otherwise, is noticed at every link."""

from collections.abc import Callable, Mapping

import psycopg
import pytest
from sqlalchemy import make_url

from bursar.verify import billing, catalogue, gateway, members, orders
from bursar.verify.check import Link, strays
from tests.verify.conftest import administrator

LINKS = [
    (part, link)
    for part, module in (
        ("members", members),
        ("catalogue", catalogue),
        ("orders", orders),
        ("billing", billing),
        ("gateway", gateway),
    )
    for link in module.LINKS
]


def _name(value: object) -> str:
    return f"{value.child}-{value.parent}" if isinstance(value, Link) else str(value)


@pytest.fixture
def breaking(environ: Mapping[str, str]) -> Callable[[str, str, Link], tuple[int, list[str]]]:
    """Runs a statement on a part's database, gives the link's children and what is said of them, and takes it back."""

    def run(part: str, statement: str, link: Link) -> tuple[int, list[str]]:
        database = make_url(environ[f"{part.upper()}_MIGRATION_DATABASE_URL"]).database
        children = f"SELECT count(*) FROM {link.child} WHERE num_nulls({_columns(link)}) = 0"
        with administrator(str(database)) as connection, connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL session_replication_role = replica")
            amount = _column(connection, children)[0]
            connection.execute(statement)
            return int(str(amount)), [str(said) for said in _column(connection, strays(link))]

    return run


@pytest.mark.parametrize(("part", "link"), LINKS, ids=_name)
def test_a_missing_parent_is_noticed(part: str, link: Link, breaking: Callable[..., tuple[int, list[str]]]) -> None:
    # Rows that name others of their own table stay when all the others go.
    others = f"num_nulls({_columns(link)}) > 0" if link.child == link.parent else "true"
    children, said = breaking(part, f"DELETE FROM {link.parent} WHERE {others}", link)
    assert children > 0
    assert len(said) == children
    assert all(line.endswith(f"there is no such {link.parent}") for line in said)


@pytest.mark.parametrize(
    ("part", "link", "column"), [(part, link, column) for part, link in LINKS for column in link.same], ids=_name
)
def test_another_word_than_the_parents_is_noticed(
    part: str, link: Link, column: str, breaking: Callable[..., tuple[int, list[str]]]
) -> None:
    statement = f"UPDATE {link.child} SET {column} = {_another(column)} WHERE num_nulls({_columns(link)}) = 0"
    children, said = breaking(part, statement, link)
    assert len(said) == children > 0
    assert all(f"its {link.parent} says" in line for line in said)


def _another(column: str) -> str:
    if column.endswith("_id"):
        return "gen_random_uuid()"
    return f"{column} || ' X'" if column == "sku" else f"{column} + 1000"


def _columns(link: Link) -> str:
    return ", ".join(name.partition(" = ")[0] for name in link.on)


def _column(connection: psycopg.Connection[tuple[object, ...]], query: str) -> list[object]:
    return [row[0] for row in connection.execute(query)]
