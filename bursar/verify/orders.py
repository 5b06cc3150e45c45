"""Invariants of the orders' database: from a school's approved line to the drop that it receives."""

from datetime import date

from bursar.verify import answers, budgets, close, deliveries, documents, subscriptions, told
from bursar.verify.check import Check, Link, gapless, parents
from bursar.verify.told import as_told, kept, kept_sums, last_told
from contracts.vat import vat_rate

_ORDER = ("number", "round_id", "plan_id", "contract_id", "supplier_id")

LINKS = (
    Link("school_order", "school", ("school_urn = urn",)),
    Link("order_line", "school_order", ("round_id", "school_urn")),
    Link("order_line", "round_offer", ("round_id", "offer_id")),
    Link("order_history", "school_order", ("round_id", "school_urn")),
    Link("round_contract", "round", ("round_id",)),
    Link("round_offer", "round_contract", ("round_id", "contract_id")),
    Link("round_tier", "round_offer", ("round_id", "offer_id"), ("supplier_id",)),
    Link("purchase_order", "round", ("round_id",)),
    Link("purchase_order_line", "purchase_order", ("purchase_order_id",), ("supplier_id",)),
    Link("purchase_order_line", "purchase_order", ("purchase_order_id", "round_id"), ("supplier_id",)),
    Link("purchase_order_line", "round_offer", ("round_id", "offer_id"), ("supplier_id",)),
    Link("school_drop", "purchase_order", ("purchase_order_id",), ("round_id", "supplier_id")),
    Link("school_drop", "school_order", ("round_id", "school_urn")),
    Link("drop_line", "school_drop", ("purchase_order_id", "school_urn"), ("supplier_id",)),
    Link("drop_line", "purchase_order_line", ("purchase_order_id", "line_no")),
    Link("amendment", "drop_line", ("purchase_order_id", "school_urn", "line_no"), ("supplier_id",)),
    Link("amendment_step", "amendment", ("amendment_id",), ("purchase_order_id", "school_urn", "supplier_id")),
    Link("receipt", "school_drop", ("purchase_order_id", "school_urn"), ("supplier_id",)),
    Link("receipt_line", "receipt", ("receipt_id",), ("purchase_order_id", "school_urn", "supplier_id")),
    Link("receipt_line", "drop_line", ("purchase_order_id", "school_urn", "line_no")),
    *answers.LINKS,
    *close.LINKS,
    *deliveries.LINKS,
    *documents.LINKS,
    *budgets.LINKS,
    *subscriptions.LINKS,
)

# The rates have been the same since before the first order.
_STANDARD, _REDUCED = vat_rate("S", date.max), vat_rate("S", date.max, reduced=True)

_CLOSE = (
    Check(
        "orders_bear_the_vat_of_their_drops",
        "A purchase order's VAT is what its schools' parts carry, rounded once for each rate.",
        f"""
        WITH carried AS (
            SELECT purchase_order_id, CASE WHEN vat_class <> 'S' THEN 0 WHEN vat_reduced THEN {_REDUCED}
                ELSE {_STANDARD} END AS rate, sum(net_pence) AS net_pence
            FROM drop_line GROUP BY 1, 2
        ), vat AS (
            SELECT purchase_order_id, sum(round(net_pence * rate / 100)) AS vat_pence FROM carried GROUP BY 1
        )
        SELECT format('%s: %s pence of VAT, its drops come to %s', number, p.vat_pence, vat.vat_pence)
        FROM purchase_order p JOIN vat USING (purchase_order_id) WHERE p.vat_pence <> vat.vat_pence
        """,  # noqa: S608 -- rates of contracts.vat
    ),
    Check(
        "approved_lines_are_dropped",
        "Every approved line of a closed round stands in exactly one drop, with its quantity or what the proof granted"
        " of it; nothing else does.",
        """
        WITH granted AS (
            SELECT line.round_id, line.offer_id, share.school_urn, share.granted
            FROM close_share share JOIN close_line line USING (close_line_id)
        ), approved AS (
            SELECT l.round_id, l.school_urn, l.offer_id,
                nullif(coalesce(granted.granted, l.quantity), 0) AS quantity
            FROM order_line l JOIN school_order o USING (round_id, school_urn) JOIN round r USING (round_id)
            LEFT JOIN granted USING (round_id, school_urn, offer_id)
            WHERE o.state = 'approved' AND r.closed_at IS NOT NULL
        ), dropped AS (
            SELECT o.round_id, d.school_urn, l.offer_id, count(*) AS drops, sum(d.quantity) AS quantity
            FROM drop_line_as_closed d JOIN purchase_order_line l USING (purchase_order_id, line_no)
            JOIN purchase_order o USING (purchase_order_id)
            WHERE l.kind = 'goods'
            GROUP BY o.round_id, d.school_urn, l.offer_id
        )
        SELECT format('round %s, school %s, offer %s: approved %s units; in drops %s units, %s times',
            coalesce(r.number, round_id::text), school_urn, coalesce(f.sku, offer_id::text),
            coalesce(approved.quantity, 0), coalesce(dropped.quantity, 0), coalesce(dropped.drops, 0))
        FROM approved FULL JOIN dropped USING (round_id, school_urn, offer_id)
        LEFT JOIN round r USING (round_id) LEFT JOIN round_offer f USING (round_id, offer_id)
        WHERE approved.quantity IS DISTINCT FROM dropped.quantity OR dropped.drops <> 1
        """,
    ),
    Check(
        "closed_rounds_are_decided",
        "In a round that is closed every order is approved, declined or dropped.",
        """
        SELECT format('round %s, school %s: the order is %s', r.number, o.school_urn, o.state)
        FROM school_order o JOIN round r USING (round_id)
        WHERE r.closed_at IS NOT NULL AND o.state NOT IN ('approved', 'declined', 'dropped')
        """,
    ),
    Check(
        "drops_add_up_to_lines",
        "The quantities and shares of all drops add up to each line of their purchase order; a charge is one, shared.",
        """
        SELECT format('%s line %s: %s units and %s pence in drops, %s and %s on the line', o.number, l.line_no,
            coalesce(shared.quantity, 0), coalesce(shared.net_pence, 0), l.quantity, l.net_pence)
        FROM purchase_order_line l JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN (
            SELECT purchase_order_id, line_no, sum(quantity) AS quantity, sum(net_pence) AS net_pence
            FROM drop_line GROUP BY purchase_order_id, line_no
        ) shared USING (purchase_order_id, line_no)
        WHERE (CASE l.kind WHEN 'charge' THEN 0 ELSE l.quantity END, l.net_pence)
            IS DISTINCT FROM (shared.quantity, shared.net_pence)
        """,
    ),
    Check(
        "shares_follow_quantities",
        "At the close a school's share of goods is its quantity's part of the net, to less than a penny.",
        """
        SELECT format('%s line %s, school %s: %s pence for %s of %s units at %s pence', o.number, l.line_no,
            d.school_urn, d.net_pence, d.quantity, l.quantity, l.net_pence)
        FROM drop_line_as_closed d JOIN purchase_order_line_as_closed l USING (purchase_order_id, line_no)
        JOIN purchase_order o USING (purchase_order_id)
        JOIN purchase_order_line goods USING (purchase_order_id, line_no)
        WHERE goods.kind <> 'charge'
            AND abs(d.net_pence::numeric * l.quantity - l.net_pence::numeric * d.quantity) >= l.quantity
        """,
    ),
    Check(
        "lines_add_up_to_orders",
        "The lines of a purchase order add up to its net.",
        """
        SELECT format('%s: lines of %s pence, an order of %s', number, coalesce(lines.net_pence, 0), o.net_pence)
        FROM purchase_order o LEFT JOIN (
            SELECT purchase_order_id, sum(net_pence) AS net_pence FROM purchase_order_line GROUP BY purchase_order_id
        ) lines USING (purchase_order_id)
        WHERE o.net_pence IS DISTINCT FROM lines.net_pence
        """,
    ),
    Check(
        "lines_have_the_price_of_their_tier",
        "A line's unit price is that of the tier which its total reached at the close; its net then was both together.",
        """
        SELECT format('%s line %s: %s units at £%s for %s pence; the tier gives £%s', o.number, l.line_no, l.quantity,
            l.unit_price, l.net_pence, coalesce(tier.unit_price::text, 'no price'))
        FROM purchase_order_line_as_closed l JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN round_tier tier ON tier.round_id = l.round_id AND tier.offer_id = l.offer_id
            AND l.quantity >= tier.applies_from AND l.quantity < tier.applies_below
        WHERE l.offer_id IS NOT NULL AND l.unit_price IS DISTINCT FROM tier.unit_price
            OR l.net_pence <> round(l.quantity * l.unit_price * 100)
        """,
    ),
    Check(
        "tiers_cover_every_quantity",
        "The tiers of an offer in a round cover all quantities from nothing upwards, each exactly once.",
        """
        WITH steps AS (
            SELECT round_id, offer_id, applies_from, applies_below, from_quantity,
                lag(applies_below) OVER ascending AS before, lead(applies_from) OVER ascending AS after
            FROM round_tier WINDOW ascending AS (PARTITION BY round_id, offer_id ORDER BY from_quantity)
        )
        SELECT format('round %s, offer %s: the tier from %s applies to %s up to %s', r.number, f.sku,
            coalesce(from_quantity::text, 'no quantity'), applies_from, applies_below)
        FROM round_offer f JOIN round r USING (round_id) LEFT JOIN steps USING (round_id, offer_id)
        WHERE applies_from IS DISTINCT FROM coalesce(before, 0)
            OR applies_below <> coalesce(after, 9223372036854775807)
            OR (before IS NOT NULL AND applies_from <> from_quantity)
        """,
    ),
    Check(
        "lines_are_under_their_contract",
        "What a purchase order orders was offered under its contract.",
        """
        SELECT format('%s line %s: offer %s is not under the contract %s', o.number, l.line_no, f.sku, o.contract_id)
        FROM purchase_order_line l JOIN purchase_order o USING (purchase_order_id)
        JOIN round_offer f ON f.round_id = l.round_id AND f.offer_id = l.offer_id
        WHERE f.contract_id <> o.contract_id
        """,
    ),
)

_AMENDMENTS = (
    Check(
        "revisions_are_agreed_changes",
        "A purchase order's revisions are 1 for the close and one more for each change that was agreed or taken.",
        """
        SELECT format('%s is revision %s and has %s changes agreed, the last as revision %s', o.number, o.revision,
            coalesce(agreed.changes, 0), coalesce(agreed.last, 1))
        FROM purchase_order o LEFT JOIN (
            SELECT purchase_order_id, count(DISTINCT revision) AS changes, max(revision) AS last
            FROM amendment WHERE state = 'applied' GROUP BY purchase_order_id
        ) agreed USING (purchase_order_id)
        WHERE o.revision <> 1 + coalesce(agreed.changes, 0) OR o.revision <> coalesce(agreed.last, 1)
        """,
    ),
    *answers.CHECKS,
)

_RECEIPTS = (
    Check(
        "receipts_are_on_accepted_orders",
        "Nothing is received on a purchase order that its supplier has not accepted.",
        """
        SELECT format('%s is %s and has %s receipts', number, state, count(*))
        FROM purchase_order JOIN receipt USING (purchase_order_id)
        WHERE state <> 'accepted' GROUP BY purchase_order_id
        """,
    ),
    Check(
        "receipts_add_up",
        "What a drop's line has received is the sum of its receipts.",
        """
        SELECT format('%s line %s, school %s: %s units received, receipts of %s', o.number, line_no, school_urn,
            coalesce(d.quantity_received::text, 'no'), coalesce(listed.quantity::text, 'nothing'))
        FROM drop_line d JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN (
            SELECT purchase_order_id, school_urn, line_no, sum(quantity_received) AS quantity
            FROM receipt_line GROUP BY purchase_order_id, school_urn, line_no
        ) listed USING (purchase_order_id, school_urn, line_no)
        WHERE d.quantity_received IS DISTINCT FROM listed.quantity
        """,
    ),
    Check(
        "drops_are_as_received",
        "A drop is received when all its goods are, awaited until something is recorded, and part in between.",
        """
        SELECT format('%s, school %s: the drop is %s, its lines say %s', o.number, d.school_urn, d.state, lines.state)
        FROM school_drop d JOIN purchase_order o USING (purchase_order_id)
        JOIN (
            SELECT purchase_order_id, school_urn, CASE WHEN bool_and(quantity_received IS NULL) THEN 'awaited'
                WHEN bool_and(coalesce(quantity_received, 0) = drop_line.quantity) THEN 'received' ELSE 'part' END
                AS state
            FROM drop_line JOIN purchase_order_line l USING (purchase_order_id, line_no)
            WHERE l.kind <> 'charge' GROUP BY purchase_order_id, school_urn
        ) lines USING (purchase_order_id, school_urn)
        WHERE d.state <> lines.state
        """,
    ),
)

_NUMBERS = (
    gapless("R", "round", "number"),
    gapless("O", "school_order", "reference"),
    gapless("PO", "purchase_order", "number"),
)

_TOLD = (
    as_told(
        "closes_are_told",
        "Every closed round was told once closed, as its row says.",
        kept(
            "round",
            "round_id",
            "number",
            "title",
            "extract(epoch FROM date_trunc('second', closed_at))::bigint",
            where="closed_at IS NOT NULL",
        ),
        told.CLOSED_ROUNDS,
    ),
    as_told(
        "orders_are_told",
        "PurchaseOrderIssued says of every purchase order what its row says.",
        kept("purchase_order", "purchase_order_id", *_ORDER),
        last_told("PurchaseOrderIssued", "purchase_order_id", *_ORDER),
    ),
    as_told(
        "order_lines_are_told",
        "The lines that PurchaseOrderIssued tells of add up to those of the purchase order.",
        kept_sums("purchase_order_line", "purchase_order_id", *told.PRICED_LINES, "sum(unit_price)"),
        told.ORDER_LINES,
    ),
    as_told(
        "drops_are_told",
        "The lines that DropIssued tells of add up, school by school, to the drops of the purchase order.",
        kept_sums("drop_line", "purchase_order_id", *told.PRICED_LINES, told.WEIGHED_UNITS),
        told.DROPS,
    ),
    as_told(
        "vat_of_drops_is_told",
        "DropIssued says of each school's part of each line which VAT it carries.",
        kept_sums("(SELECT *, vat_reduced AS reduced FROM drop_line) carried", "purchase_order_id", *told.VAT_WEIGHTS),
        told.DROPS_VAT,
    ),
    as_told(
        "answers_are_told",
        "PurchaseOrderAcknowledged says how each purchase order was answered, and why.",
        kept("purchase_order", "purchase_order_id", "state", "reason", where="state <> 'issued'"),
        last_told("PurchaseOrderAcknowledged", "purchase_order_id", "answer", "reason"),
    ),
    as_told(
        "receipts_are_told",
        "The lines that ReceiptRecorded tells of add up, school by school, to the receipts of the purchase order.",
        kept_sums("receipt_line", "purchase_order_id", *told.RECEIVED_LINES),
        told.RECEIPTS,
    ),
)

CHECKS = (
    parents(LINKS),
    *(*_CLOSE, *close.CHECKS, *_AMENDMENTS, *_RECEIPTS, *deliveries.CHECKS, *documents.CHECKS),
    *(*subscriptions.CHECKS, *budgets.CHECKS, *_NUMBERS, *_TOLD),
)
