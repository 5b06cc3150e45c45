"""What goes over the wire about the ledger and its months. Amounts are pence."""

import re
from contextlib import suppress
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.billing.api.fields import Day, plain_text, whole
from services.billing.api.schemas import HIGHEST_URN, MOST_PER_PAGE
from services.billing.domain.chart import KINDS

SEVERITIES = ["blocking", "warning"]
ADJUSTMENTS = ["accrual", "prepayment", "deferred_income"]


class PostingPlace(fields.String):
    """A place in a list of postings, "2026-11-30.J-000001.2" on the wire: day, number of the entry, line."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.(J-\d{6,12})\.(\d{1,6})", text or "", re.ASCII)
        with suppress(ValueError):
            if found or not text:
                return (date.fromisoformat(found[1]), found[2], int(found[3])) if found else None
        raise ValidationError("Not a place in the list.")


class DayQuery(Schema):
    """As at which day; today if none is given."""

    as_at = Day(load_default=None)


class BalanceOut(Schema):
    """One account's balance, on the side on which it stands."""

    account = fields.String()
    name = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    cfr_code = fields.String(allow_none=True)
    academies_code = fields.String(allow_none=True)
    debit_pence = fields.Integer()
    credit_pence = fields.Integer()


class TrialBalanceOut(Schema):
    """The balance of every account that was posted to by the end of the day."""

    items = fields.List(fields.Nested(BalanceOut))


class PostingsQuery(Schema):
    """Which postings: of an account, between two days, of one school or supplier if named."""

    account = fields.String(required=True, validate=plain_text(12))
    from_day = Day(load_default=None)
    to_day = Day(load_default=None)
    school_urn = fields.Integer(load_default=None, validate=validate.Range(1, HIGHEST_URN))
    supplier_id = fields.UUID(load_default=None)
    after = PostingPlace(load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))


class PostingOut(Schema):
    """One side of an entry. `dated_on` is the document's day; it is posted later where that month was closed."""

    entry_id = fields.String()
    number = fields.String()
    line_no = fields.Integer()
    kind = fields.String()
    document_id = fields.String()
    document_number = fields.String()
    posted_on = fields.Date()
    dated_on = fields.Date()
    description = fields.String()
    school_urn = fields.Integer(allow_none=True)
    supplier_id = fields.String(allow_none=True)
    party = fields.String()
    debit_pence = fields.Integer()
    credit_pence = fields.Integer()


class PostingPage(Schema):
    """A page of postings; the balances are debit less credit, before the first day asked for and after the last."""

    account = fields.String()
    name = fields.String()
    opening_pence = fields.Integer()
    closing_pence = fields.Integer()
    items = fields.List(fields.Nested(PostingOut))
    next = fields.String(allow_none=True)


class EntryLineOut(Schema):
    """One side of an entry, on an account, and whose it is."""

    line_no = fields.Integer()
    account = fields.String()
    account_name = fields.String()
    school_urn = fields.Integer(allow_none=True)
    supplier_id = fields.String(allow_none=True)
    party = fields.String()
    debit_pence = fields.Integer()
    credit_pence = fields.Integer()


class EntryOut(Schema):
    """An entry with its lines, and the entry that it reverses or that reverses it."""

    entry_id = fields.String()
    number = fields.String()
    kind = fields.String()
    document_id = fields.String()
    document_number = fields.String()
    posted_on = fields.Date()
    dated_on = fields.Date()
    description = fields.String()
    posted_by = fields.String()
    posted_at = fields.AwareDateTime()
    reverses_entry_id = fields.String(allow_none=True)
    reverses_number = fields.String(allow_none=True)
    reverses_kind = fields.String(allow_none=True)
    reversed_entry_id = fields.String(allow_none=True)
    reversed_number = fields.String(allow_none=True)
    lines = fields.List(fields.Nested(EntryLineOut))


class MonthHeadOut(Schema):
    """A month of the books, named by its first day."""

    month = fields.Date()
    state = fields.String(validate=validate.OneOf(["open", "closed"]))
    version = fields.Integer()
    changed_at = fields.AwareDateTime(allow_none=True)
    changed_by = fields.String(allow_none=True)


class MonthsOut(Schema):
    """Every month of the books, the latest first, and the month (1 to 12) in which the alliance's own year begins."""

    items = fields.List(fields.Nested(MonthHeadOut))
    next = fields.String(allow_none=True)
    year_begins_in = fields.Integer()
    year_version = fields.Integer()


class PointOut(Schema):
    """One question of the checklist: `count` things are open, of so many pence; an open one blocks, or warns."""

    name = fields.String()
    severity = fields.String(validate=validate.OneOf(SEVERITIES))
    says = fields.String()
    count = fields.Integer()
    pence = fields.Integer()
    open = fields.Boolean()


class ProposalOut(Schema):
    """An accrual or prepayment that is to be posted at the end of the month."""

    key = fields.String()
    kind = fields.String(validate=validate.OneOf(ADJUSTMENTS))
    document_id = fields.String()
    document_number = fields.String()
    description = fields.String()
    pence = fields.Integer()


class AdjustmentOut(Schema):
    """An accrual or prepayment that was posted; `stale` where it no longer comes to what is known."""

    adjustment_id = fields.String()
    number = fields.String()
    kind = fields.String(validate=validate.OneOf(ADJUSTMENTS))
    document_id = fields.String()
    document_number = fields.String()
    description = fields.String()
    pence = fields.Integer()
    posted_by = fields.String()
    posted_at = fields.AwareDateTime()
    undone_by = fields.String(allow_none=True)
    undone_at = fields.AwareDateTime(allow_none=True)
    stale = fields.Boolean()


class PointKeptOut(Schema):
    """A question that was open when the month was closed."""

    name = fields.String()
    count = fields.Integer()
    pence = fields.Integer()


class ChangeOut(Schema):
    """One closing or reopening of a month."""

    version = fields.Integer()
    state = fields.String(validate=validate.OneOf(["open", "closed"]))
    changed_at = fields.AwareDateTime()
    changed_by = fields.String()
    why = fields.String()
    open_points = fields.List(fields.Nested(PointKeptOut))


class MonthOut(Schema):
    """A month with what is asked before it closes, and everything that was done to it."""

    month = fields.Date()
    state = fields.String(validate=validate.OneOf(["open", "closed"]))
    version = fields.Integer()
    over = fields.Boolean()
    latest_closed = fields.Boolean()
    checklist = fields.List(fields.Nested(PointOut))
    proposals = fields.List(fields.Nested(ProposalOut))
    adjustments = fields.List(fields.Nested(AdjustmentOut))
    changes = fields.List(fields.Nested(ChangeOut))


class CloseIn(Schema):
    """What whoever closes the month says of it."""

    why = fields.String(load_default="", validate=plain_text(500, least=0))


class ReopenIn(Schema):
    """Why the month is reopened."""

    why = fields.String(required=True, validate=plain_text(500))


class PostAdjustmentsIn(Schema):
    """Which proposals to post, by their keys."""

    keys = fields.List(
        fields.String(validate=plain_text(80)), required=True, validate=validate.Length(min=1, max=10_000)
    )


class FinancialYearIn(Schema):
    """The month in which the alliance's own financial year begins."""

    year_begins_in = whole(1, 12, required=True)
