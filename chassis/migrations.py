"""Runs each part's Alembic history as the owner login of its database."""

from importlib import resources

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text

_LOCK = 0x6275727361  # one migrator at a time on a database: "bursa" as an advisory lock


def migrations_folder(package: str) -> str:
    """The import name of a part's migrations: `gateway` keeps its own at the top, services below `services`."""
    return f"{package}.migrations" if package == "gateway" else f"services.{package}.migrations"


def config_for(name: str, owner_url: str | None = None) -> Config:
    """Alembic's configuration for one part (`orders`, `gateway` …)."""
    config = Config()
    config.set_main_option("script_location", str(resources.files(migrations_folder(name))))
    config.attributes["owner_url"] = owner_url
    return config


def migrate(name: str, owner_url: str) -> str:
    """Bring a part's database to its newest revision and return it; safe to call from several processes."""
    command.upgrade(config_for(name, owner_url), "head")
    return head_revision(name)


def head_revision(name: str) -> str:
    """The newest revision in the code."""
    revision = ScriptDirectory.from_config(config_for(name)).get_current_head()
    if revision is None:
        raise LookupError(f"{name} has no migrations")
    return revision


def run_env() -> None:
    """Alembic's environment, called by each part's `migrations/env.py`."""
    engine = create_engine(context.config.attributes["owner_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()
        context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()
