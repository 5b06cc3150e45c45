"""What goes over the wire about the bank. Amounts are hundredths of the currency, positive for money in."""

from typing import Any

from marshmallow import Schema, fields, validate, validates_schema

from services.billing.api.bank_setting_schemas import PURPOSES, LayoutIn
from services.billing.api.fields import MOST_PENCE, Day, UuidText, pence, plain_text

MOST_PER_PAGE = 1000
KINDS = [
    "bill",
    "credit_note",
    "supplier_invoice",
    "supplier_credit_note",
    "fund_payment",
    "payment_run",
    "remittance",
    "returned_remittance",
    "school_account",
    "supplier_account",
    "account",
    "bank_line",
]


class StatementQuery(LayoutIn):
    """Whose statement a CSV file is, and which of its columns say what; what is chosen is remembered for its header."""

    account = fields.String(load_default="current", validate=plain_text(60))


class StatementOut(Schema):
    """What became of an imported bank statement."""

    bank_statement_id = fields.String()
    account = fields.String()
    from_on = fields.Date(allow_none=True)
    to_on = fields.Date(allow_none=True)
    lines = fields.Integer()
    new = fields.Integer()
    repeated = fields.Integer()
    posted = fields.Integer()
    unmatched = fields.Integer()
    warnings = fields.List(
        fields.String(),
        metadata={"description": "What does not add up in the file. Nothing of it was posted by itself."},
    )
    unknown_accounts = fields.List(
        fields.String(),
        metadata={"description": "Accounts of which nobody has said whose they are: nothing on them is matched."},
    )


class MatchedTo(Schema):
    """A document that a bank line pays, or a part of it: pence, positive for money in."""

    kind = fields.String()
    id = fields.String(allow_none=True)
    number = fields.String()
    amount_pence = fields.Integer()
    posted_as = fields.String(allow_none=True)
    by = fields.String()
    how = fields.String(validate=validate.OneOf(["exact", "person"]))
    why = fields.String(metadata={"description": "Why a line was set aside; empty for every other match"})
    school_urn = fields.Integer(allow_none=True)
    supplier_id = fields.String(allow_none=True)


class SuggestedItem(Schema):
    """A document that a line may settle, with how much of it."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    id = fields.String()
    number = fields.String()
    party = fields.String()
    open_pence = fields.Integer(allow_none=True)
    amount_pence = fields.Integer()


class Suggestion(Schema):
    """What a line may settle, the likeliest first, and why; nothing of it is posted until somebody says so."""

    rank = fields.Integer()
    score = fields.Integer()
    reasons = fields.List(fields.String())
    why = fields.String()
    items = fields.List(fields.Nested(SuggestedItem))


class BankLineQuery(Schema):
    """Which bank lines: `words` looks into payer, reference and amount; booked by the end of `to_day`."""

    state = fields.String(load_default=None, validate=validate.OneOf(["new", "matched", "reconciled"]))
    statement = fields.UUID(load_default=None)
    account = fields.String(load_default=None, validate=plain_text(60))
    words = fields.String(load_default="", validate=plain_text(60, least=0))
    to_day = Day(load_default=None)
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**62))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))


class BankLineOut(Schema):
    """One bank line; the amount is positive for money in, in hundredths of its currency."""

    bank_line_id = fields.String()
    bank_statement_id = fields.String()
    account = fields.String()
    account_name = fields.String(allow_none=True)
    purpose = fields.String(allow_none=True)
    booked_on = fields.Date()
    amount_pence = fields.Integer()
    currency = fields.String()
    counterparty = fields.String()
    counterparty_account = fields.String()
    reference = fields.String()
    state = fields.String(validate=validate.OneOf(["new", "matched", "reconciled"]))
    undone = fields.Boolean(metadata={"description": "A match of it was undone and can be made again."})
    matched_to = fields.List(fields.Nested(MatchedTo))
    suggestions = fields.List(fields.Nested(Suggestion))
    explanation = fields.String()


class BankLinePage(Schema):
    """A page of bank lines."""

    items = fields.List(fields.Nested(BankLineOut))
    next = fields.Integer(allow_none=True)


class ChosenItem(Schema):
    """What a line is matched to: pence of it, positive for money in; without them all that is open of it.

    The id is a document's; for `account` the code of bank charges (5200) or interest (5300), for `bank_line` the id of
    the line that it is set off against, for `school_account` and `supplier_account` the URN or id of whom the money is
    held for: what is typed there stays on account, or is used of it where it has the sign of what is open.
    """

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    id = fields.String(required=True, validate=plain_text(40))
    amount_pence = pence(-MOST_PENCE, load_default=None, allow_none=True)

    @validates_schema
    def id_of_its_kind(self, data: dict[str, Any], **_: Any) -> None:
        """A document has a UUID, as a supplier has."""
        if data["kind"] not in ("account", "school_account"):
            UuidText().deserialize(data["id"], "id")


class MatchIn(Schema):
    """What a bank line is matched to; it adds up to the line's amount."""

    items = fields.List(fields.Nested(ChosenItem), required=True, validate=validate.Length(1, 200))


class SetAsideIn(Schema):
    """Why nothing can settle a line."""

    why = fields.String(required=True, validate=plain_text(300))


class TakeBackIn(Schema):
    """Why a statement should not have been read in."""

    why = fields.String(required=True, validate=plain_text(300))


class LineMatch(MatchIn):
    """One of several lines that are matched at once."""

    bank_line_id = UuidText(required=True)


class MatchesIn(Schema):
    """Several lines that are matched at once: all of them, or none."""

    lines = fields.List(fields.Nested(LineMatch), required=True, validate=validate.Length(1, 500))


class MatchedOut(Schema):
    """How many lines were matched."""

    matched = fields.Integer()


class OpenItemQuery(Schema):
    """What is open on the accounts of one purpose, by words in its numbers, party or amount."""

    purpose = fields.String(load_default="general", validate=validate.OneOf(PURPOSES))
    words = fields.String(load_default="", validate=plain_text(100, least=0))
    ids = fields.String(
        load_default="",
        validate=plain_text(10_000, least=0),
        metadata={"description": "These documents alone, with commas between"},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_PER_PAGE))


class OpenItemOut(Schema):
    """A document with what is open of it: positive where it is owed to the alliance, negative where it owes."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    id = fields.String()
    number = fields.String()
    reference = fields.String()
    party = fields.String()
    school_urn = fields.Integer(allow_none=True)
    supplier_id = fields.String(allow_none=True)
    open_pence = fields.Integer()
    due_on = fields.Date(allow_none=True)
    their_number = fields.String()


class OpenItemPage(Schema):
    """What is open, the longest due first; `total` counts what fits the words."""

    items = fields.List(fields.Nested(OpenItemOut))
    total = fields.Integer()


class StatementPageQuery(Schema):
    """Which statements: the latest imports, or those before a moment."""

    before = fields.AwareDateTime(load_default=None, format="iso")
    taken_back = fields.Boolean(
        load_default=False,
        metadata={"description": "Also those that were taken back; of them there is no more than the list says"},
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(1, MOST_PER_PAGE))


class KeptStatement(Schema):
    """An imported statement: the sum of its lines, of those that are matched, and the difference.

    `taken_back_at` is set on one that was read in by mistake and is no more; `lines` is then what the file held.
    """

    bank_statement_id = fields.String()
    account = fields.String()
    account_name = fields.String(allow_none=True)
    purpose = fields.String(allow_none=True)
    from_on = fields.Date(allow_none=True)
    to_on = fields.Date(allow_none=True)
    imported_by = fields.String()
    imported_at = fields.DateTime()
    lines = fields.Integer()
    new = fields.Integer()
    total_pence = fields.Integer()
    matched_pence = fields.Integer()
    difference_pence = fields.Integer()
    warnings = fields.List(fields.String())
    reconciled_by = fields.String(allow_none=True)
    reconciled_at = fields.DateTime(allow_none=True)
    taken_back_by = fields.String(allow_none=True)
    taken_back_at = fields.DateTime(allow_none=True)
    taken_back_why = fields.String(allow_none=True)


class StatementPage(Schema):
    """A page of statements."""

    items = fields.List(fields.Nested(KeptStatement))
    next = fields.String(allow_none=True)
