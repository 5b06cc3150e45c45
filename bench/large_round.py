"""A round of 591 schools × 200 offers, 118,200 lines, beside its floors: totals, board, close with its proof, the file.

In each contract delivery is charged by value, and every twentieth offer has flexible and conditional lines. What
schools do is written by SQL; what is measured is the service's own code, in process.
"""

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench import orders
from chassis.actor import SERVICE
from chassis.database import Database
from chassis.tokens import Minter, new_key_pair
from services.orders.app import build_app

OFFERS = 200
READ_TARGET = 20
CLOSE_TARGET = 6
MEMORY_TARGET_MB = 32
CLOSES = 3

Row = dict[str, Any]

_WISHES = text("""
    WITH special AS (
        SELECT offer_id FROM round_offer WHERE round_id = :round AND right(sku, 2) IN ('00', '20', '40', '60', '80')
    )
    UPDATE order_line l SET flexible = school_urn % 7,
        max_unit_price = CASE WHEN school_urn % 5 = 0 THEN 11.8 END,
        min_schools = CASE WHEN school_urn % 11 = 0 THEN 300 END
    FROM special WHERE l.round_id = :round AND l.offer_id = special.offer_id
""")
_TERMS = text("""
    UPDATE round_contract SET terms = '{"charges": [{"code": "DELIVERY", "name": "Delivery", "kind": "delivery",
        "amount_pence": 4500, "share_by": "value", "free_from_pence": null, "vat_class": "S"}]}'
    WHERE round_id = :round
""")
_CHANGE = text("UPDATE school_order SET version = version + 1 WHERE round_id = :round AND school_urn = :urn")


def rows(database: Database, owner_url: str) -> list[Row]:
    """Every row of the large round, on an empty, migrated orders database."""
    return [*_reading(database, owner_url), _close(database, owner_url), *_proof_file(database)]


def large_market(database: Database, owner_url: str) -> str:
    """An open round of 591 × 200 lines, with the statistics that autovacuum gathers within a minute; its id."""
    round_id = orders.market(database, OFFERS, OFFERS)
    with database.transaction(SERVICE) as connection:
        connection.execute(_WISHES, {"round": round_id})
        connection.execute(_TERMS, {"round": round_id})
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    return round_id


def _reading(database: Database, owner_url: str) -> list[Row]:
    """The totals and the manager's board, read again while nothing changes, and right after a change of an order."""
    round_id = large_market(database, owner_url)
    found = []
    with orders.floor_table(owner_url, "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text"):
        floor = orders.bare_app(database).test_client()
        body = {"lines": [{"offer_id": round_id, "quantity": number} for number in range(40)]}
        read = _reader(database)
        for name, path in (("totals", f"/rounds/{round_id}/totals"), ("manager's board", f"/rounds/{round_id}/orders")):
            for when, change in (("", _nothing), (", first after a change", _changer(database, round_id))):
                taken = orders.side_by_side(partial(read, path), partial(floor.post, "/", json=body), before=change)
                found.append(_against_floor(f"{name} of {orders.SCHOOLS} × {OFFERS} lines{when}", *taken, READ_TARGET))
    return found


def _close(database: Database, owner_url: str) -> Row:
    """The close with its proof, against one INSERT … SELECT that sums, prices and writes as many rows."""
    taken: list[tuple[float, float]] = []
    for _ in range(CLOSES):
        round_id = large_market(database, owner_url)
        taken.append(orders.close_beside_floor(database, owner_url, round_id)[:2])
    seconds, floor = (statistics.median(times) for times in zip(*taken, strict=True))
    name = f"close {orders.SCHOOLS} schools × {OFFERS} lines, proof included"
    return _against_floor(name, seconds * 1000, floor * 1000, CLOSE_TARGET)


def _proof_file(database: Database) -> list[Row]:
    """What reading the whole proof as CSV takes: a process of its own, so that its memory can be seen."""
    with database.transaction(SERVICE) as connection:
        latest = text("SELECT round_id::text FROM round WHERE closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT 1")
        round_id = connection.execute(latest).scalar_one()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        lines, seconds, megabytes = pool.apply(stream_proof, (database.url, round_id))
    row = {"floor": None, "ratio": None, "better": "lower"}
    return [
        row
        | {
            "name": f"proof file of {lines:,} lines, memory taken while it streams",
            "figure": round(megabytes, 1),
            "unit": "MB",
            "target": MEMORY_TARGET_MB,
            "met": megabytes <= MEMORY_TARGET_MB,
        },
        row
        | {
            "name": f"proof file of {lines:,} lines, whole",
            "figure": round(seconds, 1),
            "unit": "s",
            "target": 30,
            "met": seconds <= 30,
        },
    ]


def stream_proof(database_url: str, round_id: str) -> tuple[int, float, float]:
    """Lines, seconds and megabytes that this process grows by while it reads the file block by block."""
    database = Database(database_url)
    read = _reader(database)
    read(f"/rounds/{round_id}/proof")  # warms up
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    answer = read(f"/rounds/{round_id}/proof.csv", buffered=False)
    lines = sum(block.count(b"\r\n") for block in answer.iter_encoded())
    seconds = time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    database.dispose()
    return lines - 1, seconds, grown / 1024


def _reader(database: Database) -> Callable[..., Any]:
    private, public = new_key_pair()
    headers = {"Authorization": f"Bearer {Minter(private).mint('orders', orders.MANAGER)}"}
    service: FlaskClient = build_app(orders.service_settings(database, public), database).test_client()
    return lambda path, **more: service.get(path, headers=headers, **more)


def _nothing() -> None:
    """Nobody changes anything."""


def _changer(database: Database, round_id: str) -> Callable[[], None]:
    """Something that changes another school's order each time."""
    schools = count()

    def change() -> None:
        urn = orders.FIRST_URN + next(schools) % orders.SCHOOLS
        with database.transaction(SERVICE) as connection:
            connection.execute(_CHANGE, {"round": round_id, "urn": urn})

    return change


def _against_floor(name: str, figure_ms: float, floor_ms: float, target: int) -> Row:
    ratio = figure_ms / floor_ms
    return {
        "name": name,
        "figure": round(figure_ms, 2),
        "unit": "ms",
        "floor": round(floor_ms, 2),
        "ratio": round(ratio, 2),
        "target": target,
        "better": "lower",
        "met": ratio <= target,
    }
