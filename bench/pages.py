"""Every page of the alliance's manager over the demo alliance, beside a bare view under the same gunicorn.

The pages are found as a person finds them: from Home along the links, one page for each kind of address. The whole way
is in the figure: session, service tokens, calls to the services, template. Documents and charts are left out: they have
floors of their own.
"""

import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench import client, floor
from bench.gateway import gather_statistics
from bench.stack import ROOT, Stack, stack
from bursar import demo
from bursar.installation import PARTS, environment_of
from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.sessions import new_token, token_hash
from gateway.storage.sessions import store_session

MANAGER: Final = "manager@alliance.example"
HOME: Final = "/alliance"
TARGET: Final = 20
TIMES: Final = 7
BODY: Final = b'{"line": "' + b"x" * 4_000 + b'"}'
"""What the floor stores: as long as an order of forty lines."""

_LINK: Final = re.compile(r'href="(/alliance[^"#]*)')
_NAMES: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2}(?:-\d{2})?|\b\d+\b")
_NO_PAGE: Final = re.compile(r"\.(pdf|xlsx|csv|xml|txt|zip|ics)\b|/charts/|/files?/|/photos/|/original")

Row = dict[str, Any]


def rows(settings: dict[str, str]) -> list[Row]:
    """The row of the slowest page; `settings` are those of an installation whose databases run and are migrated."""
    engine = create_engine(settings["GATEWAY_MIGRATION_DATABASE_URL"], poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(floor.TABLE))
    with stack(settings, PARTS) as running:
        with _workers(running.settings):
            demo.load(running.settings)
        for part in PARTS:
            gather_statistics(running.owner_url(part))
        headers = {"Cookie": f"bursar-session={_signed_in(running)}", "Accept": "text/html"}
        pages = _pages(running.ports["gateway"], headers)
        bare = client.request("POST", "/", {"Content-Type": "application/json"}, BODY)
        floors: list[float] = []
        taken: dict[str, list[float]] = {kind: [] for kind in pages}
        for turn in range(TIMES + 1):
            for kind, path in pages.items():
                page = client.request("GET", path, headers)
                for port, request, seconds in (("floor", bare, floors), ("gateway", page, taken[kind])):
                    if turn:  # the first turn warms both up
                        seconds.append(_seconds(running.ports[port], request))
    medians = {kind: statistics.median(each) * 1000 for kind, each in taken.items()}
    bare_ms = statistics.median(floors) * 1000
    slowest = sorted(medians, key=lambda kind: -medians[kind])
    for kind in slowest[:10]:
        print(f"  {medians[kind]:7.1f} ms  {medians[kind] / bare_ms:5.1f} ×  {pages[kind]}")
    return [_row(len(pages), slowest[0], medians[slowest[0]], bare_ms)]


def _row(count: int, kind: str, figure: float, bare_ms: float) -> Row:
    return {
        "name": f"slowest of {count} pages of the manager: {kind}",
        "figure": round(figure, 2),
        "unit": "ms",
        "floor": round(bare_ms, 2),
        "ratio": round(figure / bare_ms, 2),
        "target": TARGET,
        "better": "lower",
        "met": figure <= TARGET * bare_ms,
    }


@contextmanager
def _workers(settings: Mapping[str, str]) -> Iterator[None]:
    """Every part's worker, as long as the demo is loaded; nothing beside the pages runs while they are measured."""
    with ExitStack() as running:
        for part in PARTS:
            command = [sys.executable, "-m", "bursar", "worker", part]
            own = {**environment_of(part, settings), "POOL_SIZE": "8", "WORKER_PORT": "0"}
            process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
            running.callback(process.wait, timeout=30)
            running.callback(process.terminate)
        yield
        _until_heard(settings)


def _until_heard(settings: Mapping[str, str]) -> None:
    """Until the gateway knows the manager, who signs in below."""
    deadline = time.monotonic() + 120
    while _manager(settings["GATEWAY_DATABASE_URL"]) is None:
        if time.monotonic() > deadline:
            raise RuntimeError("The gateway has not heard of the demo's manager.")
        time.sleep(0.2)


def _manager(url: str) -> str | None:
    database = Database(url)
    try:
        with database.transaction(SERVICE) as connection:
            query = text("SELECT CAST(person_id AS text) FROM person WHERE email = :email")
            return connection.execute(query, {"email": MANAGER}).scalar()
    finally:
        database.dispose()


def _signed_in(running: Stack) -> str:
    """A session of the manager's. A password would take argon2's time, which is not measured here."""
    url, token, now = running.app_url("gateway"), new_token(), datetime.now(UTC)
    database = Database(url)
    with database.transaction(SERVICE) as connection:
        store_session(
            connection,
            token_hash(token),
            person_id=_manager(url) or "",
            channel="browser",
            seat=None,
            now=now,
            expires_at=now + timedelta(hours=1),
        )
    database.dispose()
    return token


def _pages(port: int, headers: Mapping[str, str]) -> dict[str, str]:
    """One address for each kind of page that links lead to from Home, by the address with its names left out."""
    found, waiting = {}, [HOME]
    while waiting:
        path = waiting.pop(0)
        kind = _NAMES.sub("…", path.partition("?")[0])
        if kind in found or _NO_PAGE.search(path):
            continue
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers))
        with urllib.request.urlopen(asked, timeout=60) as answer:
            if "text/html" not in answer.headers["Content-Type"]:
                continue
            found[kind] = path
            waiting += [link.replace("&amp;", "&") for link in _LINK.findall(answer.read().decode())]
    return found


def _seconds(port: int, request: bytes) -> float:
    connection = client.Connection(port)
    begun = time.perf_counter()
    connection.ask(request)
    taken = time.perf_counter() - begun
    connection.close()
    return taken
