"""The product, started as a person starts it, with ways to hurt it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import kombu
import psutil
from sqlalchemy import text

from bursar.installation import Installation
from chassis import broker
from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.topology import EXCHANGE, PRODUCERS, SUBSCRIPTIONS, queue_name
from gateway.domain.mail import KEPT_UNSENT
from gateway.domain.sessions import new_token, token_hash
from gateway.storage.mail import gather_digests
from gateway.storage.sessions import store_session
from gateway.usecases.set_password import set_password
from services.members.domain.person import Role
from services.members.usecases.record_people import add_person
from tests.e2e.patience import eventually

COMMAND_LINE = Actor("alliance", None, "Command line", frozenset({"administrator", "alliance_manager"}))
PARTS = (*PRODUCERS, "gateway")
STOP_SECONDS = 10
PURGING_SECONDS = 0.2  # less than the supervisor takes to start another worker


class Stack:
    """`bursar up` on a data directory of its own; `broker_url` puts another broker in place of the embedded one."""

    _frozen: tuple[str, psutil.Process] | None = None
    lost_messages = 0

    def __init__(self, data_dir: Path, broker_url: str | None = None) -> None:
        self.installation = Installation(data_dir)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = data_dir / "up.log"
        data_dir.mkdir(parents=True, exist_ok=True)
        self._environment = {**os.environ, **({"BROKER_URL": broker_url} if broker_url else {})}
        self.broker_url = broker_url or ""
        self._process: subprocess.Popen[bytes] | None = None
        self._databases: dict[str, Database] = {}
        self._digests = count(1)

    def start(self) -> None:
        """Start, and wait for the line that says it is ready."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "bursar",
                    "up",
                    "--port",
                    str(self.port),
                    "--data",
                    str(self.installation.data_dir),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )
        eventually(lambda: self._said_ready())
        self.broker_url = self.broker_url or self.installation.environment()["BROKER_URL"]

    def stop(self) -> None:
        """Ctrl-C, and everything gone within the promised time."""
        for database in self._databases.values():
            database.dispose()
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_SECONDS)

    def database(self, part: str) -> Database:
        """A part's database, as its own login reaches it."""
        if part not in self._databases:
            url = self.installation.environment()[f"{part.upper()}_DATABASE_URL"]
            self._databases[part] = Database(url, pool_size=2)
        return self._databases[part]

    def add_person(self, name: str, email: str, password: str, *, role: str) -> None:
        """The first person of an alliance, as the command line adds one."""
        roles = [Role(role, None, None, date(2026, 9, 1), None)]
        person = add_person(self.database("members"), COMMAND_LINE, name, email, roles)
        self.set_password(person.person_id, password)

    def set_password(self, person_id: str, password: str) -> None:
        """A person's password, as the command line sets one."""
        set_password(self.database("gateway"), person_id, password)

    def session(self, person_id: str, seat: str) -> str:
        """The token of a session in a person's seat, as signing in begins one; a thousand passwords take minutes."""
        token, now = new_token(), datetime.now(UTC)
        with self.database("gateway").transaction(SERVICE) as connection:
            store_session(
                connection,
                token_hash(token),
                person_id=person_id,
                channel="program",
                seat=seat,
                now=now,
                expires_at=now + timedelta(hours=1),
            )
        return token

    def send_digests(self) -> None:
        """Another day's digests go out at once, to everybody for whom something was gathered."""
        self.caught_up()
        now = datetime.now(UTC)
        day = (now + timedelta(days=next(self._digests))).date().isoformat()
        with self.database("gateway").transaction(SERVICE) as connection:
            gather_digests(connection, due=now, day=day, now=now, expires_at=now + KEPT_UNSENT)

    def caught_up(self) -> None:
        """Wait until every consumer has applied everything that has happened so far."""
        self.lose_messages()
        heads = {producer: self._head(producer) for producer in PRODUCERS}
        for consumer, producers in SUBSCRIPTIONS.items():
            for producer in producers:
                eventually(lambda c=consumer, p=producer: self._cursor(c, p) >= heads[p])  # type: ignore[misc]

    def kill_worker(self, part: str) -> None:
        """SIGKILL a part's worker; the supervisor starts another."""
        (worker,) = eventually(lambda: self._processes(f"{part} worker"))
        worker.send_signal(signal.SIGKILL)

    def freeze_worker(self, part: str) -> None:
        """Stop a part's worker where it stands, so that messages pile up; `lose_messages` ends that."""
        (worker,) = eventually(lambda: self._processes(f"{part} worker"))
        worker.suspend()
        self._frozen = (part, worker)

    def lose_messages(self) -> None:
        """If a worker is frozen: wait till messages for it have been published, kill it, and throw them away."""
        if self._frozen is None:
            return
        part, worker = self._frozen
        self._frozen = None
        for producer in set(SUBSCRIPTIONS[part]) - {part}:
            eventually(lambda p=producer: self._published(p) == self._head(p))  # type: ignore[misc]
        worker.kill()  # with it goes what it had been handed already; RabbitMQ puts that back into the queue
        with kombu.Connection(**broker.parameters(self.broker_url)) as connection:
            channel = connection.channel()
            ends = time.monotonic() + PURGING_SECONDS
            while time.monotonic() < ends:
                for producer in SUBSCRIPTIONS[part]:
                    self.lost_messages += channel.queue_purge(queue_name(part, producer)) or 0

    def verify(self) -> list[str]:
        """The breaches that `bursar verify` finds."""
        run = subprocess.run(
            [sys.executable, "-m", "bursar", "verify", "--data", str(self.installation.data_dir)],
            capture_output=True,
            text=True,
            env=self._environment,
            check=False,
        )
        assert run.returncode in (0, 1), run.stdout + run.stderr
        breaches = [line for line in run.stdout.splitlines() if line.startswith("BREACH")]
        assert bool(breaches) == (run.returncode == 1), run.stdout + run.stderr
        return breaches

    def _said_ready(self) -> bool:
        assert self._process is not None
        said = self._log.read_text(errors="replace")
        if self._process.poll() is not None:
            raise RuntimeError(said)
        return f"Ready: {self.url}" in said

    def _processes(self, name: str) -> list[psutil.Process]:
        """The supervisor's children of that name, of which the kernel keeps 15 characters."""
        assert self._process is not None
        found = []
        for child in psutil.Process(self._process.pid).children():
            try:
                if child.name() == name[:15]:
                    found.append(child)
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        return found

    def _head(self, producer: str) -> int:
        with self.database(producer).transaction(SERVICE) as connection:
            return connection.execute(text("SELECT count(*) FROM event_log")).scalar_one()

    def _published(self, producer: str) -> int:
        with self.database(producer).transaction(SERVICE) as connection:
            return connection.execute(text("SELECT published_position FROM relay_state")).scalar_one()

    def _cursor(self, consumer: str, producer: str) -> int:
        with self.database(consumer).transaction(SERVICE) as connection:
            query = text("SELECT position FROM consumer_cursor WHERE producer = :producer")
            return connection.execute(query, {"producer": producer}).scalar() or 0


class Echo:
    """Hears every message of the exchange and can send each a second time."""

    def __init__(self, broker_url: str) -> None:
        self._connection = kombu.Connection(**broker.parameters(broker_url))
        self._channel = self._connection.channel()
        exchange = kombu.Exchange(EXCHANGE, type="topic", durable=True)
        self._queue = kombu.Queue(f"echo-{uuid4().hex}", exchange, routing_key="#", durable=True)(self._channel)
        self._queue.declare()
        for consumer, producers in SUBSCRIPTIONS.items():
            for producer in producers:
                broker.queue_of(consumer, producer).bind(self._channel).declare()

    def repeat(self) -> int:
        """Send everything heard since the last time once more; returns how many messages."""
        heard = []
        while (message := self._queue.get(no_ack=True)) is not None:
            heard.append(message)
        for message in heard:
            kombu.Producer(self._channel).publish(
                message.body,
                exchange=EXCHANGE,
                routing_key=json.loads(message.body)["events"][0].get("producer", message.delivery_info["routing_key"]),
                content_type="application/json",
                content_encoding="utf-8",
            )
        while self._queue.get(no_ack=True) is not None:
            continue
        return len(heard)

    def close(self) -> None:
        """Stop listening."""
        self._queue.delete()
        self._connection.release()


class Trouble:
    """What may happen between two steps; calm by itself."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def visits(self) -> None:
        """Nothing happens."""

    def leaves(self) -> None:
        """The story is over; a trouble that did not really happen is a fault of the test."""


class Killings(Trouble):
    """The next worker in turn is killed at each visit."""

    _turn = 0

    def visits(self) -> None:
        self._stack.kill_worker(PARTS[self._turn % len(PARTS)])
        self._turn += 1

    def leaves(self) -> None:
        assert self._turn > len(PARTS)


class Purges(Trouble):
    """At every third visit begins what is thrown away at the next: all that is sent to billing, unread.

    Its worker is killed each time, and the supervisor waits longer before it starts the same one again.
    """

    _turn = 0

    def visits(self) -> None:
        self._stack.caught_up()  # so that the worker is frozen with no transaction in hand
        if self._turn % 3 == 0:
            self._stack.freeze_worker("billing")
        self._turn += 1

    def leaves(self) -> None:
        self._stack.lose_messages()
        assert self._turn > 3
        assert self._stack.lost_messages > 0


class Doubles(Trouble):
    """Every message since the last visit is sent a second time."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self._echo = Echo(stack.broker_url)
        self._sent = 0

    def visits(self) -> None:
        self._stack.caught_up()
        self._sent += self._echo.repeat()

    def leaves(self) -> None:
        self._echo.close()
        assert self._sent > 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
