"""`python -m bench [part …]`: take every figure beside its floor, print the table, write `bench/results.json`."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import bills, documents, events, gateway, invoices, large_round, ledger, orders, pages, reconciliation
from bench.stack import databases
from chassis.database import Database

RESULTS = Path(__file__).with_name("results.json")

Row = dict[str, Any]
Settings = dict[str, str]


def main(wanted: list[str]) -> None:
    """Run the named parts, or all. A missed target is told, and no failure: figures depend on what else runs."""
    console = Console(width=max(Console().width, 130))
    rows: list[Row] = []
    for name, take in PARTS.items():
        if not wanted or name in wanted:
            console.print(f"{name} …")
            with databases() as settings:
                rows += take(settings)
    console.print(table(rows))
    if not wanted:
        RESULTS.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
        console.print(f"Written to {RESULTS}.")


def table(rows: list[Row]) -> Table:
    """The rows as a person reads them."""
    shown = Table("figure", "measured", "floor", "ratio", "target", "met", title="Figures beside their floors")
    for row in rows:
        bound = "≥" if row["better"] == "higher" else "≤"
        shown.add_row(
            row["name"],
            f"{row['figure']:,} {row['unit']}",
            "" if row["floor"] is None else f"{row['floor']:,} {row['unit']}",
            "" if row["ratio"] is None else f"{row['ratio']:,}",
            f"{bound} {row['target']:,}",
            "yes" if row["met"] else "[bold red]no[/]",
        )
    return shown


def _orders(settings: Settings) -> list[Row]:
    with _database(settings["ORDERS_DATABASE_URL"]) as database:
        owner_url = settings["ORDERS_MIGRATION_DATABASE_URL"]
        return [*orders.order_form(database, owner_url), *orders.close(database, owner_url)]


def _large_round(settings: Settings) -> list[Row]:
    with _database(settings["ORDERS_DATABASE_URL"]) as database:
        return large_round.rows(database, settings["ORDERS_MIGRATION_DATABASE_URL"])


def _invoices(settings: Settings) -> list[Row]:
    with _database(settings["BILLING_DATABASE_URL"]) as database:
        return invoices.rows(database, settings["BILLING_MIGRATION_DATABASE_URL"])


def _ledger(settings: Settings) -> list[Row]:
    with _database(settings["BILLING_DATABASE_URL"]) as database:
        return ledger.rows(database, settings["BILLING_MIGRATION_DATABASE_URL"])


def _bills(settings: Settings) -> list[Row]:
    with _database(settings["BILLING_DATABASE_URL"]) as database:
        return bills.rows(database, settings["BILLING_MIGRATION_DATABASE_URL"])


def _documents(settings: Settings) -> list[Row]:
    with _database(settings["ORDERS_DATABASE_URL"]) as database:
        return documents.rows(database, settings["ORDERS_MIGRATION_DATABASE_URL"])


def _reconciliation(settings: Settings) -> list[Row]:
    return reconciliation.rows(settings["BILLING_MIGRATION_DATABASE_URL"])


def _events_on_pgmq(settings: Settings) -> list[Row]:
    return _events(settings, settings["BROKER_URL"])


def _events_on_rabbitmq(settings: Settings) -> list[Row]:
    """On the broker of TEST_BROKER_URL or in a container; without either there are no rows, and it says so."""
    from tests import backends

    backends.begin_session()
    try:
        with backends.fresh_broker("rabbitmq") as broker_url:
            return _events(settings, broker_url)
    except backends.BackendMissing as fault:
        print(f"No figures on RabbitMQ: {fault}")
        return []
    finally:
        backends.end_session()


def _events(settings: Settings, broker_url: str) -> list[Row]:
    producer, consumer = events.PRODUCER.upper(), events.CONSUMER.upper()
    with (
        _database(settings[f"{producer}_DATABASE_URL"]) as told,
        _database(settings[f"{consumer}_DATABASE_URL"]) as heard,
    ):
        owner_url = settings[f"{consumer}_MIGRATION_DATABASE_URL"]
        first = events.latency(told, heard, owner_url, broker_url)
        return first + events.throughput(told, heard, owner_url, broker_url)


@contextmanager
def _database(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


PARTS: dict[str, Callable[[Settings], list[Row]]] = {
    "gateway": gateway.rows,
    "pages": pages.rows,
    "orders": _orders,
    "large-round": _large_round,
    "documents": _documents,
    "invoices": _invoices,
    "bills": _bills,
    "ledger": _ledger,
    "reconciliation": _reconciliation,
    "events-pgmq": _events_on_pgmq,
    "events-rabbitmq": _events_on_rabbitmq,
}

if __name__ == "__main__":
    main(sys.argv[1:])
