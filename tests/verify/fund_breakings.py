"""Ways to break what holds of the partnership fund."""

from typing import Final

_BILL: Final = "(SELECT bill_id FROM bill WHERE number = 'FB-000001')"
_UNGUARDED: Final = "ALTER TABLE fund_contribution DISABLE TRIGGER USER; "

# check, SQL, what is said, checks broken besides
FUND_BREAKINGS: Final = (
    (
        "fund_shares_are_the_budget",
        "UPDATE fund_line SET amount_pence = amount_pence + 1",
        "the budget is 300001 pence",
        (),
    ),
    (
        "contributions_stand_as_decided",
        f"{_UNGUARDED} UPDATE fund_contribution SET state = 'declined' WHERE school_urn = 900002",
        "school 900002: declined, the last decision is none",
        (),
    ),
    (
        "fund_bills_are_confirmed",
        f"UPDATE bill_line SET vat_class = 'E' WHERE bill_id = {_BILL}",
        "FB-000001: ",
        (),
    ),
    (
        "fund_spending_is_its_payments",
        "UPDATE entry_line SET account = '5200' WHERE account = '6100' AND debit_pence > 0",
        "the ledger says ",
        (),
    ),
    (
        "fund_years_carry_what_is_left",
        "UPDATE fund_year SET carried_pence = carried_pence + 1",
        "Partnership fund: carries ",
        (),
    ),
    (
        "fund_bills_are_told",
        """
        UPDATE event_log SET body = jsonb_set(body, '{gross_pence}', '1') WHERE type = 'FundContributionBilled'
        """,
        "FB-000001",
        (),
    ),
    (
        "fund_bill_numbers_have_no_gaps",
        f"UPDATE bill SET number = 'FB-000002' WHERE bill_id = {_BILL}",
        "FB 2 follows FB 0",
        ("billing.fund_bills_are_told",),
        2,
    ),
    (
        "fund_payment_numbers_have_no_gaps",
        "UPDATE fund_payment SET number = 'FP-000002'",
        "FP 2 follows FP 0",
        (),
        2,
    ),
)
