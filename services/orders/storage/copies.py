"""What this service keeps of schools, suppliers, contracts and offers, as their owners last announced them.

Every statement takes a whole run of events as one JSON array; of several about one thing the last counts.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

_SCHOOL_COLUMNS = "name, phase, postcode, town, joined_on, left_on, type_code, membership_class, pupils, financial_year"
_SCHOOLS = text(f"""
    INSERT INTO school (urn, {_SCHOOL_COLUMNS})
    SELECT urn, name, phase, postcode, town, joined_on, left_on, coalesce(type_code, ''),
        coalesce(membership_class, 'full'), pupils, coalesce(financial_year, 'april')
    FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(
        urn integer, name text, phase text, postcode text, town text, joined_on date, left_on date, type_code text,
        membership_class text, pupils integer, financial_year text)
    ON CONFLICT (urn) DO UPDATE SET ({_SCHOOL_COLUMNS})
        = ({", ".join("excluded." + column for column in _SCHOOL_COLUMNS.split(", "))})
""")  # noqa: S608 -- column names of this module
_SITES = text("""
    WITH told AS (
        SELECT b.urn, s.* FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(urn integer, sites jsonb),
            jsonb_to_recordset(b.sites)
                AS s(site_id uuid, name text, address text, postcode text, instructions text, main boolean)
    ), kept AS (
        INSERT INTO delivery_site (site_id, school_urn, name, address, postcode, instructions, main, removed)
        SELECT site_id, urn, name, address, postcode, instructions, main, false FROM told
        ON CONFLICT (site_id) DO UPDATE SET (name, address, postcode, instructions, main, removed)
            = (excluded.name, excluded.address, excluded.postcode, excluded.instructions, excluded.main, false)
    )
    UPDATE delivery_site SET removed = true
    WHERE NOT removed AND school_urn = ANY (CAST(:urns AS integer[]))
        AND site_id NOT IN (SELECT site_id FROM told)
""")
_SUPPLIERS = text("""
    WITH recorded AS (
        INSERT INTO supplier (supplier_id, name, school_urn)
        SELECT * FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(supplier_id uuid, name text, school_urn integer)
        ON CONFLICT (supplier_id) DO UPDATE SET (name, school_urn) = (excluded.name, excluded.school_urn)
        WHERE (supplier.name, supplier.school_urn) IS DISTINCT FROM (excluded.name, excluded.school_urn)
        RETURNING supplier_id
    )
    UPDATE round SET offers_version = offers_version + 1
    WHERE round_id IN (SELECT f.round_id FROM round_offer f JOIN recorded USING (supplier_id))
""")
_CONTRACTS = text("""
    INSERT INTO contract (contract_id, supplier_id, title, reference, terms)
    SELECT * FROM jsonb_to_recordset(CAST(:bodies AS jsonb))
        AS b(contract_id uuid, supplier_id uuid, title text, reference text, terms jsonb)
    ON CONFLICT (contract_id) DO UPDATE SET (supplier_id, title, reference, terms)
        = (excluded.supplier_id, excluded.title, excluded.reference, excluded.terms)
""")
_TERMS = (
    "charges", "minimum_order_pence", "small_order_fee_pence", "small_order_fee_share_by", "fairness", "tolerances",
    "claim_days", "lead_urn", "settlement",
)  # fmt: skip
_OFFER_COLUMNS = (
    "contract_id, supplier_id, category_code, category_name, ledger_code, sku, name, description, unit, pack_size,"
    " vat_class, tiers, phases, minimum_quantity, alone_price, eligible_types, eligible_classes, eligible_urns"
)
_OFFER_DEFAULTS = {"minimum_quantity": 1, "eligible_types": [], "eligible_classes": [], "eligible_urns": []}
_OFFERS = text(f"""
    INSERT INTO offer (offer_id, {_OFFER_COLUMNS}, withdrawn)
    SELECT offer_id, {_OFFER_COLUMNS}, false
    FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(
        offer_id uuid, contract_id uuid, supplier_id uuid, category_code text, category_name text, ledger_code text,
        sku text, name text, description text, unit text, pack_size integer, vat_class text, tiers jsonb,
        phases text[], minimum_quantity integer, alone_price numeric(12, 4), eligible_types text[],
        eligible_classes text[], eligible_urns integer[])
    ON CONFLICT (offer_id) DO UPDATE SET ({_OFFER_COLUMNS}, withdrawn)
        = ({", ".join("excluded." + column for column in _OFFER_COLUMNS.split(", "))}, false)
""")  # noqa: S608 -- column names of this module
_CATEGORIES = text("""
    INSERT INTO category (code, cpv)
    SELECT * FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(code text, cpv text)
    ON CONFLICT (code) DO UPDATE SET cpv = excluded.cpv
""")
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
    """Keep the schools as announced (bodies of SchoolRecorded), and their delivery sites where these are told of."""
    last = {body["urn"]: body for body in bodies}
    connection.execute(_SCHOOLS, {"bodies": json.dumps(list(last.values()))})
    sited = [{"urn": urn, "sites": body["sites"]} for urn, body in last.items() if "sites" in body]
    connection.execute(_SITES, {"bodies": json.dumps(sited), "urns": [each["urn"] for each in sited]})


def record_suppliers(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the suppliers as announced (bodies of SupplierRecorded)."""
    _upsert(connection, _SUPPLIERS, "supplier_id", bodies)


def record_contracts(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the contracts as announced (bodies of ContractRecorded), with as many terms as they state."""
    kept = [{**body, "terms": {name: body[name] for name in _TERMS if name in body}} for body in bodies]
    _upsert(connection, _CONTRACTS, "contract_id", kept)


def record_offers(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the offers as published (bodies of OfferPublished); rounds that are open keep what they offered."""
    _upsert(connection, _OFFERS, "offer_id", ({**_OFFER_DEFAULTS, **body} for body in bodies))


def record_categories(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the categories' codes as announced (bodies of CategoryRecorded)."""
    _upsert(connection, _CATEGORIES, "code", bodies)


def withdraw_offers(connection: Connection, offer_ids: Sequence[str]) -> None:
    """Offer these no more, neither in coming rounds nor in open ones."""
    connection.execute(_WITHDRAW, {"offer_ids": list(offer_ids)})


def _upsert(connection: Connection, statement: Any, key: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    last = {body[key]: body for body in bodies}
    connection.execute(statement, {"bodies": json.dumps(list(last.values()))})
