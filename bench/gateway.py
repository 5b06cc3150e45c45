"""What people and programs wait for at the public door, beside a bare view under the same gunicorn.

Orders are sent and the form is read through the gateway as it is deployed: sessions, service tokens, forwarding and
the orders service are all in the figure. Floor and figure are taken in turns by one client.
"""

import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench import client, floor, orders
from bench.stack import Stack, stack
from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.sessions import Channel, new_token, token_hash
from gateway.storage.people import upsert_people
from gateway.storage.sessions import store_session

OFFERS = 500
LINES = 40
CONNECTIONS = 8
SECONDS = 4.0
TURNS = 3
SUBMIT_TARGET = 0.30
FORM_TARGET = 15
FORM_KB_TARGET = 120
LARGE_OFFERS = 2000
LARGE_TARGET = 25

Row = dict[str, Any]


@dataclass(frozen=True)
class Market:
    """An open round with an order of every school, and a buyer of each school signed in."""

    round_id: str
    offer_ids: list[str]
    tokens: list[str]

    def order_body(self) -> bytes:
        """An order of 40 lines, as a program sends it."""
        lines = [{"offer_id": offer, "quantity": 3 + number} for number, offer in enumerate(self.offer_ids[:LINES])]
        return json.dumps({"lines": lines}).encode()


def rows(settings: dict[str, str]) -> list[Row]:
    """The gateway's rows; `settings` are those of an installation whose databases run and are migrated."""
    engine = create_engine(settings["GATEWAY_MIGRATION_DATABASE_URL"], poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(floor.TABLE))
    with stack(settings, ("orders", "gateway")) as running:
        buyers, readers = _market(running, "program", OFFERS), _market(running, "browser", OFFERS)
        found = [_submit(running, buyers), *_order_form(running, readers)]
        return [*found, _large_form(running, _market(running, "browser", LARGE_OFFERS))]


def _submit(running: Stack, market: Market) -> Row:
    """Orders of 40 lines sent a second, against inserts of the same body a second."""
    body = market.order_body()
    bare = client.request("POST", "/", {"Content-Type": "application/json"}, body)
    sent = [0] * len(market.tokens)

    def order(connection: int, turn: int) -> bytes:
        mine = range(connection, len(market.tokens), CONNECTIONS)
        school = mine[(turn + offset) % len(mine)]
        version = orders.FIRST_VERSION + sent[school]
        sent[school] += 1
        headers = {
            "Authorization": f"Bearer {market.tokens[school]}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
            "If-Match": f'"{version}"',
        }
        path = f"/api/v1/rounds/{market.round_id}/orders/{orders.FIRST_URN + school}/submit"
        return client.request("POST", path, headers, body)

    rates: list[float] = []
    floors: list[float] = []
    offset = 0
    for turn in range(TURNS + 1):
        for port, requests, taken in (("floor", lambda *_: bare, floors), ("gateway", order, rates)):
            measured = client.run(running.ports[port], requests, seconds=SECONDS, connections=CONNECTIONS)
            offset += len(measured.seconds) // CONNECTIONS
            if turn:  # the first turn warms both up
                taken.append(measured.rate)
    rate, bare_rate = statistics.median(rates), statistics.median(floors)
    return {
        "name": f"submit an order of {LINES} lines through the gateway",
        "figure": round(rate, 1),
        "unit": "orders/s",
        "floor": round(bare_rate, 1),
        "ratio": round(rate / bare_rate, 3),
        "target": SUBMIT_TARGET,
        "better": "higher",
        "met": rate >= SUBMIT_TARGET * bare_rate,
    }


def _order_form(running: Stack, market: Market) -> list[Row]:
    """The page of the order form with 500 offers: how long one takes alone, and its size on the wire."""
    page = _form_request(market)
    connection = client.Connection(running.ports["gateway"])
    kilobytes = len(connection.ask(page)[2]) / 1000
    connection.close()
    return [
        _form_latency(running, market, f"order form page with {OFFERS} offers", FORM_TARGET),
        {
            "name": f"order form page with {OFFERS} offers, compressed, without assets",
            "figure": round(kilobytes, 1),
            "unit": "kB",
            "floor": None,
            "ratio": None,
            "target": FORM_KB_TARGET,
            "better": "lower",
            "met": kilobytes <= FORM_KB_TARGET,
        },
    ]


def _large_form(running: Stack, market: Market) -> Row:
    """The same page with 2,000 offers."""
    return _form_latency(running, market, f"order form page with {LARGE_OFFERS} offers", LARGE_TARGET)


def _form_request(market: Market) -> bytes:
    headers = {"Cookie": f"bursar-session={market.tokens[0]}", "Accept": "text/html", "Accept-Encoding": "gzip"}
    return client.request("GET", f"/school/rounds/{market.round_id}/order", headers)


def _form_latency(running: Stack, market: Market, name: str, target: float) -> Row:
    """How long one page takes alone, beside an insert of an order's body."""
    bare, page = (
        client.request("POST", "/", {"Content-Type": "application/json"}, market.order_body()),
        _form_request(market),
    )
    taken: dict[str, list[float]] = {"floor": [], "gateway": []}
    for _ in range(TURNS):
        for port, request in (("floor", bare), ("gateway", page)):
            taken[port] += client.run(running.ports[port], _always(request), seconds=SECONDS).seconds
    figure, floor_ms = (statistics.median(taken[port]) * 1000 for port in ("gateway", "floor"))
    return {
        "name": name,
        "figure": round(figure, 2),
        "unit": "ms",
        "floor": round(floor_ms, 2),
        "ratio": round(figure / floor_ms, 2),
        "target": target,
        "better": "lower",
        "met": figure <= target * floor_ms,
    }


def _always(request: bytes) -> Callable[[int, int], bytes]:
    return lambda *_: request


def _market(running: Stack, channel: Channel, offers: int) -> Market:
    own = Database(running.app_url("orders"))
    round_id = orders.market(own, offers)
    with own.transaction(SERVICE) as connection:
        statement = text("SELECT offer_id::text FROM round_offer WHERE round_id = :round ORDER BY sku")
        offer_ids = list(connection.execute(statement, {"round": round_id}).scalars())
    own.dispose()
    gather_statistics(running.owner_url("orders"))
    return Market(round_id, offer_ids, _signed_in_buyers(running.app_url("gateway"), channel))


def gather_statistics(owner_url: str) -> None:
    """What autovacuum does within a minute of so many new rows."""
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))


def _signed_in_buyers(gateway_url: str, channel: Channel) -> list[str]:
    """A session token of a buyer of each school. Passwords would take argon2's time, and are not measured here."""
    database = Database(gateway_url)
    now = datetime.now(UTC)
    people = [_buyer(orders.FIRST_URN + number) for number in range(orders.SCHOOLS)]
    tokens = [new_token() for _ in people]
    with database.transaction(SERVICE) as connection:
        upsert_people(connection, people)
        for person, token in zip(people, tokens, strict=True):
            store_session(
                connection,
                token_hash(token),
                person_id=person["person_id"],
                channel=channel,
                seat=None,
                now=now,
                expires_at=now + timedelta(hours=1),
            )
    database.dispose()
    return tokens


def _buyer(urn: int) -> dict[str, Any]:
    role = {"role": "school_buyer", "school_urn": urn, "supplier_id": None, "organisation": f"School {urn}"}
    return {
        "person_id": str(uuid4()),
        "name": f"Buyer of {urn}",
        "email": f"buyer-{urn}@bench.example",
        "roles": [role | {"starts_on": "2020-01-01", "ends_on": None}],
    }
