"""How much of a noisy statement posts by itself, whether all of that is right, and how good the suggestions are."""

import pytest

from services.billing.domain.bank_money import Outcome
from services.billing.domain.reconciliation import reconcile
from tests.billing.noisy_statements import Statement, noisy_statement, open_bills, open_outgoings


def shares(found: Outcome, rank: int) -> dict[str, int]:
    """What the outcome posts (rank 0), or its suggestion of that rank settles, by document."""
    chosen = found.posts if rank == 0 else found.proposals[rank - 1].shares
    return {share.item.document_id: share.pence for share in chosen if share.item}


def right(statement: Statement, line_id: str, settled: dict[str, int]) -> bool:
    """Whether that is what the line truly pays; of a bill that was paid twice either line may be the payment."""
    twin = statement.twins.get(line_id)
    return bool(settled) and settled in (statement.truth[line_id], statement.truth.get(twin or "", {}))


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_what_posts_is_right_and_the_rest_is_among_the_first_three(seed: int) -> None:
    bills = open_bills(1500, of=120, seed=seed)
    statement = noisy_statement(bills, seed)
    found = reconcile(statement.lines, bills)
    posted = {line_id: shares(outcome, 0) for line_id, outcome in found.items() if outcome.posts}
    wrong = {line_id for line_id, settled in posted.items() if not right(statement, line_id, settled)}
    assert not wrong  # precision of automatic posting: 100 %
    payers = {
        line_id
        for line_id, truth in statement.truth.items()
        if truth and (line_id in posted or statement.twins.get(line_id) not in posted)
    }
    among_three = {
        line_id
        for line_id in payers - set(posted)
        if any(right(statement, line_id, shares(found[line_id], rank)) for rank in (1, 2, 3)
               if rank <= len(found[line_id].proposals))
    }  # fmt: skip
    automatic = len(payers & set(posted)) / len(payers)
    assert automatic >= 0.9
    assert (len(payers & set(posted)) + len(among_three)) / len(payers) >= 0.98, sorted(
        statement.kinds[line_id] for line_id in payers - set(posted) - among_three
    )


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_money_that_goes_out_posts_right_and_is_among_the_first_three(seed: int) -> None:
    bills = open_bills(600, of=80, seed=seed)
    outgoings = open_outgoings(400, bills, seed)
    statement = noisy_statement(bills, seed, outgoings)
    found = reconcile(statement.lines, [*bills, *outgoings])
    posted = {line_id: shares(outcome, 0) for line_id, outcome in found.items() if outcome.posts}
    assert not {line_id for line_id, settled in posted.items() if not right(statement, line_id, settled)}
    out = {line_id for line_id, kind in statement.kinds.items() if kind.startswith(("supplier", "refund"))}
    among = {
        line_id
        for line_id in out - set(posted)
        if any(right(statement, line_id, shares(found[line_id], rank)) for rank in (1, 2, 3)
               if rank <= len(found[line_id].proposals))
    }  # fmt: skip
    named = {line_id for line_id in out if statement.kinds[line_id].partition(": ")[2] in ("whole", "run")}
    named |= {line_id for line_id in out if statement.kinds[line_id].endswith("by supplier")}
    assert named <= set(posted)
    assert len((out & set(posted)) | among) / len(out) >= 0.98


def test_no_bill_is_settled_beyond_what_is_open() -> None:
    bills = open_bills(600, of=60, seed=9)
    statement = noisy_statement(bills, 9)
    found = reconcile(statement.lines, bills)
    for ranks in (0, 1):
        settled: dict[str, int] = {}
        for outcome in found.values():
            if outcome.posts or (ranks and outcome.proposals):
                for document_id, pence in shares(outcome, 0 if outcome.posts else 1).items():
                    settled[document_id] = settled.get(document_id, 0) + pence
        over = {bill.document_id for bill in bills if settled.get(bill.document_id, 0) > bill.open_pence}
        parts = {line_id for line_id, kind in statement.kinds.items() if kind.startswith(("in parts", "penny"))}
        doubtful = {document for line_id in parts for document in statement.truth[line_id]}
        assert over <= doubtful if ranks else not over
