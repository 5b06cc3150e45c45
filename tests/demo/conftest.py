"""A whole Bursar without processes: real databases, and one thread that carries the events between them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import psycopg
import pytest
from sqlalchemy import make_url

from chassis.consumer import Consumer, handlers_in
from chassis.database import Database
from chassis.event import read_page
from chassis.event_log import page_after
from chassis.relay import number_committed
from contracts.topology import PRODUCERS, SUBSCRIPTIONS
from tests.backends import ServiceDatabase

PARTS = (*PRODUCERS, "gateway")


class Carrier:
    """Numbers every producer's events and hands them to whoever listens, over and over, while it is entered."""

    def __init__(self, databases: dict[str, ServiceDatabase]) -> None:
        self._databases = databases
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.failure: Exception | None = None

    def __enter__(self) -> "Carrier":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.failure:
            raise self.failure

    def _run(self) -> None:
        try:
            with ExitStack() as stack:
                producers = {name: stack.enter_context(closing(self._connect(name))) for name in PRODUCERS}
                consumers = [
                    (producer, Consumer(producer, self._database(part), handlers_in(_inbox(part))))
                    for part, heard in SUBSCRIPTIONS.items()
                    for producer in heard
                ]
                while not self._stop.wait(0.01):
                    for connection in producers.values():
                        number_committed(connection)
                    for producer, consumer in consumers:
                        self._carry(producer, consumer)
        except Exception as failure:  # noqa: BLE001 -- raised in the test's own thread
            self.failure = failure

    def _carry(self, producer: str, consumer: Consumer) -> None:
        with self._database(producer).engine.begin() as connection:
            page = page_after(connection, consumer.position())
        if events := read_page(page.text, producer).events:
            consumer.take(events)

    def _connect(self, name: str) -> psycopg.Connection[object]:
        address = make_url(self._databases[name].app_url).set(drivername="postgresql")
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def _database(self, name: str) -> Database:
        return self._databases[name].database


def _inbox(part: str) -> str:
    return "gateway.inbox" if part == "gateway" else f"services.{part}.inbox"


@pytest.fixture(scope="module")
def parts(module_databases: Callable[[str], ServiceDatabase]) -> Iterator[dict[str, ServiceDatabase]]:
    """Every part's database, with the events flowing between them."""
    databases = {name: module_databases(name) for name in PARTS}
    with Carrier(databases):
        yield databases


@pytest.fixture(scope="module")
def environ(parts: dict[str, ServiceDatabase]) -> dict[str, str]:
    """The settings under which the demo finds those databases."""
    return {"BURSAR_ENV": "embedded"} | {f"{name.upper()}_DATABASE_URL": parts[name].app_url for name in PARTS}
