"""Invariants of the partnership fund: what is asked, confirmed, billed, paid and spent."""

from typing import Final

from bursar.verify.check import Check, Link, gapless
from bursar.verify.told import as_told, kept, last_told

LINKS: Final = (
    Link("fund_line", "fund_year", ("fund_year_id",)),
    Link("fund_contribution", "fund_year", ("fund_year_id",)),
    Link("fund_decision", "fund_contribution", ("fund_contribution_id",), ("school_urn",)),
    Link("bill", "fund_contribution", ("fund_contribution_id",), ("school_urn",)),
    Link("fund_payment", "fund_line", ("fund_year_id", "line_no")),
)

CHECKS: Final = (
    Check(
        "fund_shares_are_the_budget",
        "What schools are asked for is a year's budget less what the fund pays itself, and nobody's is above its cap.",
        """
        SELECT format('%s: schools are asked for %s pence, the budget is %s pence and the fund pays %s', title,
            coalesce(asked.pence, 0), coalesce(budget.pence, 0), from_balance_pence)
        FROM fund_year LEFT JOIN (
            SELECT fund_year_id, sum(amount_pence) AS pence FROM fund_contribution GROUP BY fund_year_id
        ) asked USING (fund_year_id) LEFT JOIN (
            SELECT fund_year_id, sum(amount_pence) AS pence FROM fund_line GROUP BY fund_year_id
        ) budget USING (fund_year_id)
        WHERE proposed_at IS NOT NULL
            AND coalesce(asked.pence, 0) <> coalesce(budget.pence, 0) - from_balance_pence
        UNION ALL
        SELECT format('%s, school %s: %s pence above its cap', title, school_urn, amount_pence - cap_pence)
        FROM fund_contribution JOIN fund_year USING (fund_year_id) WHERE amount_pence > cap_pence
        """,
    ),
    Check(
        "contributions_stand_as_decided",
        "A contribution is confirmed or declined as its governors decided last, and waits where they have not.",
        """
        SELECT format('%s, school %s: %s, the last decision is %s', title, c.school_urn, c.state,
            coalesce(d.decision, 'none'))
        FROM fund_contribution c JOIN fund_year USING (fund_year_id) LEFT JOIN LATERAL (
            SELECT decision FROM fund_decision d WHERE d.fund_contribution_id = c.fund_contribution_id
            ORDER BY version DESC LIMIT 1
        ) d ON true
        WHERE c.state IS DISTINCT FROM coalesce(d.decision, CASE amount_pence WHEN 0 THEN 'nothing' ELSE 'awaiting' END)
        """,
    ),
    Check(
        "fund_bills_are_confirmed",
        "The fund bills what governors confirmed, exactly, on one line outside the scope of VAT, and nothing else.",
        """
        SELECT format('%s: %s pence and %s VAT billed on %s lines; the contribution of %s pence is %s', bill.number,
            gross_pence, bill.vat_pence, lines.count, c.amount_pence, coalesce(c.state, 'missing'))
        FROM bill LEFT JOIN fund_contribution c USING (fund_contribution_id) LEFT JOIN (
            SELECT bill_id, count(*) AS count, sum(net_pence) AS net, min(vat_class) AS vat_class FROM bill_line
            GROUP BY bill_id
        ) lines USING (bill_id)
        WHERE bill.purpose = 'fund' AND (c.state, c.amount_pence, bill.vat_pence, lines.count, lines.net::bigint,
            lines.vat_class) IS DISTINCT FROM ('confirmed', gross_pence, 0, 1, gross_pence, 'O')
        """,
    ),
    Check(
        "fund_spending_is_its_payments",
        "What the ledger says the fund took in and spent is its bills and its payments, until a year's end carries it"
        " forward.",
        """
        WITH posted AS (
            SELECT coalesce(sum(credit_pence - debit_pence) FILTER (WHERE account = '4100'), 0) AS billed,
                coalesce(sum(debit_pence - credit_pence) FILTER (WHERE account = '6100'), 0) AS spent
            FROM entry_line JOIN entry USING (entry_id) WHERE kind <> 'fund_year_end'
        ), documents AS (
            SELECT (SELECT coalesce(sum(gross_pence - credited_pence), 0) FROM bill WHERE purpose = 'fund') AS billed,
                (SELECT coalesce(sum(paid_pence), 0) FROM fund_payment) AS spent
        )
        SELECT format('the ledger says %s pence billed and %s spent, the documents %s and %s', posted.billed,
            posted.spent, documents.billed, documents.spent)
        FROM posted, documents
        WHERE (posted.billed, posted.spent) IS DISTINCT FROM (documents.billed, documents.spent)
        """,
    ),
    Check(
        "fund_years_carry_what_is_left",
        "A closed year carries forward what was billed and not credited less what was spent of it, with interest less"
        " bank charges, and so says the ledger.",
        """
        SELECT format('%s: carries %s pence, the ledger %s; %s billed, %s spent, %s interest less charges', title,
            carried_pence, coalesce(moved.pence, 0), coalesce(billed.pence, 0), coalesce(spent.pence, 0),
            coalesce(moved.bank, 0))
        FROM fund_year LEFT JOIN (
            SELECT fund_year_id, sum(gross_pence - credited_pence) AS pence
            FROM bill JOIN fund_contribution USING (fund_contribution_id) GROUP BY fund_year_id
        ) billed USING (fund_year_id) LEFT JOIN (
            SELECT fund_year_id, sum(paid_pence) AS pence FROM fund_payment GROUP BY fund_year_id
        ) spent USING (fund_year_id) LEFT JOIN (
            SELECT document_id AS fund_year_id,
                sum(credit_pence - debit_pence) FILTER (WHERE account = '3100') AS pence,
                sum(debit_pence - credit_pence) FILTER (WHERE account IN ('5200', '5300')) AS bank
            FROM entry JOIN entry_line USING (entry_id) WHERE kind = 'fund_year_end' GROUP BY document_id
        ) moved USING (fund_year_id)
        WHERE carried_pence <> coalesce(billed.pence, 0) - coalesce(spent.pence, 0) + coalesce(moved.bank, 0)
            OR carried_pence <> coalesce(moved.pence, 0)
        """,
    ),
    as_told(
        "fund_bills_are_told",
        "FundContributionBilled says of every bill for the fund what its row says.",
        kept("bill", "bill_id", "number", "school_urn", "gross_pence", "due_date", where="purpose = 'fund'"),
        last_told("FundContributionBilled", "bill_id", "number", "school_urn", "gross_pence", "due_date"),
    ),
    gapless("FB", "fund_bill", "number", of="(SELECT number FROM bill WHERE purpose = 'fund') fund_bill"),
    gapless("FP", "fund_payment", "number"),
)
