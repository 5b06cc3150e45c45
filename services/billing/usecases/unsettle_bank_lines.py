"""Take back what bank lines settled."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from services.billing.domain.bank_errors import RefundStands
from services.billing.domain.fund_errors import FundYearClosed
from services.billing.storage import bank, bank_matches, fund_payments, held_money, payment_runs
from services.billing.usecases.reverse_entries import reverse_entries
from services.billing.usecases.settle_bank_lines import SUPPLIER_KINDS, tell_suppliers


def unsettle(connection: Connection, matches: Sequence[Row[Any]], by: str, why: str, *, whole: bool = True) -> None:
    """Take matches back, `whole` unless others of the same lines stand: nothing counts as paid, entries are reversed.

    Raises PeriodClosed, RefundStands, and FundYearClosed where a closed year of the fund has spent it.
    """
    _must_be_in_no_other_run(connection, matches)
    from_fund = [match for match in matches if match.kind == "fund_payment"]
    if closed := fund_payments.closed_years(connection, [match.document_id for match in from_fund]):
        raise FundYearClosed(f"{closed[0]} is closed, and what it spent was carried forward.")
    postings = sorted({match.posting_id for match in matches if match.posting_id})
    if refunded := bank_matches.paid_back_since(connection, postings):
        raise RefundStands(f"Money was paid or came back on {', '.join(refunded)} since. Undo that first.")
    reverse_entries(connection, postings, by, why)
    bank_matches.take_back(connection, postings)
    held_money.take_back(connection, postings)
    bank_matches.pay_from_fund(
        connection,
        [{"fund_payment_id": match.document_id, "pence": match.amount_pence} for match in from_fund],
    )
    bank_matches.mark_undone(connection, [match.bank_match_id for match in matches], by)
    bank.set_state(connection, sorted({match.bank_line_id for match in matches if whole}), "new")
    tell_suppliers(connection, {match.document_id for match in matches if match.kind in SUPPLIER_KINDS})


def _must_be_in_no_other_run(connection: Connection, matches: Collection[Row[Any]]) -> None:
    """What came back of a run and is in another by now stays as that other found it."""
    paid: dict[str, list[str]] = defaultdict(list)
    for match in matches:
        if match.payment_run_id:
            paid[match.payment_run_id].append(match.document_id)
    for run_id, documents in paid.items():
        for number in payment_runs.others_with(connection, run_id, documents).values():
            raise RefundStands(f"{number} pays some of this by now. Give that run up first.")
