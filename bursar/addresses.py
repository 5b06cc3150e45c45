"""Addresses of databases and of the broker inside one of them. Knows no database library: the supervisor uses it."""

from urllib.parse import parse_qs, quote, unquote, urlsplit

DEFAULT_PORT = 5432


def login_url(admin_url: str, database: str, login: str, password: str) -> str:
    """The address of one database for one login, on the server that the administrator's address names."""
    parts = urlsplit(admin_url)
    server = parts.netloc.rpartition("@")[2]
    return parts._replace(
        netloc=f"{quote(login, safe='')}:{quote(password, safe='')}@{server}", path=f"/{database}"
    ).geturl()


def pgmq_url(database_url: str) -> str:
    """The address of a message broker in that database, in the form that kombu reads.

    A socket's directory travels as the host, percent-encoded; kombu lower-cases it, so it must be lower case.
    """
    parts = urlsplit(database_url)
    query = parse_qs(parts.query)
    host = parts.hostname or query["host"][0]
    port = parts.port or query.get("port", [DEFAULT_PORT])[0]
    login = parts.netloc.rpartition("@")[0]
    return f"pgmq://{login}@{quote(unquote(host), safe='')}:{port}{parts.path}"
