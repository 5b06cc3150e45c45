"""What this service keeps of schools, suppliers, contracts and offers, as their owners last announced them.

Every statement takes a whole run of events as one JSON array; of several about one thing the last counts.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

_SCHOOLS = text("""
    INSERT INTO school (urn, name, phase, postcode, town, joined_on, left_on)
    SELECT * FROM jsonb_to_recordset(CAST(:bodies AS jsonb))
        AS b(urn integer, name text, phase text, postcode text, town text, joined_on date, left_on date)
    ON CONFLICT (urn) DO UPDATE SET (name, phase, postcode, town, joined_on, left_on)
        = (excluded.name, excluded.phase, excluded.postcode, excluded.town, excluded.joined_on, excluded.left_on)
""")
_SUPPLIERS = text("""
    WITH recorded AS (
        INSERT INTO supplier (supplier_id, name)
        SELECT * FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(supplier_id uuid, name text)
        ON CONFLICT (supplier_id) DO UPDATE SET name = excluded.name WHERE supplier.name <> excluded.name
        RETURNING supplier_id
    )
    UPDATE round SET offers_version = offers_version + 1
    WHERE round_id IN (SELECT f.round_id FROM round_offer f JOIN recorded USING (supplier_id))
""")
_CONTRACTS = text("""
    INSERT INTO contract (contract_id, supplier_id, title, reference)
    SELECT * FROM jsonb_to_recordset(CAST(:bodies AS jsonb))
        AS b(contract_id uuid, supplier_id uuid, title text, reference text)
    ON CONFLICT (contract_id) DO UPDATE SET (supplier_id, title, reference)
        = (excluded.supplier_id, excluded.title, excluded.reference)
""")
_OFFER_COLUMNS = (
    "contract_id, supplier_id, category_code, category_name, ledger_code, sku, name, description, unit, pack_size,"
    " vat_class, tiers, phases"
)
_OFFERS = text(f"""
    INSERT INTO offer (offer_id, {_OFFER_COLUMNS}, withdrawn)
    SELECT offer_id, {_OFFER_COLUMNS}, false
    FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(
        offer_id uuid, contract_id uuid, supplier_id uuid, category_code text, category_name text, ledger_code text,
        sku text, name text, description text, unit text, pack_size integer, vat_class text, tiers jsonb,
        phases text[])
    ON CONFLICT (offer_id) DO UPDATE SET ({_OFFER_COLUMNS}, withdrawn)
        = ({", ".join("excluded." + column for column in _OFFER_COLUMNS.split(", "))}, false)
""")  # noqa: S608 -- column names of this module
_WITHDRAW = text("""
    WITH gone AS (
        UPDATE offer SET withdrawn = true WHERE offer_id = ANY (CAST(:offer_ids AS uuid[])) AND NOT withdrawn
        RETURNING offer_id
    ), taken_out AS (
        UPDATE round_offer f SET withdrawn = true
        FROM gone, round r
        WHERE f.offer_id = gone.offer_id AND r.round_id = f.round_id AND r.state = 'open'
        RETURNING f.round_id
    )
    UPDATE round SET offers_version = offers_version + 1 WHERE round_id IN (SELECT round_id FROM taken_out)
""")


def record_schools(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the schools as announced (bodies of SchoolRecorded)."""
    _upsert(connection, _SCHOOLS, "urn", bodies)


def record_suppliers(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the suppliers as announced (bodies of SupplierRecorded)."""
    _upsert(connection, _SUPPLIERS, "supplier_id", bodies)


def record_contracts(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the contracts as announced (bodies of ContractRecorded)."""
    _upsert(connection, _CONTRACTS, "contract_id", bodies)


def record_offers(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the offers as published (bodies of OfferPublished); rounds that are open keep what they offered."""
    _upsert(connection, _OFFERS, "offer_id", bodies)


def withdraw_offers(connection: Connection, offer_ids: Sequence[str]) -> None:
    """Offer these no more, neither in coming rounds nor in open ones."""
    connection.execute(_WITHDRAW, {"offer_ids": list(offer_ids)})


def _upsert(connection: Connection, statement: Any, key: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    last = {body[key]: body for body in bodies}
    connection.execute(statement, {"bodies": json.dumps(list(last.values()))})
