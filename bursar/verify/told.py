"""What the event log of a producer says, to hold against its own tables and against what consumers keep.

Each query reads the relation `log` (id, type, key, body) and gives one row a subject: `subject` as text and `facts` as
a JSON array. The tables' side gives the same two columns, so that the same subject must have the same facts.
"""
# ruff: noqa: S608 -- names of tables and columns come from the checks' own modules

from bursar.verify.check import Check

PRICED_LINES = ("count(*)", "sum(quantity)", "sum(net_pence)")
WEIGHED_UNITS = "sum(quantity::bigint * school_urn)"
RECEIVED_LINES = ("count(*)", "sum(quantity_received)", "sum(quantity_received::bigint * school_urn)")

DELIVERY_SITES = """
    SELECT site ->> 'site_id' AS subject, jsonb_build_array(body -> 'urn', site -> 'name', site -> 'address',
        site -> 'postcode', site -> 'instructions', site -> 'main') AS facts
    FROM (SELECT DISTINCT ON (key) body FROM log WHERE type = 'SchoolRecorded' ORDER BY key, id DESC) last,
        jsonb_array_elements(body -> 'sites') AS site
"""
PUPIL_COUNTS = """
    SELECT concat(body ->> 'urn', '/', count ->> 'counted_on') AS subject,
        jsonb_build_array(count -> 'pupils', count ->> 'source') AS facts
    FROM (SELECT DISTINCT ON (key) body FROM log WHERE type = 'SchoolRecorded' ORDER BY key, id DESC) last,
        jsonb_array_elements(body -> 'pupil_counts') AS count
"""
# Ordering keeps whatever it was ever told, and names a source where none was. A count without a day of its own it keeps
# from the day on which the school joined.
PUPIL_READINGS = """
    SELECT DISTINCT ON (subject) subject, facts FROM (
        SELECT id, true AS dated, concat(body ->> 'urn', '/', count ->> 'counted_on') AS subject,
            jsonb_build_array(count -> 'pupils', coalesce(nullif(count ->> 'source', ''), 'School record')) AS facts
        FROM log, jsonb_array_elements(body -> 'pupil_counts') AS count WHERE type = 'SchoolRecorded'
        UNION ALL
        SELECT id, false, concat(body ->> 'urn', '/', coalesce(body ->> 'pupils_on', body ->> 'joined_on')),
            jsonb_build_array(body -> 'pupils', coalesce(nullif(body ->> 'pupils_source', ''), 'School record'))
        FROM log WHERE type = 'SchoolRecorded' AND body ->> 'pupils' IS NOT NULL AND NOT coalesce(
            body -> 'pupil_counts' @> jsonb_build_array(jsonb_build_object('counted_on', body -> 'pupils_on')), false)
    ) told ORDER BY subject, id DESC, dated
"""
VAT_EXCEPTION = (
    "offer_id", "category_code", "school_urn", "vat_class", "reduced", "valid_from", "valid_to", "certificate",
    "withdrawn",
)  # fmt: skip
ALLIANCE_FACTS = ("name", "legal_name", "address", "endpoint", "vat_number", "email", "telephone")
ALLIANCE = f"""
    SELECT DISTINCT ON (key) 'alliance' AS subject,
        jsonb_build_array({", ".join(f"body -> '{fact}'" for fact in ALLIANCE_FACTS)}) AS facts
    FROM log WHERE type = 'AllianceRecorded' ORDER BY key, id DESC
"""
ACCOUNT = ("account_name", "sort_code", "account_number")
ACCOUNTS = f"""
    SELECT DISTINCT ON (subject) subject, facts FROM (
        SELECT id, concat(body ->> 'supplier_id', '/', body ->> 'from_on') AS subject,
            jsonb_build_array({", ".join(f"body -> '{fact}'" for fact in ACCOUNT)}) AS facts
        FROM log WHERE type = 'SupplierBankDetailsRecorded'
    ) told ORDER BY subject, id DESC
"""
CHANGING = ("bank_details_id", "step", "account_ending", "effective_on")
CHANGING_ACCOUNTS = f"""
    SELECT subject, facts FROM (
        SELECT DISTINCT ON (body ->> 'supplier_id') body ->> 'supplier_id' AS subject, body ->> 'step' AS step,
            jsonb_build_array({", ".join(f"body -> '{fact}'" for fact in CHANGING)}) AS facts
        FROM log WHERE type = 'BankDetailsChanging' ORDER BY body ->> 'supplier_id', id DESC
    ) told WHERE step IN ('proposed', 'confirmed')
"""
CLOSED_ROUNDS = """
    SELECT body ->> 'round_id' AS subject, jsonb_build_array(body -> 'number', body -> 'title',
        extract(epoch FROM (body ->> 'closed_at')::timestamptz)::bigint) AS facts
    FROM log WHERE type = 'RoundClosed'
"""
# What was amended after the close counts by what it changed, drop by drop; the first version tells of one drop's line.
_AMENDED = """
    SELECT body ->> 'purchase_order_id' AS subject, coalesce(drop, body) AS part
    FROM log LEFT JOIN jsonb_array_elements(body -> 'drops') AS drop ON true WHERE type = 'PurchaseOrderAmended'
"""
_AMENDED_PARTS = f"""
    SELECT subject, (part ->> 'school_urn')::bigint AS school_urn, 0 AS lines,
        (part ->> 'quantity')::bigint - (part ->> 'quantity_before')::bigint AS quantity,
        (part ->> 'net_pence')::bigint - (part ->> 'net_before_pence')::bigint AS net_pence
    FROM ({_AMENDED}) amended
"""
# The last price that was told of a line is its price.
ORDER_LINES = f"""
    SELECT subject, jsonb_build_array(sum(lines), sum(quantity), sum(net_pence), sum(unit_price)) AS facts
    FROM (
        SELECT body ->> 'purchase_order_id' AS subject, 1 AS lines, (line ->> 'quantity')::bigint AS quantity,
            (line ->> 'net_pence')::bigint AS net_pence, 0 AS unit_price
        FROM log, jsonb_array_elements(body -> 'lines') AS line WHERE type = 'PurchaseOrderIssued'
        UNION ALL
        SELECT subject, lines, quantity, net_pence, 0 FROM ({_AMENDED_PARTS}) parts
        UNION ALL
        SELECT subject, 0, 0, 0, unit_price FROM (
            SELECT DISTINCT ON (body ->> 'purchase_order_id', line ->> 'line_no')
                body ->> 'purchase_order_id' AS subject, (line ->> 'unit_price')::numeric AS unit_price
            FROM log, jsonb_array_elements(body -> 'lines') AS line
            WHERE type IN ('PurchaseOrderIssued', 'PurchaseOrderAmended')
            ORDER BY body ->> 'purchase_order_id', line ->> 'line_no', log.id DESC
        ) priced
    ) spoken GROUP BY subject
"""
# Units are also weighed by URN, so that units under another school's name show.
DROPS = f"""
    SELECT subject, jsonb_build_array(sum(lines), sum(quantity), sum(net_pence), sum(quantity * school_urn)) AS facts
    FROM (
        SELECT body ->> 'purchase_order_id' AS subject, (body ->> 'school_urn')::bigint AS school_urn, 1 AS lines,
            (line ->> 'quantity')::bigint AS quantity, (line ->> 'net_pence')::bigint AS net_pence
        FROM log, jsonb_array_elements(body -> 'lines') AS line WHERE type = 'DropIssued'
        UNION ALL
        SELECT subject, school_urn, lines, quantity, net_pence FROM ({_AMENDED_PARTS}) parts
    ) spoken GROUP BY subject
"""
# Which schools' parts of which lines carry which VAT: each by its URN times its line's number, summed by VAT.
VAT_WEIGHTS = tuple(
    f"coalesce(sum(school_urn::bigint * line_no) FILTER (WHERE vat_class = '{code}' AND {reduced}), 0)"
    for code, reduced in (("S", "NOT reduced"), ("S", "reduced"), ("Z", "true"), ("E", "true"), ("O", "true"))
)
DROPS_VAT = f"""
    SELECT subject, jsonb_build_array({", ".join(VAT_WEIGHTS)}) AS facts
    FROM (
        SELECT subject, school_urn, line_no, coalesce(vat ->> 'vat_class', ordered.vat_class) AS vat_class,
            coalesce((vat ->> 'reduced')::boolean, false) AS reduced
        FROM (
            SELECT body ->> 'purchase_order_id' AS subject, (body ->> 'school_urn')::int AS school_urn,
                (line ->> 'line_no')::int AS line_no, line -> 'vat' AS vat
            FROM log, jsonb_array_elements(body -> 'lines') AS line WHERE type = 'DropIssued'
        ) dropped JOIN (
            SELECT body ->> 'purchase_order_id' AS subject, (line ->> 'line_no')::int AS line_no,
                line ->> 'vat_class' AS vat_class
            FROM log, jsonb_array_elements(body -> 'lines') AS line WHERE type = 'PurchaseOrderIssued'
        ) ordered USING (subject, line_no)
    ) carried GROUP BY subject
"""
RECEIPTS = """
    SELECT body ->> 'purchase_order_id' AS subject, jsonb_build_array(count(*),
        sum((line ->> 'quantity_received')::bigint),
        sum((line ->> 'quantity_received')::bigint * (body ->> 'school_urn')::bigint)) AS facts
    FROM log, jsonb_array_elements(body -> 'lines') AS line
    WHERE type = 'ReceiptRecorded' GROUP BY 1
"""
BILL_AMOUNTS = """
    SELECT body ->> 'bill_id' AS subject, jsonb_build_array(body -> 'number', body -> 'school_urn', count(*),
        sum((amount ->> 'net_pence')::bigint), sum((amount ->> 'vat_pence')::bigint)) AS facts
    FROM log, jsonb_array_elements(body -> 'amounts') AS amount
    WHERE type = 'BillIssued' GROUP BY body ->> 'bill_id', body -> 'number', body -> 'school_urn'
    UNION ALL
    SELECT body ->> 'credit_note_id', jsonb_build_array(body -> 'number', body -> 'school_urn', count(*),
        -sum((amount ->> 'net_pence')::bigint), -sum((amount ->> 'vat_pence')::bigint))
    FROM log, jsonb_array_elements(body -> 'amounts') AS amount
    WHERE type = 'CreditNoteIssued' GROUP BY body ->> 'credit_note_id', body -> 'number', body -> 'school_urn'
    UNION ALL
    SELECT body ->> 'bill_id', jsonb_build_array(body -> 'number', body -> 'school_urn', count(*),
        sum((amount ->> 'net_pence')::bigint), sum((amount ->> 'vat_pence')::bigint))
    FROM (SELECT DISTINCT ON (key) body FROM log WHERE type = 'DirectBillRecorded' ORDER BY key, id DESC) last,
        jsonb_array_elements(body -> 'amounts') AS amount
    GROUP BY body ->> 'bill_id', body -> 'number', body -> 'school_urn'
"""
# What the last event of each bill says agrees with order and receipt.
DIRECT_BILLS = """
    SELECT body ->> 'bill_id' AS subject, jsonb_build_array(body -> 'number', body -> 'school_urn',
        body -> 'supplier_invoice_number', body -> 'gross_pence', coalesce(sum((amount ->> 'net_pence')::bigint), 0),
        coalesce(sum((amount ->> 'vat_pence')::bigint), 0)) AS facts
    FROM (SELECT DISTINCT ON (key) body FROM log WHERE type = 'DirectBillRecorded' ORDER BY key, id DESC) last
    LEFT JOIN jsonb_array_elements(body -> 'amounts') AS amount ON true GROUP BY body
"""
SETTLEMENTS = """
    SELECT body ->> 'purchase_order_id' AS subject, jsonb_build_array(true) AS facts
    FROM log WHERE type = 'PurchaseOrderSettled'
"""
# Columns of an offer and what tells of them; what was told before they were known says nothing of them.
ELIGIBILITY = {
    "minimum_quantity": "coalesce(body -> 'minimum_quantity', '1')",
    "alone_price::text": "body -> 'alone_price'",
    "eligible_types": "coalesce(body -> 'eligible_types', '[]')",
    "eligible_classes": "coalesce(body -> 'eligible_classes', '[]')",
    "eligible_urns": "coalesce(body -> 'eligible_urns', '[]')",
}
# The same for the terms of a contract: silence stands for what every row had before they were known.
TERMS = {
    "charges": "coalesce(body -> 'charges', '[]')",
    "minimum_order_pence": "body -> 'minimum_order_pence'",
    "small_order_fee_pence": "body -> 'small_order_fee_pence'",
    "small_order_fee_share_by": "coalesce(body ->> 'small_order_fee_share_by', 'value')",
    "fairness": "coalesce(body ->> 'fairness', 'pro_rata')",
    "tolerated_basis_points": "coalesce(body #> '{tolerances,price_basis_points}', '0')",
    "tolerated_units": "coalesce(body #> '{tolerances,quantity_units}', '0')",
    "tolerated_pence": "coalesce(body #> '{tolerances,total_pence}', '0')",
    "claim_days": "coalesce(body -> 'claim_days', '5')",
    "payment_days": "coalesce(body -> 'payment_days', '30')",
    "lead_urn": "body -> 'lead_urn'",
}
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
