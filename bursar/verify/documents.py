"""Invariants of purchase orders' documents: there for each revision, and as they were made."""

from bursar.verify.check import Check, Link

LINKS = (Link("purchase_order_document", "purchase_order", ("purchase_order_id",), ("supplier_id",)),)

CHECKS = (
    Check(
        "documents_are_as_they_were_made",
        "What is kept of a purchase order's documents is byte for byte what was made: its hash says so.",
        """
        SELECT format('%s, revision %s, %s for the %s', o.number, d.revision, d.form, d.audience)
        FROM purchase_order_document d JOIN purchase_order o USING (purchase_order_id)
        WHERE d.sha256 <> sha256(d.content)
        """,
    ),
    Check(
        "orders_have_their_documents",
        "A revision whose documents were asked for has all three for its supplier, and none is of a later revision.",
        """
        SELECT format('%s, revision %s: %s documents, the latest of revision %s', o.number, o.documents_revision,
            count(d.form) FILTER (WHERE d.revision = o.documents_revision), max(d.revision))
        FROM purchase_order o LEFT JOIN purchase_order_document d ON d.purchase_order_id = o.purchase_order_id
            AND d.audience = 'supplier' AND d.form IN ('pdf', 'xlsx', 'xml')
        WHERE o.documents_revision > 0
        GROUP BY o.number, o.documents_revision, o.revision
        HAVING count(d.form) FILTER (WHERE d.revision = o.documents_revision) <> 3 OR max(d.revision) > o.revision
        """,
    ),
)
