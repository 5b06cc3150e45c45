"""What mails say of bills: new ones, those to pay, credit notes, and what schools dispute of them."""

from collections.abc import Mapping
from typing import Any

from contracts.money import pounds
from gateway.domain.letters import Words
from gateway.domain.london import day

Body = Mapping[str, Any]


def bill_issued(body: Body) -> Words:
    """To the people of the school that is billed."""
    return Words(
        f"Bill {body['number']}: £{pounds(body['gross_pence'])}, due {day(body['due_date'])}",
        f"Your school has a new bill, {body['number']}, of £{pounds(body['gross_pence'])} with VAT. It is due on "
        f"{day(body['due_date'])}.",
        f"/school/bills/{body['bill_id']}",
    )


def direct_bill_recorded(body: Body) -> Words:
    """To the people of the school that a supplier has made its invoice out to."""
    return Words(
        f"Bill {body['number']} to pay to {body['supplier_name']}: £{pounds(body['gross_pence'])}, due "
        f"{day(body['due_date'])}",
        f"{body['supplier_name']} has made its invoice {body['supplier_invoice_number']} of "
        f"£{pounds(body['gross_pence'])} with VAT out to your school, which pays it directly. It is due on "
        f"{day(body['due_date'])}. It is bill {body['number']} in Bursar; nothing of it is owed to the alliance.\n\n"
        "The bill shows whether a line is queried with the supplier. Mark it as paid there when you have paid it.",
        f"/school/bills/{body['bill_id']}",
    )


def bill_reminder(body: Body) -> Words:
    """To the people of the school that has not paid all of a bill."""
    late = body["reminder"]
    when = f"was due on {day(body['due_date'])}" if late else "is due today"
    pay, ask = "Please give", "If a line is not right, dispute it on the bill."
    if body.get("purpose") == "fund":
        pay = "Please pay it into the fund’s own account and give"
        ask = "Your governors confirmed this contribution. If something is not right, tell the alliance."
    return Words(
        f"Bill {body['number']} {'is overdue' if late else 'is due'}: £{pounds(body['open_pence'])} to pay",
        f"Bill {body['number']}, {body['title']}, {when}. £{pounds(body['open_pence'])} of £"
        f"{pounds(body['gross_pence'])} is left to pay. {pay} the reference {body['payment_reference']}.\n\n"
        f"{ask} If you have paid within the last days, nothing is left to do.",
        f"/school/bills/{body['bill_id']}",
    )


def bill_disputed(body: Body) -> Words:
    """To the business managers."""
    return Words(
        f"{body['school_name']} disputes a line of bill {body['bill_number']}",
        f"{body['school_name']} disputes {body['line_name']} on its bill {body['bill_number']}: “{body['why']}”\n\n"
        "Uphold it to claim the money of the supplier, or say why the bill stands.",
        "/alliance/bill-disputes",
    )


def dispute_answered(body: Body) -> Words:
    """To the people of the school that disputed a line of its bill."""
    upheld = body["decision"] == "upheld"
    pence = body["net_pence"] + body["vat_pence"]
    comes = f" £{pounds(pence)} with VAT is claimed of the supplier, and comes back as a credit note."
    return Words(
        f"Bill {body['bill_number']}: your dispute is {'upheld' if upheld else 'declined'}",
        f"About {body['line_name']} on bill {body['bill_number']}: “{body['answer']}”{comes if pence else ''}",
        f"/school/bills/{body['bill_id']}",
    )


def credit_note_issued(body: Body) -> Words:
    """To the people of the school that gets something back."""
    who = f"The supplier has credited £{pounds(body['gross_pence'])} with VAT of what your school was billed on "
    why = ""
    if body.get("purpose") == "fund":
        who = f"£{pounds(body['gross_pence'])} is credited of your school’s contribution to the fund, billed on "
        why = f" Why: {body['why']}"
    elif body.get("why"):
        who = f"£{pounds(body['gross_pence'])} with VAT is credited of what your school was billed on "
        why = f" It is looked at again, and billed anew if it is owed. Why: {body['why']}"
    return Words(
        f"Credit note {body['number']}: £{pounds(body['gross_pence'])} off bill {body['bill_number']}",
        f"{who}{body['bill_number']}. Credit note {body['number']} takes it off that bill.{why}",
        f"/school/credit-notes/{body['credit_note_id']}",
    )
