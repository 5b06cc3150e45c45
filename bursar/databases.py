"""A part's database for the length of one command."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chassis.database import Database
from chassis.settings import Reader


@contextmanager
def database_of(part: str, environ: Mapping[str, str]) -> Iterator[Database]:
    """The part's database under its own login. Raises SettingsError if its address is not set."""
    reader = Reader(environ)
    url = reader.text(f"{part.upper()}_DATABASE_URL")
    reader.done()
    database = Database(url, pool_size=2)
    try:
        yield database
    finally:
        database.dispose()
