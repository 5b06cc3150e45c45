"""What goes over the wire about the partnership fund. Amounts are pence."""

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from services.billing.api.bill_schemas import BillHeadOut
from services.billing.api.fields import pence, plain_text, whole
from services.billing.api.schemas import HIGHEST_URN
from services.billing.domain.fund import BudgetLine, Plan

MOST_BUDGET_LINES: Final = 40
YEAR_STATES: Final = ("draft", "proposed", "closed", "cancelled")
CONTRIBUTION_STATES: Final = ("nothing", "awaiting", "confirmed", "declined", "lapsed")
PAYMENT_STATES: Final = ("to_pay", "part_paid", "paid", "withdrawn")


class FundBudgetLineIn(Schema):
    """What the fund is to pay for, and how much."""

    name = fields.String(required=True, validate=plain_text(120))
    amount_pence = pence(1, required=True)


class FundCapIn(Schema):
    """The most that one school is asked for; 0 leaves it out."""

    school_urn = whole(1, HIGHEST_URN, required=True)
    cap_pence = pence(0, required=True)


class FundYearIn(Schema):
    """A year of the fund as it is drafted."""

    title = fields.String(required=True, validate=plain_text(80))
    from_on = fields.Date(required=True)
    to_on = fields.Date(required=True)
    basis_on = fields.Date(required=True, metadata={"description": "Each school's newest count of pupils by that day"})
    answer_by = fields.Date(required=True, metadata={"description": "By when the governing bodies are to answer"})
    from_balance_pence = pence(
        0, load_default=0, metadata={"description": "What the fund pays of the budget from what it has"}
    )
    lines = fields.List(
        fields.Nested(FundBudgetLineIn), required=True, validate=validate.Length(min=1, max=MOST_BUDGET_LINES)
    )
    caps = fields.List(fields.Nested(FundCapIn), load_default=list, validate=validate.Length(max=5000))

    @validates_schema
    def _one_cap_each(self, sent: dict[str, Any], **_: object) -> None:
        if len({cap["school_urn"] for cap in sent["caps"]}) < len(sent["caps"]):
            raise ValidationError("A school has one cap.", "caps")


def plan_of(sent: dict[str, Any]) -> Plan:
    """The plan that was sent."""
    caps = {cap["school_urn"]: cap["cap_pence"] for cap in sent["caps"]}
    lines = [BudgetLine(line["name"].strip(), line["amount_pence"]) for line in sent["lines"]]
    names = ("title", "from_on", "to_on", "basis_on", "answer_by", "from_balance_pence")
    return Plan(**{name: sent[name] for name in names}, lines=lines, caps=caps)


class FundDecisionIn(Schema):
    """What the governors decided, and the evidence of it."""

    decision = fields.String(required=True, validate=validate.OneOf(["confirmed", "declined"]))
    governor = fields.String(required=True, validate=plain_text(120))
    decided_on = fields.Date(required=True, metadata={"description": "The day of their meeting"})
    minute_reference = fields.String(required=True, validate=plain_text(80))
    why = fields.String(load_default="", validate=plain_text(500, least=0))

    @pre_load
    def trimmed(self, sent: dict[str, Any], **_: object) -> dict[str, Any]:
        """Text without blanks around it."""
        return {name: value.strip() if isinstance(value, str) else value for name, value in sent.items()}


class FundPaymentIn(Schema):
    """A payment out of the fund."""

    line_no = whole(1, MOST_BUDGET_LINES, required=True)
    pay_on = fields.Date(required=True)
    payee = fields.String(required=True, validate=plain_text(120))
    purpose = fields.String(required=True, validate=plain_text(200))
    evidence = fields.String(
        required=True, validate=plain_text(200), metadata={"description": "The invoice or minute that proves it"}
    )
    amount_pence = pence(1, required=True)


class FundReasonIn(Schema):
    """Why something is taken back or given up."""

    why = fields.String(required=True, validate=plain_text(500))


class FundCreditIn(FundReasonIn):
    """How much of a contribution's bill is given back."""

    amount_pence = pence(1, required=True)


class FundYearHeadOut(Schema):
    """A year of the fund with what all schools together were asked for, confirmed, were billed and have paid."""

    fund_year_id = fields.String()
    title = fields.String()
    from_on = fields.Date()
    to_on = fields.Date()
    basis_on = fields.Date()
    answer_by = fields.Date()
    state = fields.String(validate=validate.OneOf(YEAR_STATES))
    budget_pence = fields.Integer()
    from_balance_pence = fields.Integer()
    schools = fields.Integer(metadata={"description": "How many schools are asked for something"})
    pupils = fields.Integer()
    asked_pence = fields.Integer()
    awaiting_schools = fields.Integer()
    awaiting_pence = fields.Integer()
    confirmed_schools = fields.Integer()
    confirmed_pence = fields.Integer()
    declined_schools = fields.Integer()
    declined_pence = fields.Integer()
    billed_schools = fields.Integer()
    billed_pence = fields.Integer()
    credited_pence = fields.Integer(metadata={"description": "Of what was billed"})
    received_pence = fields.Integer()
    own_state = fields.String(
        allow_none=True,
        validate=validate.OneOf(CONTRIBUTION_STATES),
        metadata={"description": "Of the reader's school, where it is a school that reads"},
    )
    own_pence = fields.Integer(allow_none=True)
    carried_pence = fields.Integer(allow_none=True)
    made_by = fields.String()
    proposed_by = fields.String(allow_none=True)
    proposed_at = fields.DateTime(allow_none=True)
    ended_by = fields.String(allow_none=True)
    ended_at = fields.DateTime(allow_none=True)
    why = fields.String(allow_none=True)
    version = fields.Integer()


class FundLineOut(Schema):
    """A line of the budget, what left the bank for it, and what is to leave it."""

    line_no = fields.Integer()
    name = fields.String()
    amount_pence = fields.Integer()
    spent_pence = fields.Integer()
    to_pay_pence = fields.Integer()


class FundAccountOut(Schema):
    """What moved on the fund's bank account within the year, by the ledger."""

    brought_forward_pence = fields.Integer()
    received_pence = fields.Integer()
    spent_pence = fields.Integer()
    other_pence = fields.Integer(metadata={"description": "Interest, less charges of the bank"})
    balance_pence = fields.Integer()


class FundDecisionOut(Schema):
    """What the governors decided, with its evidence."""

    decision = fields.String(validate=validate.OneOf(["confirmed", "declined"]))
    governor = fields.String()
    decided_on = fields.Date()
    minute_reference = fields.String()
    why = fields.String()
    recorded_by = fields.String()
    recorded_at = fields.DateTime()


class FundContributionOut(Schema):
    """What one school is asked for, by which number of pupils, and what came of it."""

    fund_contribution_id = fields.String()
    fund_year_id = fields.String()
    title = fields.String()
    from_on = fields.Date()
    to_on = fields.Date()
    answer_by = fields.Date()
    year_state = fields.String(validate=validate.OneOf(YEAR_STATES))
    school_urn = fields.Integer()
    school_name = fields.String()
    pupils = fields.Integer()
    pupils_on = fields.Date()
    pupils_source = fields.String()
    cap_pence = fields.Integer(allow_none=True)
    amount_pence = fields.Integer()
    state = fields.String(validate=validate.OneOf(CONTRIBUTION_STATES))
    governor = fields.String(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    minute_reference = fields.String(allow_none=True)
    why = fields.String(allow_none=True)
    bill_id = fields.String(allow_none=True)
    bill_number = fields.String(allow_none=True)
    paid_pence = fields.Integer()
    credited_pence = fields.Integer()
    version = fields.Integer()


class FundContributionWithDecisionsOut(FundContributionOut):
    """A contribution with every decision of its governors, the oldest first."""

    decisions = fields.List(fields.Nested(FundDecisionOut))


class FundPaymentOut(Schema):
    """A payment out of the fund."""

    fund_payment_id = fields.String()
    number = fields.String()
    line_no = fields.Integer()
    line_name = fields.String()
    pay_on = fields.Date()
    payee = fields.String()
    purpose = fields.String()
    evidence = fields.String()
    amount_pence = fields.Integer()
    paid_pence = fields.Integer()
    state = fields.String(validate=validate.OneOf(PAYMENT_STATES))
    withdrawn_why = fields.String(allow_none=True)
    recorded_by = fields.String()


class FundYearOut(FundYearHeadOut):
    """A year with everything of it that the reader may see: of contributions, a school has its own."""

    lines = fields.List(fields.Nested(FundLineOut))
    caps = fields.List(fields.Nested(FundCapIn))
    account = fields.Nested(FundAccountOut)
    contributions = fields.List(fields.Nested(FundContributionOut))
    payments = fields.List(fields.Nested(FundPaymentOut))


class FundYearList(Schema):
    """The years of the fund, the newest first."""

    items = fields.List(fields.Nested(FundYearHeadOut))
    next = fields.String(allow_none=True)


class FundShareOut(Schema):
    """What a draft would ask of one member."""

    school_urn = fields.Integer()
    school_name = fields.String()
    pupils = fields.Integer(allow_none=True)
    pupils_on = fields.Date(allow_none=True)
    pupils_source = fields.String(allow_none=True)
    cap_pence = fields.Integer(allow_none=True)
    amount_pence = fields.Integer(allow_none=True)


class FundAllocationOut(Schema):
    """What a draft would ask of each member; `fault` says why it cannot be shared."""

    items = fields.List(fields.Nested(FundShareOut))
    fault = fields.String()


class FundBillsOut(Schema):
    """The bills issued now."""

    items = fields.List(fields.Nested(BillHeadOut))
    next = fields.String(allow_none=True)
