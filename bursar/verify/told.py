"""What the event log of a producer says, to hold against its own tables and against what consumers keep.

Each query reads the relation `log` (id, type, key, body) and gives one row a subject: `subject` as text and `facts` as
a JSON array. The tables' side gives the same two columns, so that the same subject must have the same facts.
"""
# ruff: noqa: S608 -- names of tables and columns come from the checks' own modules

from bursar.verify.check import Check

PRICED_LINES = ("count(*)", "sum(quantity)", "sum(net_pence)")
WEIGHED_UNITS = "sum(quantity::bigint * school_urn)"
RECEIVED_LINES = ("count(*)", "sum(quantity_received)", "sum(quantity_received::bigint * school_urn)")

CLOSED_ROUNDS = """
    SELECT body ->> 'round_id' AS subject, jsonb_build_array(body -> 'number', body -> 'title',
        extract(epoch FROM (body ->> 'closed_at')::timestamptz)::bigint) AS facts
    FROM log WHERE type = 'RoundClosed'
"""
ORDER_LINES = """
    SELECT body ->> 'purchase_order_id' AS subject, jsonb_build_array(count(*),
        sum((line ->> 'quantity')::bigint), sum((line ->> 'net_pence')::bigint),
        sum((line ->> 'unit_price')::numeric)) AS facts
    FROM log, jsonb_array_elements(body -> 'lines') AS line
    WHERE type = 'PurchaseOrderIssued' GROUP BY 1
"""
# Units are also weighed by URN, so that units under another school's name show.
DROPS = """
    SELECT body ->> 'purchase_order_id' AS subject, jsonb_build_array(count(*),
        sum((line ->> 'quantity')::bigint), sum((line ->> 'net_pence')::bigint),
        sum((line ->> 'quantity')::bigint * (body ->> 'school_urn')::bigint)) AS facts
    FROM log, jsonb_array_elements(body -> 'lines') AS line
    WHERE type = 'DropIssued' GROUP BY 1
"""
RECEIPTS = """
    SELECT body ->> 'purchase_order_id' AS subject, jsonb_build_array(count(*),
        sum((line ->> 'quantity_received')::bigint),
        sum((line ->> 'quantity_received')::bigint * (body ->> 'school_urn')::bigint)) AS facts
    FROM log, jsonb_array_elements(body -> 'lines') AS line
    WHERE type = 'ReceiptRecorded' GROUP BY 1
"""
SETTLEMENTS = """
    SELECT body ->> 'purchase_order_id' AS subject, jsonb_build_array(true) AS facts
    FROM log WHERE type = 'PurchaseOrderSettled'
"""
WITHDRAWALS = """
    SELECT DISTINCT ON (key) body ->> 'offer_id' AS subject,
        jsonb_build_array(type = 'OfferWithdrawn') AS facts
    FROM log WHERE type IN ('OfferPublished', 'OfferWithdrawn') ORDER BY key, id DESC
"""


def last_told(event_type: str, subject: str, *facts: str) -> str:
    """What the last event of each key says: `facts` are members of its body, or SQL over `body`."""
    told = ", ".join(f"body -> '{fact}'" if fact.isidentifier() else fact for fact in facts)
    return f"""
        SELECT DISTINCT ON (key) body ->> '{subject}' AS subject, jsonb_build_array({told}) AS facts
        FROM log WHERE type = '{event_type}' ORDER BY key, id DESC
    """


def kept(table: str, subject: str, *facts: str, where: str = "true") -> str:
    """What the rows of a table say; `facts` are its columns, or SQL over them."""
    return f"""
        SELECT {subject}::text AS subject, jsonb_build_array({", ".join(facts)}) AS facts FROM {table} WHERE {where}
    """


def kept_sums(table: str, subject: str, *facts: str) -> str:
    """What the rows of a table with the same subject say together; `facts` are aggregates."""
    return f"""
        SELECT {subject}::text AS subject, jsonb_build_array({", ".join(facts)}) AS facts FROM {table} GROUP BY 1
    """


def as_told(name: str, holds: str, own: str, told: str) -> Check:
    """The check that a producer's own tables (`own`, made by `kept`) say what its log told the others."""
    return Check(
        name,
        holds,
        f"""
        WITH log AS (SELECT id, type, key, body FROM event_log), own AS ({own}), told AS ({told})
        SELECT format('%s: the tables say %s, the log told %s', subject, coalesce(own.facts::text, 'nothing'),
            coalesce(told.facts::text, 'nothing'))
        FROM own FULL JOIN told USING (subject) WHERE own.facts IS DISTINCT FROM told.facts
        """,
    )
