"""Orders beside their floors: the form with 500 offers, and the close of 591 schools × 20 lines.

Each function takes an empty, migrated orders database (the service's own login and its owner's address) and returns
rows for `bench/results.json`. What schools do here is written by SQL; what is measured is the service's own code.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Flask, request
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from chassis.settings import Settings
from chassis.tokens import Minter, new_key_pair
from services.orders.app import build_app
from services.orders.storage import copies
from services.orders.usecases.close_round import close_round
from services.orders.usecases.plan_round import open_round, plan_round

SCHOOLS = 591
LINES = 20
FORM_OFFERS = 500
FIRST_URN = 100001
FIRST_VERSION = 3
REPEATS = 40

MANAGER = Actor("alliance", str(uuid4()), "Bench", frozenset({"alliance_manager"}))

Row = dict[str, Any]


def order_form(database: Database, owner_url: str) -> list[Row]:
    """Latency of `GET …/form` with 500 offers and 591 orders, against one insert of a 40-line body by a bare view."""
    round_id = market(database, FORM_OFFERS)
    private, public = new_key_pair()
    buyer = Actor("school", str(uuid4()), "Bench", frozenset({"school_buyer"}), school_urn=FIRST_URN)
    token = Minter(private).mint("orders", buyer)
    app = build_app(service_settings(database, public), database)
    with floor_table(owner_url, "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text"):
        floor = bare_app(database).test_client()
        service = app.test_client()
        path, headers = f"/rounds/{round_id}/orders/{FIRST_URN}/form", {"Authorization": f"Bearer {token}"}
        body = {"lines": [{"offer_id": str(uuid4()), "quantity": number} for number in range(40)]}
        form_ms, floor_ms = side_by_side(lambda: service.get(path, headers=headers), lambda: floor.post("/", json=body))
    ratio = form_ms / floor_ms
    return [
        {
            "name": f"order form with {FORM_OFFERS} offers (service side, in process)",
            "figure": round(form_ms, 2),
            "unit": "ms",
            "floor": round(floor_ms, 2),
            "ratio": round(ratio, 2),
            "target": 15,
            "better": "lower",
            "met": ratio <= 15,
        }
    ]


def close(database: Database, owner_url: str) -> list[Row]:
    """Closing 591 schools × 20 lines, against one INSERT … SELECT that sums, prices and writes as many rows."""
    taken = [close_beside_floor(database, owner_url, market(database, LINES)) for _ in range(3)]
    figure, floor = statistics.median(each[0] for each in taken), statistics.median(each[1] for each in taken)
    written = taken[-1][2]
    return [
        {
            "name": f"close {SCHOOLS} schools × {LINES} lines ({written} rows)",
            "figure": round(figure * 1000, 1),
            "unit": "ms",
            "floor": round(floor * 1000, 1),
            "ratio": round(figure / floor, 2),
            "target": 10,
            "better": "lower",
            "met": figure <= 10 * floor,
        }
    ]


def close_beside_floor(database: Database, owner_url: str, round_id: str) -> tuple[float, float, int]:
    """Seconds that the close takes, seconds that one INSERT … SELECT of as many rows takes, and how many those are."""
    columns = "school_urn integer, offer_id uuid, quantity integer, unit_price numeric(12, 4), net_pence bigint"
    before = _rows_written(database)
    began = time.perf_counter()
    close_round(database, round_id, datetime.now(UTC), closed_by="Bench")
    closing = time.perf_counter() - began
    written = _rows_written(database) - before
    with floor_table(owner_url, columns):
        return closing, _insert_as_many(database, round_id, written), written


def market(database: Database, offer_count: int, lines: int = LINES) -> str:
    """An open round of so many offers with 591 approved orders of so many lines each; returns its id."""
    now = datetime.now(UTC)
    contracts = [str(uuid4()) for _ in range(4)]
    offers = [_offer(number, contracts[number % 4]) for number in range(offer_count)]
    with database.transaction(SERVICE) as connection:
        copies.record_schools(connection, [_school(FIRST_URN + number) for number in range(SCHOOLS)])
        copies.record_offers(connection, offers)
    round_id = plan_round(
        database,
        MANAGER,
        now,
        title="Bench",
        closes_at=now + timedelta(days=7),
        contract_ids=contracts,
        delivery_from=now.date() + timedelta(days=9),
        delivery_to=now.date() + timedelta(days=20),
    )
    open_round(database, MANAGER, now, round_id, None)
    with database.transaction(SERVICE) as connection:
        _order(connection, round_id, [offer["offer_id"] for offer in offers], lines)
    return round_id


def _order(connection: Connection, round_id: str, offers: list[str], lines: int) -> None:
    names = {"round": round_id, "first": FIRST_URN, "schools": SCHOOLS, "lines": lines, "offers": offers}
    connection.execute(
        text("""
            INSERT INTO school_order (round_id, school_urn, state, version, reference, submitted_by_id, submitted_by,
                approved_by_id, approved_by)
            SELECT :round, :first + n, 'approved', 3, left(CAST(:round AS uuid)::text, 8) || '-' || n, 'b', 'B',
                'a', 'A'
            FROM generate_series(0, :schools - 1) AS n
        """),
        names,
    )
    connection.execute(
        text("""
            INSERT INTO order_line (round_id, school_urn, offer_id, quantity)
            SELECT :round, :first + n, offers.ids[1 + (n * 31 + line) % cardinality(offers.ids)],
                1 + (n * 7 + line * 13) % 40
            FROM generate_series(0, :schools - 1) AS n, generate_series(0, :lines - 1) AS line,
                (SELECT CAST(:offers AS uuid[]) AS ids) AS offers
        """),
        names,
    )


def _school(urn: int) -> dict[str, Any]:
    return {
        "urn": urn,
        "name": f"School {urn}",
        "phase": "primary",
        "postcode": "CT1 1AA",
        "town": "Canterbury",
        "joined_on": "2024-09-01",
        "left_on": None,
    }


def _offer(number: int, contract_id: str) -> dict[str, Any]:
    return {
        "offer_id": str(uuid4()),
        "contract_id": contract_id,
        "supplier_id": contract_id,
        "category_code": f"category-{number % 12}",
        "category_name": f"Category {number % 12}",
        "ledger_code": "E19",
        "sku": f"SKU-{number:05d}",
        "name": f"Exercise book {number}, A4, 80 pages",
        "description": "8 mm ruled with margin, 75 g paper, pack of 50",
        "unit": "XPK",
        "pack_size": 50,
        "vat_class": "S",
        "tiers": [
            {"from_quantity": 1, "unit_price": "12.5000"},
            {"from_quantity": 500, "unit_price": "11.8000"},
            {"from_quantity": 5000, "unit_price": "10.9512"},
        ],
        "phases": ["primary", "nursery"],
    }


def service_settings(database: Database, public_key: str) -> Settings:
    """The service's settings over a database, trusting tokens of this key."""
    return Settings(
        name="orders",
        environment="embedded",
        database_url=database.url,
        broker_url="",
        token_public_key=public_key,
        feed_secret="bench",
        worker_port=0,
        pool_size=4,
        producers={},
    )


def bare_app(database: Database) -> Flask:
    """The floor: a view that does one insert of the body it got."""
    app = Flask("floor")

    @app.post("/")
    def insert() -> tuple[str, int]:
        with database.engine.begin() as connection:
            connection.execute(
                text("INSERT INTO bench_floor (body) VALUES (:body)"), {"body": request.get_data(as_text=True)}
            )
        return "", 201

    return app


def side_by_side(
    first: Callable[[], Any], second: Callable[[], Any], before: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Median milliseconds of each, taken in turns after a warm-up; `before` is done before each turn, and not timed."""
    taken: tuple[list[float], list[float]] = ([], [])
    for attempt in range(REPEATS + 10):
        before()
        for times, act in zip(taken, (first, second), strict=True):
            began = time.perf_counter()
            answer = act()
            if attempt >= 10:
                times.append((time.perf_counter() - began) * 1000)
            if answer.status_code >= 400:
                raise RuntimeError(answer.get_data(as_text=True))
    return statistics.median(taken[0]), statistics.median(taken[1])


@contextmanager
def floor_table(owner_url: str, columns: str) -> Iterator[None]:
    """A table for the floor to write to, as long as it is needed."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE bench_floor ({columns})")
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE bench_floor")


def _rows_written(database: Database) -> int:
    tables = (
        "purchase_order", "purchase_order_line", "school_drop", "drop_line", "event_log", "order_history",
        "close_line", "close_share",
    )  # fmt: skip
    with database.transaction(SERVICE) as connection:
        return sum(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in tables)


def _insert_as_many(database: Database, round_id: str, rows: int) -> float:
    """Seconds of one INSERT … SELECT over the same orders that writes `rows` rows."""
    statement = text("""
        WITH total AS MATERIALIZED (
            SELECT offer_id, sum(quantity) AS quantity FROM order_line WHERE round_id = :round_id GROUP BY offer_id
        ), priced AS MATERIALIZED (
            SELECT l.school_urn, l.offer_id, l.quantity, t.unit_price, round(l.quantity * t.unit_price * 100) AS net
            FROM order_line l
            JOIN total USING (offer_id)
            JOIN round_tier t ON t.round_id = l.round_id AND t.offer_id = l.offer_id
                AND total.quantity >= t.applies_from AND total.quantity < t.applies_below
            WHERE l.round_id = :round_id
        )
        INSERT INTO bench_floor (school_urn, offer_id, quantity, unit_price, net_pence)
        SELECT * FROM priced UNION ALL SELECT * FROM priced UNION ALL SELECT * FROM priced
        LIMIT :rows
    """)
    began = time.perf_counter()
    with database.transaction(SERVICE) as connection:
        connection.execute(statement, {"round_id": round_id, "rows": rows})
    return time.perf_counter() - began
