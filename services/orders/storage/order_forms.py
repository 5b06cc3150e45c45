"""What a school's order form shows of its own: the lines so far, what it ordered last time, where it can have things
delivered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from services.orders.domain.offer import RoundOffer
from services.orders.domain.round import Round
from services.orders.domain.wanted import LastLine, WantedLine
from services.orders.storage.orders import wanted_line

_OWN = text("""
    SELECT round_stamp(:round_id) AS stamp, EXISTS (SELECT FROM budget WHERE school_urn = :urn) AS budgeted,
        (SELECT json_agg(json_build_array(
                offer_id, quantity, flexible, max_unit_price::text, min_schools, note) ORDER BY offer_id)
            FROM order_line WHERE round_id = :round_id AND school_urn = :urn) AS lines,
        (SELECT json_agg(json_build_object('site_id', s.site_id, 'name', s.name, 'address', s.address,
                'postcode', s.postcode, 'main', s.main) ORDER BY s.main DESC, s.name, s.site_id)
            FROM delivery_site s
            LEFT JOIN school_order o ON o.round_id = :round_id AND o.school_urn = :urn
            WHERE s.school_urn = :urn AND (NOT s.removed OR s.site_id = o.site_id)) AS sites
""")

# Of each supplier the lines of the school's last order that had any of it, with the price at which it was closed.
_LAST = text("""
    WITH past AS (
        SELECT p.round_id, p.offer_id::text, p.supplier_id::text, p.sku, p.name, l.quantity, r.number, r.title,
            rank() OVER (PARTITION BY p.supplier_id ORDER BY r.closes_at DESC, r.round_id) AS age
        FROM school_order o
        JOIN round r ON r.round_id = o.round_id
            AND r.state IN ('closed', 'ordered', 'delivered', 'settled') AND r.closes_at < :closes_at
        JOIN order_line l ON l.round_id = o.round_id AND l.school_urn = o.school_urn
        JOIN round_offer p ON p.round_id = l.round_id AND p.offer_id = l.offer_id
        WHERE o.school_urn = :urn AND o.state = 'approved' AND p.supplier_id = ANY (CAST(:supplier_ids AS uuid[]))
    )
    SELECT past.*, closed.unit_price
    FROM past LEFT JOIN purchase_order_line closed
        ON closed.round_id = past.round_id AND closed.offer_id = CAST(past.offer_id AS uuid)
    WHERE age = 1
    ORDER BY past.name, past.sku, past.offer_id
""")


_SITE = text("SELECT 1 FROM delivery_site WHERE site_id = :site_id AND school_urn = :urn AND NOT removed")


@dataclass(frozen=True, slots=True)
class OwnForm:
    """A school's lines and delivery sites, and the round's stamp, which grows with every change of an order in it.

    `budgeted`: whether the school has set any budget.
    """

    lines: Sequence[WantedLine]
    sites: Sequence[dict[str, Any]]
    stamp: int
    budgeted: bool


def own_form(connection: Connection, round_id: str, urn: int) -> OwnForm:
    """What a school has entered in a round, and the sites it may choose from, the main one first."""
    row = connection.execute(_OWN, {"round_id": round_id, "urn": urn}).one()
    return OwnForm([wanted_line(*line) for line in row.lines or ()], row.sites or (), row.stamp, row.budgeted)


def has_site(connection: Connection, urn: int, site_id: str) -> bool:
    """Whether a school can have things delivered to this site."""
    return connection.execute(_SITE, {"urn": urn, "site_id": site_id}).first() is not None


def last_lines(connection: Connection, of: Round, urn: int, known: Mapping[str, RoundOffer]) -> list[LastLine]:
    """What a school ordered last time from each supplier of a round that has the `known` offers.

    A line is found among them by its offer, or else by its supplier's code: a new contract brings new offers of the
    same things.
    """
    suppliers = {offer.supplier_id for offer in known.values()}
    rows = connection.execute(_LAST, {"closes_at": of.closes_at, "urn": urn, "supplier_ids": list(suppliers)}).all()
    if all(row.offer_id in known for row in rows):
        codes = {}
    else:
        codes = {(offer.supplier_id, offer.sku): offer.offer_id for offer in known.values()}
    return [
        LastLine(
            row.offer_id if row.offer_id in known else codes.get((row.supplier_id, row.sku)),
            row.sku,
            row.name,
            row.quantity,
            row.unit_price,
            row.number,
            row.title,
        )
        for row in rows
    ]
