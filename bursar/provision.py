"""Logins and databases, one pair of logins and one database for each part; safe to run again at any time.

Everything is read from the addresses that the parts themselves use, so nothing can disagree: the owner's address
names who owns the tables and migrates, the application's address names the login that the running part uses.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from pgmq.install import install_pgmq_from_sql
from psycopg import sql
from sqlalchemy import URL, make_url

_LOCK = 0x70726F76  # "prov": one provisioner at a time on a cluster


@dataclass(frozen=True, slots=True)
class PartDatabase:
    """The two addresses of one part's database: the owner's (migrations) and the application's."""

    owner_url: str
    app_url: str


def provision(admin_url: str, parts: Iterable[PartDatabase]) -> None:
    """Create what is missing: logins, databases and what the application login may do.

    admin_url: a login that may create roles and databases, on PostgreSQL 15 to 18. Passwords are set to those in
    the addresses. An application login owns nothing and may neither bypass row security nor create objects.
    """
    with _connect(make_url(admin_url)) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        for part in parts:
            owner, app = make_url(part.owner_url), make_url(part.app_url)
            _ensure_login(admin, owner)
            _ensure_login(admin, app)
            _ensure_database(admin, owner)
            with _connect(_beside(admin_url, owner)) as inside:
                _grant(inside, part)


def provision_broker(admin_url: str, database_url: str) -> None:
    """Create the login and database of a `pgmq://` broker and install pgmq's tables and functions there."""
    target = make_url(database_url)
    with _connect(make_url(admin_url)) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _ensure_login(admin, target)
        _ensure_database(admin, target)
    with _connect(_beside(admin_url, target)) as inside:
        if inside.execute("SELECT to_regnamespace('pgmq')").fetchone() == (None,):
            inside.autocommit = False
            inside.execute(sql.SQL("SET ROLE {}").format(_name(target.username)))
            install_pgmq_from_sql(conn=inside)
            inside.commit()


def _connect(url: URL) -> psycopg.Connection[tuple[object, ...]]:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, connect_timeout=10)


def _beside(admin_url: str, target: URL) -> URL:
    """The administrator's address, but in the target's database."""
    return make_url(admin_url).set(database=target.database)


def _name(value: str | None) -> sql.Identifier:
    if not value:
        raise ValueError("A database address lacks its login or database name.")
    return sql.Identifier(value)


def _ensure_login(admin: psycopg.Connection[tuple[object, ...]], url: URL) -> None:
    role = admin.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [url.username]).fetchone()
    if role == (True,):
        raise ValueError(f"The login {url.username} bypasses row security; give each part a plain login.")
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if role else "CREATE ROLE {} LOGIN PASSWORD {}"
    password = sql.Literal(str(url.password) if url.password else None)
    admin.execute(sql.SQL(statement).format(_name(url.username), password))
    # An administrator that isn't a superuser may hand over a database only to a role it belongs to.
    admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(_name(url.username)))


def _ensure_database(admin: psycopg.Connection[tuple[object, ...]], url: URL) -> None:
    known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [url.database]).fetchone()
    if not known:
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                _name(url.database), _name(url.username)
            )
        )


def grant_database(admin: psycopg.Connection[tuple[object, ...]], part: PartDatabase) -> None:
    """Who may enter a part's database: these rights belong to the database, and are not cloned with a template."""
    owner, app = make_url(part.owner_url), make_url(part.app_url)
    names = {"db": _name(owner.database), "owner": _name(owner.username), "app": _name(app.username)}
    for statement in (
        "REVOKE ALL ON DATABASE {db} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {db} TO {owner}, {app}",
        "GRANT TEMPORARY ON DATABASE {db} TO {app}",  # the close of a round keeps its working in temporary tables
    ):
        admin.execute(sql.SQL(statement).format(**names))


def _grant(inside: psycopg.Connection[tuple[object, ...]], part: PartDatabase) -> None:
    grant_database(inside, part)
    owner, app = make_url(part.owner_url), make_url(part.app_url)
    names = {"owner": _name(owner.username), "app": _name(app.username)}
    for statement in (
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
    ):
        inside.execute(sql.SQL(statement).format(**names))
    by_default = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT {rights} TO {app}"
    for rights in (
        "SELECT, INSERT, UPDATE, DELETE ON TABLES",
        "USAGE, SELECT ON SEQUENCES",
        "EXECUTE ON FUNCTIONS",
    ):
        inside.execute(sql.SQL(by_default).format(**names, rights=sql.SQL(rights)))
