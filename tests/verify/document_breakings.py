"""Ways to break what holds of suppliers' documents and of the answers to them."""

from typing import Final

# check, SQL, what is said, checks broken besides
DOCUMENT_BREAKINGS: Final = (
    (
        "documents_are_as_they_came",
        "UPDATE supplier_invoice SET original = 'another file' WHERE our_number = 'SI-000001'",
        "SI-000001: its file has changed",
        (),
    ),
    (
        "suppliers_are_answered",
        """
        UPDATE supplier_invoice_answer a SET state = 'rejected' FROM supplier_invoice i
        WHERE i.supplier_invoice_id = a.supplier_invoice_id AND our_number = 'SI-000001' AND seq = (
            SELECT max(seq) FROM supplier_invoice_answer last WHERE last.supplier_invoice_id = a.supplier_invoice_id)
        """,
        "and the supplier was told that it is rejected",
        (),
    ),
)
