"""A part's worker: its relay, its subscriptions and its timers, each on a thread, until it is told to stop."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import REGISTRY

from chassis.consumer import Consumer
from chassis.correlation import correlated
from chassis.database import Database
from chassis.event_metrics import EventTables
from chassis.feed import FeedClient
from chassis.handlers import Handlers
from chassis.health import Readiness
from chassis.idempotency import forget_old_keys
from chassis.logs import configure_logs
from chassis.persistence import persist
from chassis.relay import Relay
from chassis.settings import Settings
from chassis.subscription import FEED_EVERY, Subscription
from chassis.worker_status import StatusServer
from contracts.topology import PRODUCERS

_STOP_WITHIN: Final = 8.0
_LOOKS_EVERY: Final = 0.5
_OLD_KEYS_EVERY: Final = 3600.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to be done every so many seconds, by every worker: it must be harmless to do twice at once."""

    seconds: float
    action: Callable[[], object]


class Worker:
    """The threads of part `name`; they outlive every fault of database, broker and feeds."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        database: Database,
        handlers: Handlers,
        timers: Sequence[Timer] = (),
        *,
        feed_every: float = FEED_EVERY,
    ) -> None:
        self.stop_asked = threading.Event()
        self.work: dict[str, Callable[[threading.Event], None]] = {}
        if name in PRODUCERS:
            relay = Relay(name, database, settings.broker_url)
            self.work["number"] = relay.number
            self.work["publish"] = relay.publish
        for producer, base_url in settings.producers.items():
            consumer = Consumer(producer, database, handlers)
            feed = FeedClient(producer, base_url, settings.feed_secret)
            subscription = Subscription(name, consumer, feed, settings.broker_url, feed_every=feed_every)
            self.work[f"from {producer}"] = subscription.run
        for number, timer in enumerate(timers, 1):
            self.work[f"timer {number}"] = _repeat(timer)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start all threads."""
        self._threads = [
            threading.Thread(target=work, args=(self.stop_asked,), name=name, daemon=True)
            for name, work in self.work.items()
        ]
        for thread in self._threads:
            thread.start()

    def dead_threads(self) -> list[str]:
        """The names of threads that have ended though nobody asked them to."""
        return [thread.name for thread in self._threads if not thread.is_alive()]

    def stop(self) -> bool:
        """Ask all threads to stop and wait for the batches in hand; returns whether they ended in time."""
        self.stop_asked.set()
        deadline = time.monotonic() + _STOP_WITHIN
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)


def run_worker(
    name: str, settings: Settings, database: Database, handlers: Handlers, timers: Sequence[Timer] = ()
) -> None:
    """Run the worker of part `name` until SIGTERM or SIGINT; then finish what is in hand and return.

    Besides the part's own `timers`, every worker forgets old idempotency keys.

    Raises SystemExit(1) if a thread died, or did not end in time, so that whoever supervises starts a new one. What
    was in hand then is delivered again.
    """
    configure_logs(name)
    REGISTRY.register(EventTables(database))
    tidying = Timer(_OLD_KEYS_EVERY, lambda: forget_old_keys(database))
    worker = Worker(name, settings, database, handlers, [*timers, tidying])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop_asked.set())
    host = "127.0.0.1" if settings.environment == "embedded" else ""
    with StatusServer(host, settings.worker_port, Readiness(name, database)):
        worker.start()
        _log.info("worker_started", listens_to=sorted(settings.producers), handles=sorted(handlers))
        while not worker.stop_asked.wait(_LOOKS_EVERY):
            if dead := worker.dead_threads():
                _log.error("threads_died", threads=dead)
                raise SystemExit(1)
        if not worker.stop():
            _log.error("worker_stopped_hard", finished=worker.dead_threads())
            raise SystemExit(1)
    _log.info("worker_stopped")


def _repeat(timer: Timer) -> Callable[[threading.Event], None]:
    def tick(stop: threading.Event) -> None:
        while not stop.is_set():
            with correlated(None, None):
                timer.action()
            stop.wait(timer.seconds)

    return lambda stop: persist(stop, "timer_failed", tick)
