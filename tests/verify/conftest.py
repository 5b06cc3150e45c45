"""A clean life for a whole module, and copies of its databases to break."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from bursar.verify import run
from bursar.verify.run import Breach, Copy
from tests import backends
from tests.backends import ServiceDatabase
from tests.verify.life import Life

_copies = count(1)


@pytest.fixture(scope="module")
def life(module_databases: Callable[[str], ServiceDatabase]) -> Life:
    """A small alliance whose round has gone all the way."""
    lived = Life(module_databases)
    lived.live()
    return lived


@pytest.fixture
def environ(life: Life) -> Mapping[str, str]:
    """The owners' addresses of the clean databases."""
    return {f"{part.upper()}_MIGRATION_DATABASE_URL": found.owner_url for part, found in life.databases.items()}


@pytest.fixture
def broken(environ: Mapping[str, str]) -> Iterator[Callable[[str, str], Mapping[str, str]]]:
    """`broken("orders", sql)`: the addresses with a copy of that database in its place, on which the SQL has been run.

    It runs as the administrator and with triggers and foreign keys off, so that nothing stands in its way.
    """
    made: list[str] = []

    def break_copy(part: str, statements: str) -> Mapping[str, str]:
        name = f"{part.upper()}_MIGRATION_DATABASE_URL"
        url = make_url(environ[name])
        copy = f"{url.database}_copy{next(_copies)}"
        with administrator("postgres") as admin:
            admin.execute(
                f'CREATE DATABASE "{copy}" TEMPLATE "{url.database}" OWNER "{url.username}" STRATEGY FILE_COPY'
            )
        made.append(copy)
        with administrator(copy) as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute(statements)
        return {**environ, name: url.set(database=copy).render_as_string(hide_password=False)}

    yield break_copy
    with administrator("postgres") as admin:
        for copy in made:
            admin.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@pytest.fixture
def clean_ones_known(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What concerns only databases that nobody has broken was found clean before, and is not checked anew."""
    clean = {make_url(url).database for url in environ.values()}
    of_a_part, of_a_copy = run._check, run._check_copy

    def check(part: str, database: Engine, head: int) -> Iterable[Breach]:
        return () if database.url.database in clean else of_a_part(part, database, head)

    def check_copy(copy: Copy, databases: Mapping[str, Engine]) -> Iterable[Breach]:
        concerned = {databases[part].url.database for part in (copy.consumer, copy.producer)}
        return () if concerned <= clean else of_a_copy(copy, databases)

    monkeypatch.setattr(run, "_check", check)
    monkeypatch.setattr(run, "_check_copy", check_copy)


@contextmanager
def administrator(database: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The administrator in one database of the tests' server."""
    url = make_url(backends.postgres().url).set(drivername="postgresql", database=database)
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection
