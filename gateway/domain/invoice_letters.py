"""What is said to a supplier of its invoices and credit notes."""

from typing import Final

from contracts.money import pounds
from gateway.domain.letters import Body, Words
from gateway.domain.london import day

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


def remittance_advised(body: Body) -> Words:
    """To the people of the supplier: what is paid to them and when, or that it is not."""
    amount, on = f"£{pounds(body['amount_pence'])}", day(body["pay_on"])
    if body["withdrawn"]:
        return Words(
            f"{amount} announced for {on} will not be paid then",
            f"The payment {body['reference']} of {amount}, announced for {on}, was given up before it was made. Your"
            " invoices stay open; you are told again when they are paid.",
            "/supplier/remittances",
        )
    told = [f"{each['number']} ({each['our_number']}): {_signed(each['amount_pence'])}" for each in body["invoices"]]
    if len(told) > _MOST_REASONS:
        told = [*told[:_MOST_REASONS], f"And {len(told) - _MOST_REASONS} more: see the remittance advice."]
    return Words(
        f"Remittance advice: {amount} on {on}",
        f"{amount} is paid on {on} to your account ending in {body['account_ending']}. Your bank statement will say"
        f" {body['reference']}.\n\n{chr(10).join(told)}\n\nWhere that is less than an invoice’s total, the remittance"
        " advice says which credits were taken off.",
        "/supplier/remittances",
    )


def _signed(pence: int) -> str:
    return f"−£{pounds(-pence)}" if pence < 0 else f"£{pounds(pence)}"


def receipt_awaited(body: Body, school: Body) -> Words:
    """To the people of a school for whose receipt an invoice waits."""
    orders = school["purchase_orders"]
    numbers = " and ".join(order["number"] for order in orders)
    return Words(
        f"{orders[0]['title'] or numbers}: {body['supplier_name']} has sent its invoice. What has arrived?",
        f"Invoice {body['number']} of {body['supplier_name']}, of {day(body['issue_date'])}, is for {numbers}. It "
        "waits until your school has recorded what arrived, and so do the other schools on it. Please record it, also "
        "if nothing came: you are billed for nothing that you have not received.",
        f"/school/deliveries/{orders[0]['purchase_order_id']}",
    )
