"""What is said to the alliance's managers of what waits for a second one of them."""

from contracts.money import pounds
from gateway.domain.letters import Body, Words
from gateway.domain.london import day


def journal_waiting(body: Body) -> Words:
    """To the business managers who did not propose it."""
    amount, by = f"£{pounds(body['pence'])}", body["proposed_by"] or "A manager"
    return Words(
        f"Journal {body['number']} of {amount} waits for approval",
        f"{by} proposes to post {amount} by hand, dated {day(body['dated_on'])}: {body['why']}\n\nNothing is posted"
        " before somebody else approves it. Look at its lines, and approve or decline it.",
        f"/alliance/ledger/journals/{body['manual_journal_id']}",
    )


def payment_run_waiting(body: Body) -> Words:
    """To the business managers who did not propose it."""
    amount, by, suppliers = (
        f"£{pounds(body['total_pence'])}",
        body["proposed_by"] or "A manager",
        body["supplier_count"],
    )
    return Words(
        f"Payment run {body['number']} of {amount} waits for approval",
        f"{by} proposes to pay {amount} to {suppliers} {'supplier' if suppliers == 1 else 'suppliers'} on"
        f" {day(body['pay_on'])}.\n\nNothing is paid before somebody else approves it, and the bank needs the file two"
        " working days ahead. Look at what it pays, and approve it or give it up.",
        f"/alliance/payments/{body['payment_run_id']}",
    )
