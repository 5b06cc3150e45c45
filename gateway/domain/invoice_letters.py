"""What is said to a supplier of its invoices and credit notes."""

from typing import Final

from contracts.money import pounds
from gateway.domain.letters import Body, Words

_MOST_REASONS: Final = 10
_SUBJECTS: Final = {
    "received": "is received",
    "accepted": "is accepted",
    "under_query": "is under query",
    "rejected": "is rejected",
    "part_paid": "is paid in part",
    "paid": "is paid",
}
_NEXT: Final = {
    "received": "It waits until every school has recorded what arrived; nothing is asked of you.",
    "accepted": "It agrees with the order and with what the schools received, and will be paid.",
    "under_query": "What is not in question goes on. Send a credit note for what the schools have not received or not"
    " ordered, or tell us if they are mistaken.",
    "rejected": "It will not be paid. Send a new one that answers the reason.",
    "part_paid": "The rest follows, or waits for what is in question.",
    "paid": "Thank you.",
}


def invoice_answered(body: Body) -> Words:
    """To the people of the supplier."""
    what = "Credit note" if body["kind"] == "credit_note" else "Invoice"
    amount, order = f"£{pounds(abs(body['gross_pence']))}", body["purchase_order_number"]
    told = [reason["text"] for reason in body["reasons"]]
    if len(told) > _MOST_REASONS:
        told = [*told[:_MOST_REASONS], f"And {len(told) - _MOST_REASONS} more: see the page of the invoice."]
    reasons = "".join(f"{text}\n" for text in told)
    return Words(
        f"{what} {body['number']} {_SUBJECTS[body['state']]}",
        f"{what} {body['number']} over {amount} on {order} (our number {body['our_number']}) "
        f"{_SUBJECTS[body['state']]}.\n\n{reasons}{chr(10) if reasons else ''}{_NEXT[body['state']]}",
        f"/supplier/invoices/{body['supplier_invoice_id']}",
    )
