"""What is said to a school of its contribution to the partnership fund."""

from contracts.money import pounds
from gateway.domain.letters import Body, Words
from gateway.domain.london import day


def contribution_asked(body: Body) -> Words:
    """To the governors of a school, and to those who lead it: what is asked, by which number, and until when."""
    amount, by = f"£{pounds(body['amount_pence'])}", day(body["answer_by"])
    again = "Still waiting: " if body["reminder"] else ""
    return Words(
        f"{again}{body['title']}: {amount} awaits your governors",
        f"Your school’s contribution to {body['title']} is {amount}, by {body['pupils']:,} pupils on"
        f" {day(body['pupils_on'])}. Please put it before your governing body and record what it decided, with the date"
        f" and the reference of the minute, by {by}.\n\nNothing is billed unless your governors confirm it. What they"
        " decide changes no other school’s contribution.",
        f"/school/fund/{body['fund_year_id']}",
    )


def contribution_withdrawn(body: Body) -> Words:
    """To those who were asked, once the year is taken back to a draft, or cancelled with the reason."""
    amount, by = f"£{pounds(body['amount_pence'])}", body["by"] or "The alliance"
    if body["cancelled"]:
        return Words(
            f"{body['title']} is cancelled",
            f"{by} has cancelled {body['title']}: {body['why']}\n\nYour school is no longer asked for {amount}, and"
            " nothing is billed for it.",
            f"/school/fund/{body['fund_year_id']}",
        )
    return Words(
        f"{body['title']}: your governors need not decide for now",
        f"{by} has taken {body['title']} back to change its budget. Your school is no longer asked for {amount}. Your"
        " governing body is asked anew once the budget is changed.",
        "/school/fund",
    )


def contribution_billed(body: Body) -> Words:
    """To the people of the school that is billed."""
    amount = f"£{pounds(body['gross_pence'])}"
    return Words(
        f"Bill {body['number']}: {amount} for {body['title']}, due {day(body['due_date'])}",
        f"Your governors confirmed your school’s contribution to {body['title']}. It is billed on {body['number']}:"
        f" {amount}, due on {day(body['due_date'])}. Please pay it into the fund’s own account and give the reference"
        f" {body['payment_reference']}.",
        f"/school/bills/{body['bill_id']}",
    )
