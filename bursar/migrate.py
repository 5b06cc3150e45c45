"""Bring every database to the newest schema; where an administrator's address is given, make them first."""

from collections.abc import Mapping

from bursar.provision import PartDatabase, provision, provision_broker
from chassis.migrations import migrate
from chassis.settings import ALL_PARTS, Reader


def migrate_all(environ: Mapping[str, str]) -> dict[str, str]:
    """Migrate all parts; returns the revision that each now has.

    With POSTGRES_ADMIN_URL set, missing logins and databases are created (and pgmq installed, if BROKER_DATABASE_URL
    names a database for it). Raises SettingsError with every address that is missing.
    """
    reader = Reader(environ)
    parts = {
        part: PartDatabase(
            owner_url=reader.text(f"{part.upper()}_MIGRATION_DATABASE_URL"),
            app_url=reader.text(f"{part.upper()}_DATABASE_URL"),
        )
        for part in ALL_PARTS
    }
    admin_url = reader.text("POSTGRES_ADMIN_URL", "")
    broker_database_url = reader.text("BROKER_DATABASE_URL", "")
    reader.done()
    if admin_url:
        provision(admin_url, parts.values())
        if broker_database_url:
            provision_broker(admin_url, broker_database_url)
    return {part: migrate(part, database.owner_url) for part, database in parts.items()}
