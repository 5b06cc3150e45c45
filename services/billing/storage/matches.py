"""The three-way match of every invoiced line and school."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, TextClause, text

from services.billing.domain.match_facts import NOTHING, Amount, Key, Match, Standing, Touched
from services.billing.storage.bulk import as_array, as_json
from services.billing.storage.decisions import STAYS_WHY
from services.billing.storage.touched import TOUCHED, named

_COMPUTED: Final = (
    "quantity_ordered",
    "quantity_received",
    "quantity_invoiced",
    "unit_price_ordered",
    "unit_price_invoiced",
    "net_pence",
    "vat_pence",
    "reasons",
    "tolerated",
    "state",
    "billable_quantity",
    "billable_net_pence",
    "billable_vat_pence",
)
_AMOUNTS: Final = ("credited", "claim", "due")
_FIGURES: Final = ("quantity", "net_pence", "vat_pence")
_OPEN: Final = (*_COMPUTED, *(f"{amount}_{figure}" for amount in _AMOUNTS for figure in _FIGURES))
# What changes on a billed match: later receipts and credits, and what follows from them.
_ON_BILL: Final = ("quantity_received", "reasons", "tolerated", *_OPEN[len(_COMPUTED) :])
_JUDGED: Final = ("supplier_invoice_id", "order_line_no", *_OPEN)
_JUDGED_OF: Final = attrgetter(
    "invoice_id", "order_line_no", *_COMPUTED, *(f"{amount}.{figure}" for amount in _AMOUNTS for figure in _FIGURES)
)
_LISTS: Final = ("reasons", "tolerated")


def _type(column: str) -> str:
    return "numeric" if column.startswith("unit_price") else "bigint" if column.endswith("_pence") else "integer"


_TYPES: Final = {column: _type(column) for column in _JUDGED} | {
    "supplier_invoice_id": "uuid", "state": "text", **dict.fromkeys(_LISTS, "text"),
}  # fmt: skip
_STATE: Final = _JUDGED.index("state")
# Each different match travels once, as columns; the lines and schools that have it as columns of numbers. Several
# reasons are one text, with commas between.
_PLACES: Final = f"""
    unnest(CAST(:line_nos AS integer[]), CAST(:urns AS integer[]), CAST(:judged AS integer[]))
        AS place(line_no, school_urn, judged)
    JOIN (
        SELECT {", ".join(f"string_to_array({name}, ',') AS {name}" if name in _LISTS else name for name in _JUDGED)},
            CAST(judged AS integer) AS judged
        FROM unnest({", ".join(f"CAST(:{name} AS {of}[])" for name, of in _TYPES.items())})
            WITH ORDINALITY AS sent({", ".join(_TYPES)}, judged)
    ) AS sent USING (judged)
"""  # noqa: S608 - column names of this module
_ADD = text(f"""
    INSERT INTO match_line (supplier_id, purchase_order_id, line_no, school_urn, {", ".join(_JUDGED)})
    SELECT o.supplier_id, o.purchase_order_id, place.line_no, place.school_urn,
        {", ".join(f"sent.{name}" for name in _JUDGED)}
    FROM {_PLACES} JOIN purchase_order o ON o.purchase_order_id = :order
""")  # noqa: S608 - column names of this module


def _follow(columns: Sequence[str], which: str) -> TextClause:
    """The statement that writes these columns where they differ, and tells of which invoices."""
    return text(f"""
        WITH changed AS (
            UPDATE match_line m SET {", ".join(f"{name} = sent.{name}" for name in columns)} FROM {_PLACES}
            WHERE m.purchase_order_id = :order AND m.supplier_invoice_id = sent.supplier_invoice_id
                AND m.line_no = place.line_no AND m.school_urn = place.school_urn AND {which}
                AND ({", ".join(f"m.{name}" for name in columns)})
                    IS DISTINCT FROM ({", ".join(f"sent.{name}" for name in columns)})
            RETURNING m.supplier_invoice_id
        )
        SELECT DISTINCT CAST(supplier_invoice_id AS text) FROM changed
    """)  # noqa: S608 - column names of this module


_FOLLOW: Final = _follow(_OPEN, "m.bill_id IS NULL")
_FOLLOW_BILLED: Final = _follow(_ON_BILL, "m.bill_id IS NOT NULL")
_REMOVE = text("""
    DELETE FROM match_line m
    USING jsonb_populate_recordset(CAST(NULL AS match_line), CAST(:rows AS jsonb)) AS gone
    WHERE m.supplier_invoice_id = gone.supplier_invoice_id AND m.line_no = gone.line_no
        AND m.school_urn = gone.school_urn AND m.bill_id IS NULL
""")
_OF_INVOICE = text(f"""
    SELECT m.*, coalesce(school.name, '') AS school_name, CAST(bill.bill_id AS text) AS on_bill_id,
        bill.number AS on_bill_number, {STAYS_WHY} AS stays_why
    FROM match_line m LEFT JOIN school ON school.urn = m.school_urn LEFT JOIN bill ON bill.bill_id = m.bill_id
    WHERE m.supplier_invoice_id = :invoice AND (m.line_no, m.school_urn) > (:line_no, :urn)
        AND (NOT :differing OR m.state = 'held' OR m.claim_net_pence + m.claim_vat_pence > 0)
    ORDER BY m.line_no, m.school_urn LIMIT :limit
""")  # noqa: S608 - text of this package
_OF_ORDER = text(f"""
    SELECT CAST(supplier_invoice_id AS text) AS supplier_invoice_id, line_no, school_urn, quantity_invoiced,
        bill_id IS NOT NULL AS billed, accepted_reasons, disputed, billable_quantity, billable_net_pence,
        billable_vat_pence, returned_quantity, returned_net_pence, returned_vat_pence,
        upheld_quantity, upheld_net_pence, upheld_vat_pence
    FROM match_line WHERE purchase_order_id = :order AND {TOUCHED.format(line="order_line_no")}
""")  # noqa: S608 - text of this module
Matches = Iterable[tuple[Match, Iterable[tuple[int, int]]]]
"""Matches, each with the places that have it: (line number of the invoice, URN)."""
_Different = dict[tuple[Any, ...], list[tuple[int, int]]]
"""Matches by all that is computed of them, and the lines and schools that have them."""
_CLAIMS = text("""
    SELECT CAST(m.supplier_invoice_id AS text) AS supplier_invoice_id, i.our_number, i.number,
        CAST(m.supplier_id AS text) AS supplier_id, coalesce(supplier.name, '') AS supplier_name,
        CAST(m.purchase_order_id AS text) AS purchase_order_id, o.number AS purchase_order_number, m.line_no,
        m.order_line_no, line.name, m.school_urn, coalesce(school.name, '') AS school_name, m.state, m.reasons,
        m.claim_quantity AS quantity, m.claim_net_pence AS net_pence, m.claim_vat_pence AS vat_pence,
        requested.decided_by AS requested_by, requested.decided_at AS requested_at, requested.why
    FROM match_line m
    JOIN supplier_invoice i USING (supplier_invoice_id)
    JOIN purchase_order o ON o.purchase_order_id = m.purchase_order_id
    JOIN purchase_order_line line ON line.purchase_order_id = m.purchase_order_id AND line.line_no = m.order_line_no
    LEFT JOIN supplier ON supplier.supplier_id = m.supplier_id
    LEFT JOIN school ON school.urn = m.school_urn
    LEFT JOIN LATERAL (
        SELECT * FROM match_decision d WHERE m.credit_requested AND d.supplier_invoice_id = m.supplier_invoice_id
            AND d.line_no = m.line_no AND d.school_urn = m.school_urn AND d.decision = 'credit_requested'
        ORDER BY decided_at DESC LIMIT 1
    ) requested ON true
    WHERE m.claim_net_pence + m.claim_vat_pence > 0
        AND (i.our_number, m.line_no, m.school_urn) > (:number, :line_no, :urn)
    ORDER BY i.our_number, m.line_no, m.school_urn LIMIT :limit
""")


def matches_of_order(connection: Connection, order_id: str, touched: Touched) -> dict[Key, Row[Any]]:
    """The matches of a purchase order that are touched, by their keys."""
    rows = connection.execute(_OF_ORDER, {"order": order_id, **named(touched)})
    return {(row.supplier_invoice_id, row.line_no, row.school_urn): row for row in rows}


def standing(before: Mapping[Key, Row[Any]], credited: Mapping[Key, Amount]) -> dict[Key, Standing]:
    """What stands of earlier matches: what is billed and credited, and what people decided."""
    return {
        key: Standing(
            row.quantity_invoiced,
            row.billed,
            frozenset(row.accepted_reasons),
            row.disputed,
            _amount(row, "billable") if row.billed else NOTHING,
            credited.get(key, NOTHING),
            _amount(row, "returned") if row.billed else NOTHING,
            _amount(row, "upheld") if row.billed else NOTHING,
        )
        for key, row in before.items()
    }


def add_matches(connection: Connection, order_id: str, matches: Matches) -> set[str]:
    """Write matches of a purchase order that were not there before, each for all its places; returns their invoices."""
    different = _different(matches)
    if different:
        connection.execute(_ADD, {"order": order_id, **_columns(different)})
    return {judged[0] for judged in different}


def follow_matches(connection: Connection, order_id: str, matches: Matches) -> set[str]:
    """Write what differs of matches of a purchase order that are there; returns the invoices with a difference.

    Of billed ones only what receipts and credits say since is written. What a person decided stays noted.
    """
    different = _different(matches)
    changed: set[str] = set()
    for statement, billed in ((_FOLLOW, False), (_FOLLOW_BILLED, True)):
        some = {judged: places for judged, places in different.items() if (judged[_STATE] == "billed") == billed}
        if some:
            changed.update(connection.execute(statement, {"order": order_id, **_columns(some)}).scalars())
    return changed


def remove_matches(connection: Connection, keys: Iterable[Key]) -> set[str]:
    """Remove matches that nothing is invoiced for any more, unless they are billed; returns their invoices."""
    gone = [dict(zip(("supplier_invoice_id", "line_no", "school_urn"), key, strict=True)) for key in keys]
    if gone:
        connection.execute(_REMOVE, {"rows": as_json(gone)})
    return {str(row["supplier_invoice_id"]) for row in gone}


def matches_of_invoice(
    connection: Connection,
    invoice_id: str,
    *,
    differing: bool = False,
    after: tuple[int, int] = (0, 0),
    limit: int | None = None,
) -> list[Row[Any]]:
    """The matches of one invoice that the actor may see, by (line, URN) above `after`, with the school's name.

    `differing`: only what is held or for the supplier to credit.
    """
    names = {"invoice": invoice_id, "differing": differing, "line_no": after[0], "urn": after[1], "limit": limit}
    return list(connection.execute(_OF_INVOICE, names).all())


def claims(connection: Connection, after: tuple[str, int, int], limit: int) -> list[Row[Any]]:
    """What suppliers have still to credit, by (our number, line, school), with the latest request for it."""
    names = dict(zip(("number", "line_no", "urn"), after, strict=True))
    return list(connection.execute(_CLAIMS, {**names, "limit": limit}))


def _different(matches: Matches) -> _Different:
    different: _Different = {}
    for match, places in matches:
        different.setdefault(_JUDGED_OF(match), []).extend(places)
    return different


def _columns(different: _Different) -> dict[str, Any]:
    """Different matches, and the lines and schools that have them, as the columns that the statements take."""
    columns = dict(zip(_JUDGED, map(list, zip(*different, strict=True)), strict=True))
    for name in _LISTS:
        columns[name] = [",".join(reasons) for reasons in columns[name]]
    places = [(line_no, urn, number) for number, some in enumerate(different.values(), 1) for line_no, urn in some]
    places.sort()  # as the key has them: so each row is put behind the one before
    line_nos, urns, judged = zip(*places, strict=True)
    numbers: dict[str, Iterable[int]] = {
        name: column for name, column in columns.items() if _TYPES[name] in ("integer", "bigint", "numeric")
    }
    numbers |= {"line_nos": line_nos, "urns": urns, "judged": judged}
    return columns | {name: as_array(column) for name, column in numbers.items()}


def _amount(row: Row[Any], name: str) -> Amount:
    return Amount(*(getattr(row, f"{name}_{figure}") for figure in _FIGURES))
