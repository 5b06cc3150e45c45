"""Reading what all schools of a round order. Only the service itself may: every line of every school passes here."""

import numpy as np
from sqlalchemy import Connection, text

from services.orders.domain.ordered_units import OrderedUnits, OrderHead

_HEADS = text("SELECT school_urn, version, state FROM school_order WHERE round_id = :round_id ORDER BY school_urn")
_OFFERS = text("SELECT offer_id::text FROM round_offer WHERE round_id = :round_id ORDER BY offer_id")
_LINES = text("""
    SELECT l.school_urn, array_agg(CAST(f.position - 1 AS integer)) AS columns, array_agg(l.quantity) AS firm,
        array_agg(l.flexible) AS flexible
    FROM order_line l
    JOIN unnest(CAST(:offer_ids AS uuid[])) WITH ORDINALITY AS f(offer_id, position) ON f.offer_id = l.offer_id
    WHERE l.round_id = :round_id AND l.school_urn = ANY (:urns)
    GROUP BY l.school_urn
""")


def read_ordered_units(connection: Connection, round_id: str, known: OrderedUnits | None) -> OrderedUnits:
    """The units as they stand now; of what is `known` only those orders are read again that have changed since.

    What is known of a draft is nothing: its offers are fixed when it opens.
    """
    values = {"round_id": round_id}
    known = known if known and known.offer_ids else None
    heads = [OrderHead(*row) for row in connection.execute(_HEADS, values)]
    offer_ids = known.offer_ids if known else list(connection.execute(_OFFERS, values).scalars())
    firm, flexible = (np.zeros((len(heads), len(offer_ids)), dtype=np.int64) for _ in range(2))
    row_of = {head: row for row, head in enumerate(heads)}
    if known:
        kept = [(old, row_of[head]) for old, head in enumerate(known.heads) if head in row_of]
        old_rows, rows = [old for old, _ in kept], [row for _, row in kept]
        firm[rows], flexible[rows] = known.firm[old_rows], known.flexible[old_rows]
    changed = {head.urn: row_of[head] for head in set(heads).difference(known.heads if known else ())}
    if changed:
        asked = {**values, "urns": list(changed), "offer_ids": list(offer_ids)}
        for urn, columns, units, extra in connection.execute(_LINES, asked):
            firm[changed[urn], columns], flexible[changed[urn], columns] = units, extra
    return OrderedUnits(offer_ids, heads, firm, flexible)
