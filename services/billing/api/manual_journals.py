"""Entries that people post by hand, over HTTP: proposed by one, approved by another, taken back in the same way."""

from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import payment_schemas
from services.billing.api.fields import Day, pence, plain_text
from services.billing.domain.manual_journal import JournalLine
from services.billing.usecases import post_journals
from services.billing.usecases.post_journals import JournalView

journals = Blueprint("manual-journals", __name__, description="Entries that people post by hand")

STATES: Final = ("proposed", "posted", "declined", "reversed")
_READERS: Final = ("alliance_manager", "board_member")
_ONE: Final = "/manual-journals/<uuid:manual_journal_id>"


class JournalLineIn(Schema):
    """Pence on one side of an account."""

    account = fields.String(required=True, validate=plain_text(12))
    debit_pence = pence(0, load_default=0)
    credit_pence = pence(0, load_default=0)


class JournalIn(Schema):
    """An entry of a day, with the reason; its debits and credits come to the same."""

    dated_on = Day(required=True)
    why = fields.String(required=True, validate=plain_text(500))
    lines = fields.List(fields.Nested(JournalLineIn), required=True, validate=validate.Length(2, 100))


class JournalLineOut(Schema):
    """One side of a journal."""

    line_no = fields.Integer()
    account = fields.String()
    account_name = fields.String()
    debit_pence = fields.Integer()
    credit_pence = fields.Integer()


class JournalHeadOut(Schema):
    """A journal without its lines: who proposed it and why, who decided, which it takes back, which takes it back.

    `reversed_by` is who took it back alone, as was possible once.
    """

    manual_journal_id = fields.String()
    number = fields.String()
    dated_on = fields.Date()
    why = fields.String()
    pence = fields.Integer(metadata={"description": "What each side comes to"})
    state = fields.String(validate=validate.OneOf(STATES))
    proposed_by = fields.String()
    proposed_at = fields.DateTime()
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    decided_why = fields.String(allow_none=True)
    reversed_by = fields.String(allow_none=True)
    reversed_at = fields.DateTime(allow_none=True)
    reversed_why = fields.String(allow_none=True)
    takes_back_id = fields.String(allow_none=True)
    takes_back_number = fields.String(allow_none=True)
    taken_back_by_id = fields.String(allow_none=True, metadata={"description": "Proposed or posted"})
    taken_back_by_number = fields.String(allow_none=True)
    version = fields.Integer()


class JournalOut(JournalHeadOut):
    """A journal with its lines; `may_approve` if whoever asks can approve it."""

    lines = fields.List(fields.Nested(JournalLineOut))
    may_approve = fields.Boolean()


class JournalQuery(Schema):
    """Which journals: `after` is the number of the last one read."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    after = fields.String(load_default="", validate=validate.Regexp(r"(MJ-[0-9]{6,12})?\Z", error="No such place."))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))


class JournalPage(Schema):
    """A page of journals, the latest first."""

    items = fields.List(fields.Nested(JournalHeadOut))
    next = fields.String(allow_none=True)


@journals.route("/manual-journals")
@requires(*_READERS)
@journals.arguments(JournalQuery, location="query")
@journals.response(200, JournalPage)
def list_journals(query: dict[str, Any]) -> dict[str, Any]:
    """A page of journals that people proposed, the latest first."""
    items, following = post_journals.list_journals(current_database(), current_actor(), **query)
    return {"items": items, "next": following}


@journals.route("/manual-journals", methods=["POST"])
@idempotent
@requires("alliance_manager")
@journals.arguments(JournalIn)
@journals.response(201, JournalOut)
def post_journal(sent: dict[str, Any]) -> tuple[Response, int]:
    """Propose an entry with its reason. Nothing is posted before another manager approves it."""
    lines = [JournalLine(**line) for line in sent["lines"]]
    made = post_journals.propose_journal(current_database(), current_actor(), sent["dated_on"], sent["why"], lines)
    return _shown(made), 201


@journals.route(_ONE)
@requires(*_READERS)
@journals.response(200, JournalOut)
def get_journal(manual_journal_id: UUID) -> Response:
    """One journal with its lines."""
    return _shown(post_journals.get_journal(current_database(), current_actor(), str(manual_journal_id)))


@journals.route(f"{_ONE}/approval", methods=["POST"])
@idempotent
@requires("alliance_manager")
@journals.response(200, JournalOut)
def post_approval(manual_journal_id: UUID) -> Response:
    """Approve and post the journal as it was seen: `If-Match` is its ETag. Who proposed it cannot."""
    journal_id, version = str(manual_journal_id), required_version()
    return _shown(post_journals.approve_journal(current_database(), current_actor(), journal_id, version))


@journals.route(f"{_ONE}/refusal", methods=["POST"])
@idempotent
@requires("alliance_manager")
@journals.arguments(payment_schemas.WhyIn)
@journals.response(200, JournalOut)
def post_refusal(sent: dict[str, str], manual_journal_id: UUID) -> Response:
    """Decline a proposed journal, or withdraw one's own, with the reason. `If-Match` is its ETag."""
    journal_id, version = str(manual_journal_id), required_version()
    return _shown(post_journals.decline_journal(current_database(), current_actor(), journal_id, version, sent["why"]))


@journals.route(f"{_ONE}/reversal", methods=["POST"])
@idempotent
@requires("alliance_manager")
@journals.arguments(payment_schemas.WhyIn)
@journals.response(201, JournalOut)
def post_reversal(sent: dict[str, str], manual_journal_id: UUID) -> tuple[Response, int]:
    """Propose to take a posted journal back while its month is open: answers with its mirror image, a journal that
    another manager approves. `If-Match` is the ETag of the one that is posted."""
    journal_id, version = str(manual_journal_id), required_version()
    made = post_journals.take_journal_back(current_database(), current_actor(), journal_id, version, sent["why"])
    return _shown(made), 201


def _shown(view: JournalView) -> Response:
    actor = current_actor()
    others = view.head.state == "proposed" and view.head.proposer_id != actor.person_id
    told = JournalHeadOut().dump(view.head) | {
        "lines": JournalLineOut(many=True).dump(view.lines),
        "may_approve": others and actor.has_any("alliance_manager"),
    }
    return tagged(jsonify(told), view.head.version)
