"""The wishes that a close has to resolve, and where it puts what it made of them.

Only offers need it of which some line is flexible or conditional, or that are supplied in packs of single articles:
every other line gets what it wished.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from services.orders.domain.packs import SINGLE_ARTICLE, supplied_in
from services.orders.domain.resolver import Grant, Wish
from services.orders.domain.tiers import Tier

MEMBER = "s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today)"

_FEW = 1000
"""So many grants are planned for as they are: to count them takes longer."""

_CREATE = """
    CREATE TEMPORARY TABLE closing_grant (
        offer_id uuid, school_urn integer, granted integer, reason text, denied_unit_price numeric(12, 4),
        denied_schools integer
    ) ON COMMIT DROP
"""
_OFFERS = text("""
    SELECT f.offer_id::text, f.contract_id::text, f.unit, f.pack_size, f.minimum_quantity,
        coalesce(c.terms, '{}') AS terms, json_agg(
        json_build_array(t.from_quantity, t.unit_price::text) ORDER BY t.from_quantity) AS tiers
    FROM round_offer f JOIN round_tier t USING (round_id, offer_id)
    LEFT JOIN round_contract c USING (round_id, contract_id)
    WHERE f.round_id = :round_id AND (f.unit = :single AND f.pack_size > 1 OR f.offer_id IN (
        SELECT l.offer_id FROM order_line l WHERE l.round_id = :round_id
            AND (l.flexible > 0 OR l.max_unit_price IS NOT NULL OR l.min_schools IS NOT NULL)))
    GROUP BY f.offer_id, f.contract_id, f.unit, f.pack_size, f.minimum_quantity, c.terms
""")
_WISHES = text(f"""
    SELECT l.offer_id::text, l.school_urn, l.quantity, l.flexible, l.max_unit_price, l.min_schools
    FROM order_line l
    JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
    JOIN school s ON s.urn = l.school_urn
    WHERE l.round_id = :round_id AND l.offer_id = ANY (CAST(:offer_ids AS uuid[])) AND o.state = 'approved'
        AND {MEMBER}
""")  # noqa: S608 -- assembled from this module
_CUT_LAST_TIME = text("""
    SELECT line.contract_id::text, array_agg(DISTINCT share.school_urn) AS schools
    FROM (
        SELECT DISTINCT ON (l.contract_id) l.contract_id, l.round_id
        FROM close_line l JOIN round r USING (round_id)
        WHERE l.contract_id = ANY (CAST(:contract_ids AS uuid[]))
        ORDER BY l.contract_id, r.closed_at DESC
    ) last
    JOIN close_line line USING (contract_id, round_id)
    JOIN close_share share USING (close_line_id)
    WHERE share.reason IN ('pack_cut', 'condition_minimum')
    GROUP BY line.contract_id
""")
_KEEP = text("""
    INSERT INTO closing_grant
    SELECT * FROM unnest(CAST(:offers AS uuid[]), CAST(:schools AS integer[]), CAST(:granted AS integer[]),
        CAST(:reasons AS text[]), CAST(:prices AS numeric[]), CAST(:joined AS integer[]))
""")


@dataclass(frozen=True, slots=True)
class WishedOffer:
    """An offer with what the schools wish of it, and its contract's terms.

    The total is a multiple of `pack`, and no school gets fewer units than the `minimum` if it gets any.
    """

    offer_id: str
    contract_id: str
    terms: dict[str, Any]
    pack: int
    minimum: int
    tiers: tuple[Tier, ...]
    wishes: list[Wish] = field(default_factory=list)


def wishes_to_resolve(connection: Connection, values: dict[str, Any]) -> list[WishedOffer]:
    """Every offer of a round that is not simply granted as wished; `values` are round_id and the day of the close."""
    found = {
        row.offer_id: WishedOffer(
            row.offer_id,
            row.contract_id,
            row.terms,
            supplied_in(row.unit, row.pack_size),
            row.minimum_quantity,
            tuple(Tier(from_quantity, Decimal(price)) for from_quantity, price in row.tiers),
        )
        for row in connection.execute(_OFFERS, {**values, "single": SINGLE_ARTICLE})
    }
    if found:
        for offer_id, *wish in connection.execute(_WISHES, {**values, "offer_ids": list(found)}):
            found[offer_id].wishes.append(Wish(*wish))
    return list(found.values())


def cut_last_time(connection: Connection, contract_ids: Sequence[str]) -> dict[str, set[int]]:
    """By contract, the schools whose firm units were cut in the last round that was closed under it."""
    rows = connection.execute(_CUT_LAST_TIME, {"contract_ids": list(contract_ids)})
    return defaultdict(set, {row.contract_id: set(row.schools) for row in rows})


def keep_grants(connection: Connection, grants: Sequence[tuple[str, Grant]]) -> None:
    """Keep (offer id, grant) for the rest of the transaction, where the close reads them."""
    connection.exec_driver_sql(_CREATE)
    if grants:
        values = {
            "offers": [offer_id for offer_id, _ in grants],
            "schools": [grant.urn for _, grant in grants],
            "granted": [grant.granted for _, grant in grants],
            "reasons": [grant.reason for _, grant in grants],
            "prices": [grant.unit_price for _, grant in grants],
            "joined": [grant.schools for _, grant in grants],
        }
        connection.execute(_KEEP, values)
        if len(grants) > _FEW:  # so that grants are hashed, and not all the lines
            connection.exec_driver_sql("ANALYZE closing_grant")
