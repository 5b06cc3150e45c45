"""A year of the partnership fund in a life: one school confirms and pays, the fund spends, and the year ends."""

from datetime import UTC, datetime
from typing import Any

from chassis.actor import Actor
from chassis.database import Database
from services.billing.domain.fund import BudgetLine, Plan
from services.billing.usecases.bill_contributions import bill_contributions
from services.billing.usecases.decide_contribution import Evidence, decide_contribution
from services.billing.usecases.end_fund_year import close_fund_year
from services.billing.usecases.import_bank_statement import import_statement
from services.billing.usecases.keep_bank_accounts import tell_account
from services.billing.usecases.keep_fund_year import draft_year, propose_year
from services.billing.usecases.spend_fund import record_payment

_ACCOUNT = "87654321"


def keep_a_fund(billing: Database, manager: Actor, urn: int) -> None:
    """The school's governors confirm; it pays, the fund pays for a meeting, and the year is closed."""
    now, over = datetime.now(UTC), datetime(2031, 9, 1, 9, tzinfo=UTC)
    first = now.date().replace(month=1, day=1)
    plan = Plan(
        title="Partnership fund",
        from_on=first,
        to_on=first.replace(month=12, day=31),
        basis_on=now.date(),
        answer_by=first.replace(month=12, day=31),
        lines=[BudgetLine("Safeguarding network", 300_000)],
    )
    draft = draft_year(billing, manager, plan, now)
    year = propose_year(billing, manager, draft.head.fund_year_id, draft.head.version, now)
    own = next(row for row in year.contributions if row.school_urn == urn)
    governor = Actor("school", None, "Ada Byron", frozenset({"governor"}), school_urn=urn)
    evidence = Evidence("Ada Byron", now.date(), "FGB 1, item 7")
    decide_contribution(billing, governor, own.fund_contribution_id, "confirmed", evidence, own.version, now)
    (bill,) = bill_contributions(billing, manager, draft.head.fund_year_id)
    tell_account(billing, manager, {"account": _ACCOUNT, "name": "Partnership fund", "purpose": "fund"})
    _import(billing, manager, bill.gross_pence, bill.payment_reference)
    payment: dict[str, Any] = {"payee": "Trust", "purpose": "Meeting", "evidence": "KST-118", "amount_pence": 9_000}
    paid = record_payment(billing, manager, draft.head.fund_year_id, line_no=1, pay_on=now.date(), **payment)
    _import(billing, manager, -9_000, paid.payments[0].number)
    close_fund_year(billing, manager, draft.head.fund_year_id, over)


def _import(billing: Database, manager: Actor, pence: int, reference: str) -> None:
    row = f"2026-11-20,{pence / 100:.2f},Payer,{reference}\n"
    import_statement(billing, manager, f"date,amount,counterparty,reference\n{row}".encode(), _ACCOUNT)
