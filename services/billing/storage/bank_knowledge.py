"""What matched bank lines teach: who payers turned out to be, and what became of references that nothing is open of."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, text

from services.billing.domain.bank_payers import Sighting, nominal_key, payer_key

# Two years are enough to know a payer by, and few enough to read again whenever lines are proposed.
_SEEN = text("""
    SELECT l.counterparty, l.counterparty_account, CASE m.kind WHEN 'account' THEN l.reference ELSE '' END AS reference,
        CASE WHEN m.school_urn IS NOT NULL THEN 'school' WHEN m.supplier_id IS NOT NULL THEN 'supplier'
            ELSE 'account' END AS of,
        coalesce(CAST(m.school_urn AS text), CAST(m.supplier_id AS text), m.document_number) AS party,
        count(DISTINCT m.bank_line_id) AS times
    FROM bank_match m JOIN bank_line l USING (bank_line_id)
    WHERE m.undone_at IS NULL AND m.matched_at > now() - interval '2 years'
        AND (m.school_urn IS NOT NULL OR m.supplier_id IS NOT NULL OR m.kind = 'account' AND m.how = 'person')
    GROUP BY 1, 2, 3, 4, 5
""")
_STATES = text("""
    SELECT payment_reference, CASE WHEN purpose <> :purpose THEN 'other' ELSE 'paid' END FROM bill
    WHERE payment_reference = ANY(:references)
    UNION ALL
    SELECT our_number, CASE WHEN :purpose <> 'general' THEN 'other' WHEN settlement = 'direct' THEN 'direct'
        ELSE 'paid' END FROM supplier_invoice WHERE our_number = ANY(:references)
    UNION ALL
    SELECT number, 'paid' FROM credit_note WHERE number = ANY(:references)
    UNION ALL
    SELECT number, CASE WHEN :purpose <> 'fund' THEN 'other' WHEN withdrawn_why IS NULL THEN 'paid' ELSE 'given_up' END
    FROM fund_payment WHERE number = ANY(:references)
    UNION ALL
    SELECT DISTINCT named.reference, CASE WHEN :purpose <> 'general' THEN 'other'
        WHEN r.state = 'cancelled' THEN 'given_up' WHEN r.state IN ('proposed', 'approved') THEN 'unwritten'
        WHEN r.state = 'exported' AND named.reference = r.number THEN 'begun' ELSE 'paid' END
    FROM payment_run r JOIN payment_run_item i USING (payment_run_id),
        LATERAL (VALUES (r.number), (i.reference)) AS named (reference)
    WHERE named.reference = ANY(:references)
""")


def seen_payers(connection: Connection) -> dict[str, list[Sighting]]:
    """By payer's name, by account number and by a charge's words: whom such lines were matched to, and how often."""
    counted: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(_SEEN):
        keys = (
            {nominal_key(row.counterparty, row.reference)}
            if row.of == "account"
            else {payer_key(row.counterparty), row.counterparty_account}
        )
        for key in keys - {""}:
            counted[key][row.of, row.party] += row.times
    return {key: [Sighting(party, times) for party, times in found.items()] for key, found in counted.items()}


def states_of(connection: Connection, references: Collection[str], purpose: str) -> dict[str, str]:
    """Of references of ours: `paid`, `begun` (a run of which some is paid), `unwritten` (a run without a file),
    `given_up`, `other` (paid on another account) or `direct`; left out where there is none."""
    rows = connection.execute(_STATES, {"references": list(references), "purpose": purpose})
    return {row[0]: row[1] for row in rows}
