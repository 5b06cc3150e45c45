"""The real services that tests run against: one PostgreSQL and one RabbitMQ for a whole test session.

They are looked for in the order of the architecture: TEST_DATABASE_URL / TEST_BROKER_URL; a container, where a
Docker engine answers; the embedded PostgreSQL with pgmq in it. Whoever needs one first starts it, under a lock, and
writes its address into the session's directory, where the other processes of the session (xdist) find it. The
process that began the session stops it all at the end, and removes what a killed session left behind.
"""

import fcntl
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import urllib3
from sqlalchemy import make_url

from bursar.addresses import login_url, pgmq_url
from bursar.embedded import EmbeddedPostgres
from bursar.provision import PartDatabase, grant_database, provision, provision_broker
from chassis import migrations
from chassis.database import Database

POSTGRES_IMAGE = "postgres:17-bookworm"
RABBITMQ_IMAGE = "rabbitmq:4-management"
SESSION = "BURSAR_TEST_SESSION"  # the session's directory, inherited by xdist's workers
PASSWORD = "test"
LABEL = "bursar.test-session"
# The shell is the same browser without its windows, and opens a page for a fifth of the processor time.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400", "jit=off")
START_EMBEDDED = """
import pathlib, sys
from bursar.embedded import EmbeddedPostgres
EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False).start()
"""


class BackendMissing(Exception):
    """A test needs a service that this machine cannot give; the message says why."""


@dataclass(frozen=True)
class ServiceDatabase:
    """A fresh, migrated database of one part: its two addresses, and the application's way in."""

    name: str
    app_url: str
    owner_url: str
    database: Database


@dataclass(frozen=True)
class Running:
    """A service that this session started or was given: where it is, what it is, and what to stop at the end."""

    kind: str
    url: str
    management_url: str = ""
    container: bool = False
    data_dir: str = ""


def begin_session() -> None:
    """Make the session's directory; called once, by the process that the person started."""
    _remove_leftovers()
    directory = Path(tempfile.gettempdir()) / f"bursar-tests-{os.getpid()}"
    directory.mkdir(mode=0o700)
    os.environ[SESSION] = str(directory)


def end_session() -> None:
    """Stop what the session started, and remove its databases from a server that was given."""
    directory = session_dir()
    record = directory / "postgres.json"
    if record.exists():
        running = Running(**json.loads(record.read_text()))
        if running.data_dir:
            EmbeddedPostgres(Path(running.data_dir), durable=False).stop()
        elif not running.container:
            _drop_own_databases(running.url)
    if any(directory.glob("*.lock")) and _docker():  # also those that never came to work
        for container in _docker().containers.list(all=True, filters={"label": f"{LABEL}={directory}"}):
            container.remove(force=True, v=True)
    shutil.rmtree(directory)


def session_dir() -> Path:
    """The directory that the processes of this session share."""
    return Path(os.environ[SESSION])


def plan() -> list[str]:
    """One line a backing service, for the head of the report: what a test that needs it will get."""
    return [
        f"PostgreSQL: {_planned('TEST_DATABASE_URL', POSTGRES_IMAGE, 'embedded')}",
        f"broker: {_planned('TEST_BROKER_URL', RABBITMQ_IMAGE, 'pgmq')}",
        f"Chromium: {CHROMIUM or 'none'}",
    ]


def used() -> list[str]:
    """One line for each backing service that was really used, for the end of the report."""
    records = [session_dir() / f"{name}.json" for name in ("postgres", "rabbitmq")]
    return [f"{file.stem}: {json.loads(file.read_text())['kind']}" for file in records if file.exists()]


@cache
def postgres() -> Running:
    """The session's PostgreSQL, started if this is the first call in any of its processes."""
    return _once("postgres", _start_postgres)


@cache
def rabbitmq() -> Running:
    """The session's RabbitMQ. Raises BackendMissing where there is neither an address nor a Docker engine."""
    return _once("rabbitmq", _start_rabbitmq)


def engine_answers() -> bool:
    """Whether there is a Docker engine."""
    return _docker() is not None


def default_broker_kind() -> str:
    """`rabbitmq` or `pgmq`: what tests use that do not ask for one of them."""
    given = os.environ.get("TEST_BROKER_URL", "")
    if given:
        return "pgmq" if given.startswith("pgmq") else "rabbitmq"
    return "rabbitmq" if _engine_has(RABBITMQ_IMAGE) else "pgmq"


@contextmanager
def fresh_database(name: str) -> Iterator[ServiceDatabase]:
    """A new database for one part, cloned from the session's migrated template, dropped afterwards."""
    template = _template(name)
    clone = _new_name(name)
    with _admin() as admin:
        part = _addresses(name, clone)
        admin.execute(f'CREATE DATABASE "{clone}" TEMPLATE "{template}" OWNER "{name}_owner" STRATEGY FILE_COPY')
        grant_database(admin, part)
    database = Database(part.app_url, pool_size=8)
    try:
        yield ServiceDatabase(name, part.app_url, part.owner_url, database)
    finally:
        database.dispose()
        with _admin() as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{clone}" WITH (FORCE)')


@contextmanager
def empty_database(name: str) -> Iterator[ServiceDatabase]:
    """A database of one part before its first migration, dropped afterwards: for tests of upgrades."""
    empty = _new_name(f"empty_{name}")
    part = _addresses(name, empty)
    provision(postgres().url, [part])
    database = Database(part.app_url, pool_size=2)
    try:
        yield ServiceDatabase(name, part.app_url, part.owner_url, database)
    finally:
        database.dispose()
        with _admin() as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{empty}" WITH (FORCE)')


@contextmanager
def fresh_broker(kind: str) -> Iterator[str]:
    """The address of an empty broker of that kind (`pgmq`, `rabbitmq`), removed afterwards."""
    with _fresh_vhost() if kind == "rabbitmq" else _fresh_pgmq() as url:
        yield url


@contextmanager
def _fresh_pgmq() -> Iterator[str]:
    name = _new_name("broker")
    template = _once("template-broker", _make_broker_template).url
    with _admin() as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER broker')
    try:
        yield pgmq_url(login_url(postgres().url, name, "broker", PASSWORD))
    finally:
        with _admin() as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _fresh_vhost() -> Iterator[str]:
    running = rabbitmq()
    name = _new_name("vhost")
    user = urlsplit(running.url).username
    _manage(running, "PUT", f"vhosts/{name}")
    _manage(running, "PUT", f"permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
    try:
        yield urlsplit(running.url)._replace(path=f"/{name}").geturl()
    finally:
        _manage(running, "DELETE", f"vhosts/{name}")


def _template(name: str) -> str:
    return _once(f"template-{name}", lambda: _make_template(name)).url


def _make_template(name: str) -> Running:
    database = _new_name(f"template_{name}")
    part = _addresses(name, database)
    provision(postgres().url, [part])
    migrations.migrate(name, part.owner_url)
    return Running(kind=f"migrated to {migrations.head_revision(name)}", url=database)


def _make_broker_template() -> Running:
    database = _new_name("template_broker")
    provision_broker(postgres().url, login_url(postgres().url, database, "broker", PASSWORD))
    return Running(kind="pgmq", url=database)


def _addresses(name: str, database: str) -> PartDatabase:
    return PartDatabase(
        owner_url=login_url(postgres().url, database, f"{name}_owner", PASSWORD),
        app_url=login_url(postgres().url, database, name, PASSWORD),
    )


def _prefix() -> str:
    return f"bt{session_dir().name.rpartition('-')[2]}_"


def _new_name(what: str) -> str:
    return f"{_prefix()}{what}_{uuid4().hex[:10]}"


def _admin() -> psycopg.Connection[tuple[Any, ...]]:
    url = make_url(postgres().url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _once(name: str, start: Callable[[], Running]) -> Running:
    """What the first caller in the session started; everyone else reads it from the session's directory."""
    record = session_dir() / f"{name}.json"
    with (session_dir() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not record.exists():
            record.write_text(json.dumps(asdict(start())))
    return Running(**json.loads(record.read_text()))


def _start_postgres() -> Running:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return Running(kind="TEST_DATABASE_URL", url=given)
    if _engine_has(POSTGRES_IMAGE):
        return _start_postgres_container()
    data_dir = session_dir() / "embedded"
    server = EmbeddedPostgres(data_dir, durable=False)
    # From a process of its own, as the server outlives the test process that happens to need it first.
    subprocess.run([sys.executable, "-W", "ignore", "-c", START_EMBEDDED, str(data_dir)], check=True)
    return Running(kind="embedded", url=server.admin_url, data_dir=str(data_dir))


def _start_postgres_container() -> Running:
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.ryuk_disabled = True  # the session removes its own containers
    options = [part for setting in FAST for part in ("-c", setting)]
    container = PostgresContainer(POSTGRES_IMAGE, username="postgres", password=PASSWORD, dbname="postgres")
    container.with_command(["postgres", *options])
    container.with_tmpfs_mount("/var/lib/postgresql/data")
    container.with_kwargs(labels={LABEL: str(session_dir())})
    container.start()
    return Running(
        kind=f"container {POSTGRES_IMAGE}",
        url=container.get_connection_url(driver="psycopg"),
        container=True,
    )


def _start_rabbitmq() -> Running:
    given = os.environ.get("TEST_BROKER_URL", "")
    if given.startswith("amqp"):
        parts = urlsplit(given)
        default = f"http://{parts.username}:{parts.password}@{parts.hostname}:15672"
        return Running("TEST_BROKER_URL", given, os.environ.get("TEST_BROKER_MANAGEMENT_URL", default))
    if not _engine_has(RABBITMQ_IMAGE):
        raise BackendMissing(f"RabbitMQ: no TEST_BROKER_URL, and {_engine_fault(RABBITMQ_IMAGE)}")
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import DockerContainer

    testcontainers_config.ryuk_disabled = True
    container = DockerContainer(RABBITMQ_IMAGE)
    container.with_env("RABBITMQ_DEFAULT_USER", "test").with_env("RABBITMQ_DEFAULT_PASS", PASSWORD)
    container.with_exposed_ports(5672, 15672)
    container.with_kwargs(labels={LABEL: str(session_dir())})
    container.start()
    host = container.get_container_host_ip()
    running = Running(
        kind=f"container {RABBITMQ_IMAGE}",
        url=f"amqp://test:{PASSWORD}@{host}:{container.get_exposed_port(5672)}/",
        management_url=f"http://test:{PASSWORD}@{host}:{container.get_exposed_port(15672)}",
        container=True,
    )
    _wait_for_rabbitmq(running)
    return running


def _wait_for_rabbitmq(running: Running) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            _manage(running, "GET", "health/checks/port-listener/5672")
        except (urllib3.exceptions.HTTPError, BackendMissing):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _manage(running: Running, method: str, path: str, body: dict[str, str] | None = None) -> None:
    parts = urlsplit(running.management_url)
    headers = urllib3.make_headers(basic_auth=f"{parts.username}:{parts.password}")
    answer = urllib3.request(
        method,
        f"http://{parts.hostname}:{parts.port}/api/{path}",
        headers=headers,
        json=body,
        timeout=10,
        retries=False,
    )
    if answer.status >= 300:
        raise BackendMissing(f"RabbitMQ's management answered {answer.status} to {method} {path}")


def _planned(given: str, image: str, otherwise: str) -> str:
    if os.environ.get(given):
        return given
    return f"container {image}" if _docker() else f"{otherwise}, as no Docker engine answers"


@cache
def _docker() -> Any:
    """A client of the Docker engine; None where none answers."""
    import docker

    try:
        return docker.from_env(timeout=300)
    except docker.errors.DockerException:
        pass
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()  # the client drops its socket unclosed when nobody answers
    return None


def _engine_has(image: str) -> bool:
    return not _engine_fault(image)


@cache
def _engine_fault(image: str) -> str:
    """Why a container of that image cannot be had here; empty when it can. Pulls the image if it must."""
    from docker.errors import DockerException, ImageNotFound

    if _docker() is None:
        return "no Docker engine answers"
    try:
        _docker().images.get(image)
    except ImageNotFound:
        try:
            _docker().images.pull(image)
        except DockerException:
            return f"the image {image} is neither here nor can it be pulled"
    return ""


def _drop_own_databases(admin_url: str) -> None:
    url = make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as admin:
        mine = admin.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_prefix()])
        for (name,) in mine.fetchall():
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _remove_leftovers() -> None:
    """Stop what sessions that were killed have left running."""
    for directory in Path(tempfile.gettempdir()).glob("bursar-tests-*"):
        if Path(f"/proc/{directory.name.rpartition('-')[2]}").exists() or directory.stat().st_uid != os.getuid():
            continue
        os.environ[SESSION] = str(directory)
        end_session()
