"""A purchase order as its documents say it, read in one piece."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from contracts.vat import vat_rate
from services.orders.domain.deadlines import answer_by
from services.orders.domain.issued_order import (
    Drop,
    DropLine,
    IssuedOrder,
    OrderLine,
    Party,
    address_of,
    printable,
    site_address,
    totalled,
)
from services.orders.storage.companies import find_alliance, find_supplier

# Held against changes of the order, which lock it: lines, drops and totals belong together.
_HEADER = text("""
    SELECT p.purchase_order_id::text, p.number, p.revision, coalesce(p.title, r.title, '') AS title, p.issued_at,
        coalesce(p.service_from, r.delivery_from) AS delivery_from,
        coalesce(p.service_to, r.delivery_to) AS delivery_to, coalesce(c.title, '') AS contract_title,
        coalesce(c.reference, '') AS contract_reference, coalesce(c.terms ->> 'settlement', 'recharge') AS settlement,
        p.supplier_id::text, coalesce(s.name, '') AS supplier_name, p.net_pence, p.vat_pence
    FROM purchase_order p
    LEFT JOIN round r ON r.round_id = p.round_id
    LEFT JOIN contract c ON c.contract_id = p.contract_id
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    WHERE p.purchase_order_id = :purchase_order_id
    FOR SHARE OF p
""")
_LINES = text("""
    SELECT l.line_no, l.kind, coalesce(l.sku, f.sku) AS sku, coalesce(l.name, f.name) AS name,
        coalesce(f.description, '') AS description, coalesce(l.unit, f.unit) AS unit, l.unit_price, l.quantity,
        l.net_pence, coalesce(k.cpv, '') AS cpv
    FROM purchase_order_line l LEFT JOIN round_offer f USING (round_id, offer_id)
    LEFT JOIN category k ON k.code = coalesce(l.category_code, f.category_code)
    WHERE l.purchase_order_id = :purchase_order_id ORDER BY l.line_no
""")
_DROPS = text("""
    SELECT d.school_urn, coalesce(s.name, '') AS school_name, coalesce(to_.site_name, '') AS site_name,
        coalesce(to_.address, '') AS address, coalesce(to_.postcode, s.postcode, '') AS postcode,
        coalesce(s.town, '') AS town, coalesce(to_.instructions, '') AS instructions, coalesce(to_.note, '') AS note,
        coalesce(o.reference, '') AS reference, to_.line_notes, coalesce(a.revision, 1) AS revision,
        CAST(a.agreed_at AT TIME ZONE 'Europe/London' AS date) AS revised_on
    FROM school_drop d
    LEFT JOIN school s ON s.urn = d.school_urn
    LEFT JOIN school_order o ON o.round_id = d.round_id AND o.school_urn = d.school_urn
    LEFT JOIN drop_addresses(:purchase_order_id) to_ ON to_.school_urn = d.school_urn
    LEFT JOIN (
        SELECT school_urn, max(revision) AS revision,
            max(greatest(school_agreed_at, supplier_agreed_at, alliance_agreed_at)) AS agreed_at
        FROM amendment WHERE purchase_order_id = :purchase_order_id AND state = 'applied' GROUP BY school_urn
    ) a ON a.school_urn = d.school_urn
    WHERE d.purchase_order_id = :purchase_order_id ORDER BY d.school_urn
""")
_DROP_LINES = text("""
    SELECT school_urn, line_no, quantity, net_pence, vat_class, vat_reduced, promised_on FROM drop_line
    WHERE purchase_order_id = :purchase_order_id ORDER BY school_urn, line_no
""")


def read_issued_order(connection: Connection, purchase_order_id: str) -> IssuedOrder | None:
    """The order with its parties, lines and drops, as the service sees it; None where there is none.

    Raises DocumentsDisagree.
    """
    names = {"purchase_order_id": purchase_order_id}
    header = connection.execute(_HEADER, names).one_or_none()
    if header is None:
        return None
    lines = {row.line_no: _line(row) for row in connection.execute(_LINES, names)}
    parts: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(_DROP_LINES, names):
        parts.setdefault(row.school_urn, []).append(row)
    drops = [
        _drop(place, row, _parts(parts.get(row.school_urn, ()), lines, row.line_notes or {}, header.delivery_from))
        for place, row in enumerate(connection.execute(_DROPS, names), 1)
    ]
    return totalled(
        IssuedOrder(
            purchase_order_id=header.purchase_order_id,
            number=header.number,
            revision=header.revision,
            title=printable(header.title),
            issued_at=header.issued_at,
            answer_by=answer_by(header.issued_at),
            delivery_from=header.delivery_from,
            delivery_to=header.delivery_to,
            contract_title=printable(header.contract_title),
            contract_reference=printable(header.contract_reference),
            settlement=header.settlement,
            buyer=_party(find_alliance(connection), "The alliance"),
            seller=_party(find_supplier(connection, header.supplier_id), header.supplier_name),
            lines=tuple(lines.values()),
            drops=tuple(drops),
            net_pence=header.net_pence,
            vat_pence=header.vat_pence,
        )
    )


def _line(row: Row[Any]) -> OrderLine:
    words = {name: printable(row._mapping[name]) for name in ("sku", "name", "description")}
    return OrderLine(**{**row._mapping, **words})


def _parts(
    rows: Sequence[Row[Any]], lines: Mapping[int, OrderLine], notes: Mapping[str, str], tax_point: date
) -> tuple[DropLine, ...]:
    return tuple(
        DropLine(
            line=lines[row.line_no],
            quantity=row.quantity,
            net_pence=row.net_pence,
            vat_class=row.vat_class,
            vat_rate=vat_rate(row.vat_class, tax_point, reduced=row.vat_reduced),
            note=printable(notes.get(str(row.line_no))),
            promised_on=row.promised_on,
        )
        for row in rows
    )


def _drop(place: int, row: Row[Any], lines: tuple[DropLine, ...]) -> Drop:
    return Drop(
        place=place,
        school_urn=row.school_urn,
        school_name=printable(row.school_name) or f"School {row.school_urn}",
        site_name=printable(row.site_name),
        address=site_address(row.address, row.town, row.postcode),
        instructions=printable(row.instructions),
        note=printable(row.note),
        reference=printable(row.reference),
        lines=lines,
        revision=row.revision,
        revised_on=row.revised_on,
    )


def _party(known: Mapping[str, Any] | None, name: str) -> Party:
    """A side as members told of it; where they have told nothing yet, its name alone."""
    if known is None:
        return Party(printable(name), printable(name))
    endpoint = known["endpoint"]
    party = Party(
        name=printable(known["name"]) or name,
        legal_name=printable(known.get("legal_name")) or printable(known["name"]),
        address=address_of(known["address"]),
        endpoint=(endpoint["scheme"], endpoint["id"]) if endpoint else None,
        vat_number=known["vat_number"],
        email=printable(known["email"]),
        telephone=printable(known["telephone"]),
    )
    return replace(party, company_number=known.get("company_number"))
