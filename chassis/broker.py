"""The broker: connections and topology, the same for `amqp://` (RabbitMQ) and `pgmq://` (PostgreSQL).

The broker moves events fast and is never the only place where one exists: whatever goes wrong here, the connection
is dropped, a new one is made, and the log tells what to send again.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import kombu
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from contracts.topology import EXCHANGE, SUBSCRIPTIONS, queue_name

DEAD_LETTERS: Final = "bursar.dead-letters"

_CONNECT_SECONDS: Final = 5
_HEARTBEAT_SECONDS: Final = 30
_CONFIRM_SECONDS: Final = 10  # less than half a heartbeat: py-amqp begins to wait anew at every frame
_INVISIBLE_SECONDS: Final = 5
_PREFETCH: Final = 4
_DECLARING: Final = 0x717565756573  # "queues", the advisory lock of whoever declares them

_events = kombu.Exchange(EXCHANGE, type="topic", durable=True)
_dead_letters = kombu.Exchange(DEAD_LETTERS, type="direct", durable=True)

DEAD_LETTER_QUEUE: Final = kombu.Queue(
    DEAD_LETTERS, _dead_letters, routing_key=DEAD_LETTERS, queue_arguments={"x-queue-type": "quorum"}
)
"""Where messages go that nobody can read, and those that RabbitMQ has delivered too often."""


def queue_of(consumer: str, producer: str) -> kombu.Queue:
    """The durable queue in which `consumer` receives the events of `producer`.

    RabbitMQ hands it to one worker at a time, so that two workers of a service do not split the order of events.
    """
    return kombu.Queue(
        queue_name(consumer, producer),
        _events,
        routing_key=producer,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-dead-letter-exchange": DEAD_LETTERS,
            "x-dead-letter-routing-key": DEAD_LETTERS,
        },
    )


def queues_from(producer: str) -> list[kombu.Queue]:
    """The queues of everyone who listens to `producer`."""
    return [queue_of(consumer, producer) for consumer, heard in SUBSCRIPTIONS.items() if producer in heard]


class Link:
    """An open connection to the broker; for one thread only, and to be dropped after any fault."""

    def __init__(self, connection: kombu.Connection, channel: Any) -> None:
        self._connection = connection
        self.channel = channel

    def publish(self, routing_key: str, page: str) -> None:
        """Send a page of events to everyone who listens to `routing_key`; returns when the broker has confirmed it.

        Raises on refusal, on time-out and when no queue is bound. The channel may be out of step then.
        """
        self._send(page.encode(), EXCHANGE, routing_key)

    def consume(
        self,
        queue: kombu.Queue,
        on_message: Callable[[kombu.Message], None],
        on_undecodable: Callable[[kombu.Message, Exception], None],
    ) -> None:
        """Have the messages of `queue` handed over while the link idles; they are acknowledged by their receiver."""
        kombu.Consumer(
            self.channel,
            [queue],
            auto_declare=False,
            prefetch_count=_PREFETCH,
            on_message=on_message,
            on_decode_error=on_undecodable,
        ).consume()

    def bury(self, message: kombu.Message, fault: str) -> None:
        """Put a message that cannot be read among the dead letters, and only then acknowledge it."""
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        origin = str(message.delivery_info.get("routing_key", ""))
        self._send(body, DEAD_LETTERS, DEAD_LETTERS, {"fault": fault, "origin": origin})
        message.ack()

    def idle(self, seconds: float) -> None:
        """Let messages in for up to `seconds`, and keep the connection alive."""
        try:
            self._connection.drain_events(timeout=seconds)
        except TimeoutError:
            self._connection.heartbeat_check()

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Send heartbeats while the thread that owns the link is busy with something else."""
        if not self._connection.supports_heartbeats:
            yield
            return
        done = threading.Event()
        beating = threading.Thread(target=self._beat, args=(done,), name="heartbeat", daemon=True)
        beating.start()
        try:
            yield
        finally:
            done.set()
            beating.join()

    def _beat(self, done: threading.Event) -> None:
        while not done.wait(_HEARTBEAT_SECONDS / 4):
            try:
                self._connection.connection.send_heartbeat()
            except (OSError, AttributeError):
                return  # the owner finds the connection broken when it next uses it

    def _send(self, body: bytes, exchange: str, routing_key: str, headers: dict[str, str] | None = None) -> None:
        kombu.Producer(self.channel).publish(
            body,
            exchange=exchange,
            routing_key=routing_key,
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode="persistent",
            headers=headers,
            mandatory=True,
            timeout=_CONFIRM_SECONDS,
            confirm_timeout=_CONFIRM_SECONDS,
        )


@contextmanager
def connected(broker_url: str, queues: Sequence[kombu.Queue], *, listening: bool = False) -> Iterator[Link]:
    """A link with `queues`, their exchange and bindings declared.

    A fault closes it without asking the broker, which may be the one that does not answer. `listening` has pgmq
    wake the link when a message arrives.
    """
    if broker_url.startswith("pgmq://"):
        psycopg.connect(_libpq_address(broker_url)).close()  # kombu's pool would not say so soon that nobody answers
    connection = kombu.Connection(**parameters(broker_url, listening))
    try:
        connection.ensure_connection(max_retries=0)
        channel = connection.channel()
        with _alone(broker_url):
            for queue in (DEAD_LETTER_QUEUE, *queues):
                queue.bind(channel).declare()
        yield Link(connection, channel)
    except BaseException:
        _abandon(connection)
        raise
    connection.release()


@contextmanager
def _alone(broker_url: str) -> Iterator[None]:
    """One at a time: two that declare the same queues of pgmq at once run into each other's locks."""
    if not broker_url.startswith("pgmq://"):
        yield
        return
    patience = f"-c lock_timeout={_CONNECT_SECONDS}s"
    with psycopg.connect(
        _conninfo(broker_url), autocommit=True, connect_timeout=_CONNECT_SECONDS, options=patience
    ) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_DECLARING,))
        yield


def _conninfo(broker_url: str) -> str:
    address: dict[str, Any] = conninfo_to_dict("postgresql" + broker_url.removeprefix("pgmq"))
    return make_conninfo(**address)


def parameters(broker_url: str, listening: bool = False) -> dict[str, Any]:
    """What kombu needs to connect to that broker; `listening` has pgmq wake the connection for each message."""
    if not broker_url.startswith("pgmq://"):
        return {
            "hostname": broker_url,
            "connect_timeout": _CONNECT_SECONDS,
            "heartbeat": _HEARTBEAT_SECONDS,
            "transport_options": {"confirm_publish": True},
        }
    return {
        "hostname": "pgmq://",
        "transport_options": {
            "conn_string": _libpq_address(broker_url),
            "init_extension": False,
            "pool_size": 2,
            "pool_timeout": _CONNECT_SECONDS,
            "visibility_timeout": _INVISIBLE_SECONDS,
            "wait_time_seconds": 0,
            "use_notify": listening,
            "notify_throttle_interval_ms": 0,
        },
    }


def _libpq_address(broker_url: str) -> str:
    parts = conninfo_to_dict("postgresql" + broker_url.removeprefix("pgmq"))
    return make_conninfo(**{"connect_timeout": str(_CONNECT_SECONDS), **{key: str(parts[key]) for key in parts}})


def _abandon(connection: kombu.Connection) -> None:
    if connection.supports_heartbeats:
        connection.collect()
    else:
        connection.transport.close_connection(connection.transport)
