"""A school disputes a line of its bill; the manager upholds that, and claims it of the supplier, or declines it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from contracts.london import london_day
from services.billing.domain.bill_errors import DisputeAnswered, DisputeCredited, LineDisputed, LineNotDisputable
from services.billing.domain.deciding import Decision, decide
from services.billing.domain.disputing import upheld_amount
from services.billing.domain.match_facts import NOTHING, Amount
from services.billing.storage import bills, decisions, disputes, orders, periods
from services.billing.usecases.match_invoices import match_invoices


def list_disputes(
    database: Database, actor: Actor, *, state: str | None, school_urn: int | None, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of disputes by their ids, and where the next begins."""
    with database.transaction(actor) as connection:
        found = disputes.list_disputes(connection, state=state, school_urn=school_urn, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].dispute_id if len(found) > limit else None


def raise_dispute(database: Database, actor: Actor, bill_id: str, line_no: int, why: str) -> Row[Any]:
    """Dispute a line of the actor's own bill, with the reason. Raises NotFound, LineNotDisputable, LineDisputed."""
    with database.transaction(actor) as connection:
        found = bills.get_bills(connection, [bill_id])
        if not found:
            raise NotFound("There is no such bill.")
        _match(connection, bill_id, line_no)
        row = {
            "dispute": str(uuid4()),
            "bill": bill_id,
            "line_no": line_no,
            "urn": found[0].school_urn,
            "why": why,
            "by": actor.name,
        }
        if not disputes.add_dispute(connection, row):
            raise LineDisputed("This line is disputed already. The business manager answers first.")
        raised = _dispute(connection, row["dispute"])
        append(connection, "BillDisputed", key=f"bill:{bill_id}", body=_told(raised))
        return raised


def withdraw_dispute(database: Database, actor: Actor, dispute_id: str) -> Row[Any]:
    """Take back a dispute that is not answered yet. Raises NotFound, DisputeAnswered."""
    with database.transaction(actor) as connection:
        _lock(connection, dispute_id)
        _answer(connection, actor, dispute_id, "withdrawn", "Taken back by the school.", NOTHING)
        return _dispute(connection, dispute_id)


def decline_dispute(database: Database, actor: Actor, dispute_id: str, answer: str) -> Row[Any]:
    """Let the bill stand, with the reason; one that was upheld is so taken back, and nothing is claimed of it any more.

    What is upheld is taken back until the supplier has credited any of the line, or the month in which it was upheld is
    closed. Raises NotFound, DisputeAnswered, DisputeCredited, PeriodClosed.
    """
    with database.transaction(actor) as connection:
        dispute = _lock(connection, dispute_id, ("open", "upheld"))
        if dispute.state == "upheld":
            _take_back(connection, actor, dispute, answer)
        _answer(connection, actor, dispute_id, "declined", answer, NOTHING)
        return _tell_answer(connection, dispute_id)


def uphold_dispute(
    database: Database, actor: Actor, dispute_id: str, answer: str, net_pence: int | None = None
) -> Row[Any]:
    """Claim the line, or so much of its net, of the supplier; the school gets it back as the supplier credits it.

    Nobody's budget pays for another's mistake, so no other school's figures change. On a bill that the school pays the
    supplier itself the line is held instead. Raises NotFound, DisputeAnswered, LineNotDisputable, UpheldTooMuch.
    """
    with database.transaction(actor) as connection:
        dispute = _lock(connection, dispute_id)
        match = _match(connection, dispute.bill_id, dispute.line_no)
        orders.lock_orders(connection, [match.purchase_order_id])
        match = _match(connection, dispute.bill_id, dispute.line_no)
        decision: Decision = "disputed"
        amount = NOTHING
        if match.state == "billed":
            decision = "credit_requested"
            amount = upheld_amount(_amount(match, "billable"), _gone(match), net_pence)
            disputes.set_upheld(connection, match, _amount(match, "upheld") + amount)
            match_invoices(connection, [match.purchase_order_id])
        _answer(connection, actor, dispute_id, "upheld", answer, amount)
        _decide(connection, actor, match, decision, f"{dispute.school_name}: {dispute.why}")
        return _tell_answer(connection, dispute_id)


def _take_back(connection: Connection, actor: Actor, dispute: Row[Any], why: str) -> None:
    """Let the match be as if the dispute had not been upheld; what the line's other disputes claim stands."""
    periods.refuse_closed(connection, london_day(dispute.answered_at))
    orders.lock_orders(connection, [_match(connection, dispute.bill_id, dispute.line_no).purchase_order_id])
    match = _match(connection, dispute.bill_id, dispute.line_no)
    if match.credited_pence:
        raise DisputeCredited("The supplier has credited this line: the answer stands.")
    others = disputes.upheld_beside(connection, dispute.dispute_id)
    if match.state == "billed":
        upheld = NOTHING
        for other in others:  # the money as it was answered, and its units
            claimed = upheld_amount(_amount(match, "billable"), upheld, other.net_pence)
            upheld += replace(claimed, vat_pence=other.vat_pence)
        disputes.set_upheld(connection, match, upheld)
        match_invoices(connection, [match.purchase_order_id])
    if not others and (match.credit_requested if match.state == "billed" else match.disputed):
        _decide(connection, actor, match, "withdrawn", f"{dispute.school_name}: {why}")


def _told(dispute: Row[Any]) -> dict[str, Any]:
    names = ("dispute_id", "bill_id", "bill_number", "line_no", "line_name", "school_urn", "school_name", "why")
    return {name: getattr(dispute, name) for name in names}


def _tell_answer(connection: Connection, dispute_id: str) -> Row[Any]:
    dispute = _dispute(connection, dispute_id)
    amounts = {"net_pence": dispute.net_pence, "vat_pence": dispute.vat_pence}
    body = {**_told(dispute), "decision": dispute.state, "answer": dispute.answer, **amounts}
    append(connection, "BillDisputeAnswered", key=f"bill:{dispute.bill_id}", body=body)
    return dispute


def _decide(connection: Connection, actor: Actor, match: Row[Any], decision: Decision, why: str) -> None:
    """Note the decision on the match and let it stand, as if the manager had made it on the workbench."""
    key = (match.supplier_invoice_id, match.line_no, match.school_urn)
    [found] = decisions.matches_to_decide(connection, [key]).values()
    stand = decide(decision, found)
    decisions.note_decisions(connection, [key], decision, who=actor.name, person_id=actor.person_id, why=why)
    decisions.set_stands(connection, {key: stand})
    match_invoices(connection, [match.purchase_order_id])


def _match(connection: Connection, bill_id: str, line_no: int) -> Row[Any]:
    found = disputes.match_of_line(connection, bill_id, line_no)
    if found is None:
        raise LineNotDisputable("The bill has no such line that a supplier has invoiced, or it was taken off.")
    return found


def _gone(match: Row[Any]) -> Amount:
    """What the school was given back of a line, or is to be: what is upheld comes back with the supplier's credit."""
    returned, upheld = _amount(match, "returned"), _amount(match, "upheld")
    return Amount(
        max(returned.quantity, upheld.quantity),
        max(returned.net_pence, upheld.net_pence),
        max(returned.vat_pence, upheld.vat_pence),
    )


def _amount(match: Row[Any], name: str) -> Amount:
    return Amount(*(getattr(match, f"{name}_{figure}") for figure in ("quantity", "net_pence", "vat_pence")))


def _lock(connection: Connection, dispute_id: str, states: Collection[str] = ("open",)) -> Row[Any]:
    state = disputes.lock_state(connection, dispute_id)
    if state is None:
        raise NotFound("There is no such dispute.")
    if state not in states:
        raise DisputeAnswered("This dispute is answered already.")
    return _dispute(connection, dispute_id)


def _answer(connection: Connection, actor: Actor, dispute_id: str, state: str, answer: str, amount: Amount) -> None:
    amounts = {"net_pence": amount.net_pence, "vat_pence": amount.vat_pence}
    row = {"dispute": dispute_id, "state": state, "answer": answer, "by": actor.name, **amounts}
    disputes.answer_dispute(connection, row)


def _dispute(connection: Connection, dispute_id: str) -> Row[Any]:
    found = disputes.find_dispute(connection, dispute_id)
    if found is None:
        raise NotFound("There is no such dispute.")
    return found
