"""The reverse charge (VAT category AE): the supplier charges no VAT, the buyer accounts for it (VAT Act 1994, s. 55A).

The alliance accounts for what it recharges: the VAT is due to HMRC as output VAT and comes back as input VAT, and none
of it is owed to the supplier or billed to a school. What is settled directly, the school accounts for itself.
"""

from dataclasses import replace
from typing import Final

from contracts.vat import vat_pence, vat_rate
from services.billing.domain.invoice import SupplierInvoice
from services.billing.domain.ledger import Entry, Posting

INPUT_VAT: Final = "1400"
OUTPUT_VAT: Final = "2200"


def reverse_vat_pence(invoice: SupplierInvoice) -> int:
    """The VAT in pence that the buyer accounts for: of all lines of category AE together, at the standard rate of the
    invoice's day, rounded once; negative for a credit note."""
    net = sum(line.net_pence for line in invoice.lines if line.vat_class == "AE")
    return vat_pence(net, vat_rate("S", invoice.issue_date)) if net else 0


def with_reverse_charge(entry: Entry, supplier_id: str, pence: int) -> Entry:
    """The entry of a supplier's invoice with the VAT that is accounted for under the reverse charge on both sides."""
    if not pence:
        return entry
    debit, credit = (INPUT_VAT, OUTPUT_VAT) if pence > 0 else (OUTPUT_VAT, INPUT_VAT)
    added = (
        Posting(debit, debit_pence=abs(pence), supplier_id=supplier_id),
        Posting(credit, credit_pence=abs(pence), supplier_id=supplier_id),
    )
    return replace(entry, postings=(*entry.postings, *added))
