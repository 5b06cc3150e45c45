"""Suppliers' answers over HTTP: what is sent, and what is answered."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from services.orders.api.request_schemas import MOST_UNITS, PLAIN, words
from services.orders.domain.answer import DropAnswer, LineAnswer, Substitute, SupplierAnswer

MOST_LINES = 2_000
MOST_DROPS = 20_000

_UNITS = validate.Range(0, MOST_UNITS)
_PRICE = validate.Regexp(r"[0-9]{1,7}(\.[0-9]{1,4})?\Z", error="Write pounds with at most four decimals.")
_NUMBER = validate.Range(min=1)


class SubstituteSchema(Schema):
    """An article that would come in the place of what was ordered, with the same VAT."""

    sku = fields.String(required=True, validate=[validate.Length(1, 60), PLAIN])
    name = fields.String(required=True, validate=[validate.Length(1, 200), PLAIN])


class DropAnswerInSchema(Schema):
    """What the supplier says of one school's part of a line; 0 units cancel it."""

    school_urn = fields.Integer(required=True, strict=True, validate=_NUMBER)
    quantity = fields.Integer(load_default=None, allow_none=True, strict=True, validate=_UNITS)
    promised_on = fields.Date(load_default=None, allow_none=True)


class LineAnswerInSchema(Schema):
    """What the supplier says of a line; what is left out or null is as ordered.

    `quantity` is of all schools together: a shortage is shared by the contract's fairness. 0 cancels the line.
    """

    line_no = fields.Integer(required=True, strict=True, validate=_NUMBER)
    quantity = fields.Integer(load_default=None, allow_none=True, strict=True, validate=_UNITS)
    unit_price = fields.String(load_default=None, allow_none=True, validate=_PRICE)
    promised_on = fields.Date(load_default=None, allow_none=True)
    substitute = fields.Nested(SubstituteSchema, load_default=None, allow_none=True)
    note = fields.String(load_default="", allow_none=True, validate=words(500))
    drops = fields.List(fields.Nested(DropAnswerInSchema), load_default=list, validate=validate.Length(max=MOST_DROPS))


class AnswerInSchema(Schema):
    """A supplier's answer to a purchase order; `revision` is the one that it answers, if it is said.

    `changes` offers the changes in `lines`, which may also promise days when the order is accepted.
    """

    answer = fields.String(required=True, validate=validate.OneOf(["accepted", "changes", "rejected"]))
    reason = fields.String(load_default="", allow_none=True, validate=words(1000))
    revision = fields.Integer(load_default=None, allow_none=True, strict=True, validate=_NUMBER)
    lines = fields.List(fields.Nested(LineAnswerInSchema), load_default=list, validate=validate.Length(max=MOST_LINES))
    source = fields.String(load_default="program", validate=validate.OneOf(["portal", "program"]))


class AnswerFileQuerySchema(Schema):
    """How the file is called."""

    name = fields.String(load_default="Answer", validate=[validate.Length(1, 200), PLAIN])


class AnswerQuerySchema(Schema):
    """Of which line the drops are wanted; of all of them if it is left out, of none with 0."""

    line_no = fields.Integer(load_default=None, validate=validate.Range(min=0))


class DecisionInSchema(Schema):
    """Which lines' changes are taken: null takes all, an empty list none. A reason is needed for what is declined."""

    taken_lines = fields.List(
        fields.Integer(strict=True, validate=_NUMBER), required=True, allow_none=True,
        validate=validate.Length(max=MOST_LINES),
    )  # fmt: skip
    reason = fields.String(load_default="", allow_none=True, validate=words(1000))


class DropSaidSchema(Schema):
    """What an answer says of one school's part of a line."""

    school_urn = fields.Integer(required=True)
    quantity = fields.Integer(required=True, allow_none=True)
    promised_on = fields.String(required=True, allow_none=True)


class LineSaidSchema(Schema):
    """What an answer says of a line."""

    line_no = fields.Integer(required=True)
    quantity = fields.Integer(required=True, allow_none=True)
    unit_price = fields.String(required=True, allow_none=True)
    promised_on = fields.String(required=True, allow_none=True)
    substitute = fields.Nested(SubstituteSchema, required=True, allow_none=True)
    note = fields.String(required=True)
    drops = fields.List(fields.Nested(DropSaidSchema), required=True)


class AnswerFileSchema(Schema):
    """The file that an answer came in."""

    name = fields.String(required=True)
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True)


class AnswerHeadSchema(Schema):
    """An answer as a document: who said what, when, and what became of it.

    `state`: `part` answers one drop and waits for the others; `waiting` for the manager, `with_schools` for those that
    would pay more; `declined`, `taken` and `part_taken` say what the manager decided; `replaced` by a newer answer;
    `final` needed no decision. `made_revision` is the order's revision that it made.
    """

    answer_id = fields.String(required=True)
    purchase_order_id = fields.String(required=True)
    revision = fields.Integer(required=True)
    answer = fields.String(required=True, validate=validate.OneOf(["accepted", "changes", "rejected", "received"]))
    source = fields.String(required=True, validate=validate.OneOf(["portal", "ubl", "sheet", "program"]))
    school_urn = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    person = fields.String(required=True)
    answered_at = fields.String(required=True)
    file = fields.Nested(AnswerFileSchema, required=True, allow_none=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(
            ["waiting", "with_schools", "taken", "part_taken", "declined", "replaced", "final", "part"]
        ),
    )
    taken_lines = fields.List(fields.Integer(), required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.String(required=True, allow_none=True)
    made_revision = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True)


class AnswerListSchema(Schema):
    """Every answer to a purchase order, the newest first."""

    items = fields.List(fields.Nested(AnswerHeadSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DropEffectSchema(Schema):
    """One school's part before and after. `why` says how its units came about; `agreed` whether it agreed to pay more:
    null where it need not, or has not answered."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    quantity_before = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    net_before_pence = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)
    promised_on = fields.String(required=True, allow_none=True)
    why = fields.String(
        required=True, validate=validate.OneOf(["as_ordered", "named", "shared", "cut_last_time", "left_out"])
    )
    must_agree = fields.Boolean(required=True)
    agreed = fields.Boolean(required=True, allow_none=True)


class LineEffectSchema(Schema):
    """A line before and after the change, with the parts of the schools that it touches; of a shortage with all."""

    line_no = fields.Integer(required=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    unit_price_before = fields.String(required=True)
    unit_price = fields.String(required=True)
    quantity_before = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    net_before_pence = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)
    substitute = fields.Nested(SubstituteSchema, required=True, allow_none=True)
    touched_count = fields.Integer(required=True)
    must_agree_count = fields.Integer(required=True)
    drops = fields.List(fields.Nested(DropEffectSchema), required=True)


class AnswerSchema(AnswerHeadSchema):
    """An answer whole. `effects` is what its changes would do, while it is open, or did; a supplier gets what they did.

    A shortage is shared by `fairness`; on ties whoever was cut last time (`cut_last_time`, URNs) comes first.
    """

    number = fields.String(required=True)
    lines = fields.List(fields.Nested(LineSaidSchema), required=True)
    effects = fields.List(fields.Nested(LineEffectSchema), required=True)
    fairness = fields.String(required=True, validate=validate.OneOf(["pro_rata", "equal", "priority"]))
    cut_last_time = fields.List(fields.Integer(), required=True)
    waits_for = fields.List(fields.Integer(), required=True)


def answer_from(sent: dict[str, Any]) -> SupplierAnswer:
    """What AnswerInSchema read, as the domain says it."""
    return SupplierAnswer(
        sent["answer"], sent["reason"] or "", [_line_from(line) for line in sent["lines"]], sent["revision"]
    )


def _line_from(sent: dict[str, Any]) -> LineAnswer:
    return LineAnswer(
        line_no=sent["line_no"],
        quantity=sent["quantity"],
        unit_price=None if sent["unit_price"] is None else Decimal(sent["unit_price"]),
        promised_on=sent["promised_on"],
        substitute=sent["substitute"] and Substitute(**sent["substitute"]),
        note=sent["note"] or "",
        drops={drop["school_urn"]: DropAnswer(drop["quantity"], drop["promised_on"]) for drop in sent["drops"]},
    )
