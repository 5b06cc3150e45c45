"""What is said to the alliance's managers of its ledger."""

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
