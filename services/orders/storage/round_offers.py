"""What a round offers: chosen while it is a draft, fixed when it opens."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from contracts.vat import vat_rate
from services.orders.domain.offer import FullCharge, RoundOffer
from services.orders.domain.packs import supplied_in
from services.orders.domain.round import Round
from services.orders.domain.terms import read_terms, worst_charges
from services.orders.domain.tiers import Tier, in_packs

_REMEMBERED_ROUNDS = 16

_CHOSEN = """
    FROM offer o JOIN round r ON o.contract_id = ANY (r.contract_ids) OR o.offer_id = ANY (r.offer_ids)
    WHERE r.round_id = :round_id AND NOT o.withdrawn
"""
_FIX = text(f"""
    WITH chosen AS MATERIALIZED (SELECT r.round_id, o.* {_CHOSEN}), fixed AS (
        INSERT INTO round_offer (round_id, offer_id, contract_id, supplier_id, category_code, category_name,
            ledger_code, sku, name, description, unit, pack_size, vat_class, phases, minimum_quantity, alone_price,
            eligible_types, eligible_classes, eligible_urns)
        SELECT round_id, offer_id, contract_id, supplier_id, category_code, category_name,
            ledger_code, sku, name, description, unit, pack_size, vat_class, phases, minimum_quantity, alone_price,
            eligible_types, eligible_classes, eligible_urns
        FROM chosen
        RETURNING 1
    ), fixed_tiers AS (
        INSERT INTO round_tier
            (round_id, offer_id, supplier_id, from_quantity, applies_from, applies_below, unit_price)
        SELECT c.round_id, c.offer_id, c.supplier_id, t.from_quantity,
            CASE WHEN lag(t.from_quantity) OVER ascending IS NULL THEN 0 ELSE t.from_quantity END,
            coalesce(lead(t.from_quantity) OVER ascending, 9223372036854775807), t.unit_price
        FROM chosen c, jsonb_to_recordset(c.tiers) AS t(from_quantity bigint, unit_price numeric(12, 4))
        WINDOW ascending AS (PARTITION BY c.offer_id ORDER BY t.from_quantity)
    ), fixed_terms AS (
        INSERT INTO round_contract (round_id, contract_id, supplier_id, terms)
        SELECT DISTINCT ON (c.contract_id) c.round_id, c.contract_id, c.supplier_id, coalesce(contract.terms, '{{}}')
        FROM chosen c LEFT JOIN contract USING (contract_id)
        ORDER BY c.contract_id, c.supplier_id
    )
    SELECT count(*) FROM fixed
""")  # noqa: S608 -- assembled from this module
_FIELDS = (
    "o.offer_id::text, o.contract_id::text, o.supplier_id::text, coalesce(s.name, '') AS supplier_name,"
    " o.category_code, o.category_name, o.sku, o.name, o.description, o.unit, o.pack_size, o.vat_class, o.phases,"
    " o.minimum_quantity, o.alone_price, o.eligible_types, o.eligible_classes, o.eligible_urns, o.withdrawn,"
    " s.school_urn AS supplier_urn"
)
_ORDER = "ORDER BY o.category_name, o.name, o.sku, o.offer_id"
_DRAFT = text(f"""
    SELECT {_FIELDS}, (SELECT json_agg(json_build_array(t.from_quantity, t.unit_price::text) ORDER BY t.from_quantity)
        FROM jsonb_to_recordset(o.tiers) AS t(from_quantity bigint, unit_price numeric(12, 4))) AS tiers
    {_CHOSEN.replace("WHERE", "LEFT JOIN supplier s ON s.supplier_id = o.supplier_id WHERE")} {_ORDER}
""")  # noqa: S608 -- assembled from this module
_FIXED = text(f"""
    SELECT {_FIELDS}, (SELECT json_agg(json_build_array(t.from_quantity, t.unit_price::text) ORDER BY t.from_quantity)
        FROM round_tier t WHERE t.round_id = o.round_id AND t.offer_id = o.offer_id) AS tiers
    FROM round_offer o LEFT JOIN supplier s ON s.supplier_id = o.supplier_id
    WHERE o.round_id = :round_id {_ORDER}
""")  # noqa: S608 -- assembled from this module
_WITHOUT_OFFERS = text("""
    SELECT 'contract_ids.' || c.position - 1 FROM unnest(CAST(:contract_ids AS uuid[])) WITH ORDINALITY
        AS c(id, position)
    WHERE NOT EXISTS (SELECT 1 FROM offer o WHERE o.contract_id = c.id AND NOT o.withdrawn)
    UNION ALL
    SELECT 'offer_ids.' || f.position - 1 FROM unnest(CAST(:offer_ids AS uuid[])) WITH ORDINALITY AS f(id, position)
    WHERE NOT EXISTS (SELECT 1 FROM offer o WHERE o.offer_id = f.id AND NOT o.withdrawn)
""")

_TERMS = text("SELECT contract_id::text, terms FROM round_contract WHERE round_id = :round_id")

_remembered: OrderedDict[tuple[str, int, str | None], dict[str, RoundOffer]] = OrderedDict()
_lock = threading.Lock()


def choices_without_offers(connection: Connection, contract_ids: Sequence[str], offer_ids: Sequence[str]) -> list[str]:
    """The paths ("contract_ids.0") of those choices that would bring nothing published into a round."""
    chosen = {"contract_ids": list(contract_ids), "offer_ids": list(offer_ids)}
    return list(connection.execute(_WITHOUT_OFFERS, chosen).scalars())


def fix_offers(connection: Connection, round_id: str) -> int:
    """Copy what the round chose as it is published now, with tiers and contracts' terms; returns how many offers."""
    return int(connection.execute(_FIX, {"round_id": round_id}).scalar_one())


def round_offers(connection: Connection, of: Round, supplier_id: str | None = None) -> dict[str, RoundOffer]:
    """The offers of a round by id, in the order of the form: by category and name.

    What an open round offers changes only by a withdrawal or a supplier's new name, and both count its
    `offers_version` up; so the last few rounds are remembered in this process, each supplier's view apart.
    """
    if of.state == "draft":
        return _read(connection, _DRAFT, of)
    key = (of.round_id, of.offers_version, supplier_id)
    with _lock:
        if key in _remembered:
            _remembered.move_to_end(key)
            return _remembered[key]
    offers = _read(connection, _FIXED, of)
    with _lock:
        _remembered[key] = offers
        while len(_remembered) > _REMEMBERED_ROUNDS:
            _remembered.popitem(last=False)
    return offers


def _read(connection: Connection, statement: Any, of: Round) -> dict[str, RoundOffer]:
    charges = {
        row.contract_id: tuple(
            FullCharge(charge.vat_class, vat_rate(charge.vat_class, of.delivery_from), charge.amount_pence)
            for charge in worst_charges(read_terms(row.terms))
        )
        for row in connection.execute(_TERMS, {"round_id": of.round_id})
    }
    rows = connection.execute(statement, {"round_id": of.round_id})
    return {row.offer_id: _offer(row, of.delivery_from, charges.get(row.contract_id, ())) for row in rows}


def _offer(row: Row[Any], tax_point: date, full_charges: tuple[FullCharge, ...]) -> RoundOffer:
    pack = supplied_in(row.unit, row.pack_size)
    return RoundOffer(
        offer_id=row.offer_id,
        contract_id=row.contract_id,
        supplier_id=row.supplier_id,
        supplier_name=row.supplier_name,
        category_code=row.category_code,
        category_name=row.category_name,
        sku=row.sku,
        name=row.name,
        description=row.description,
        unit=row.unit,
        pack_size=row.pack_size,
        vat_class=row.vat_class,
        vat_rate=vat_rate(row.vat_class, tax_point),
        tiers=in_packs([Tier(from_quantity, Decimal(price)) for from_quantity, price in row.tiers], pack),
        phases=tuple(row.phases),
        minimum_quantity=row.minimum_quantity,
        alone_price=row.alone_price,
        eligible_types=tuple(row.eligible_types),
        eligible_classes=tuple(row.eligible_classes),
        eligible_urns=tuple(row.eligible_urns),
        withdrawn=row.withdrawn,
        full_charges=full_charges,
        supplier_urn=row.supplier_urn,
    )
