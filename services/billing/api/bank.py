"""Bank statements and bank lines over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import bank_schemas, bank_shapes
from services.billing.domain.csv_columns import Columns
from services.billing.usecases import (
    import_bank_statement,
    match_bank_lines,
    read_bank,
    reconcile_statement,
    set_line_aside,
    take_statement_back,
    use_held_money,
)

_KINDS = {
    "application/xml": "ISO 20022 camt.053, versions 2 to 8",
    "text/csv": "a header, then a row for each movement",
    "application/x-ofx": "OFX 1 or 2",
    "text/plain": "SWIFT MT940",
}
_READERS = ("alliance_manager", "board_member")

statements = Blueprint("bank-statements", __name__, description="Bank statements")
lines = Blueprint("bank-lines", __name__, description="Bank lines, what they are matched to, what is proposed for them")
open_items = Blueprint("open-items", __name__, description="What money can settle")


@statements.route("/bank-statements", methods=["POST"])
@idempotent
@requires("alliance_manager")
@statements.arguments(bank_schemas.StatementQuery, location="query")
@statements.doc(
    requestBody={
        "required": True,
        "content": {kind: {"schema": {"type": "string", "description": what}} for kind, what in _KINDS.items()},
    }
)
@statements.response(201, bank_schemas.StatementOut)
def post_statement(query: dict[str, Any]) -> tuple[Response, int]:
    """Import a statement: what format it has is seen from its content.

    A CSV file's account comes from the address, and its columns as well where the header does not say them.
    """
    account = query.pop("account")
    columns = Columns(**query) if "date" in query else None
    found = import_bank_statement.import_statement(
        current_database(), current_actor(), request.get_data(), account, columns
    )
    return jsonify(bank_shapes.imported(found)), 201


@statements.route("/bank-statements")
@requires(*_READERS)
@statements.arguments(bank_schemas.StatementPageQuery, location="query")
@statements.response(200, bank_schemas.StatementPage)
def list_statements(query: dict[str, Any]) -> Response:
    """A page of imported statements, the latest first, each with its difference."""
    before = query["before"].isoformat() if query["before"] else None
    items, following = reconcile_statement.list_statements(
        current_database(), current_actor(), before=before, limit=query["limit"], taken_back=query["taken_back"]
    )
    return jsonify(items=[bank_shapes.statement(item) for item in items], next=following)


@statements.route("/bank-statements/<uuid:bank_statement_id>")
@requires(*_READERS)
@statements.response(200, bank_schemas.KeptStatement)
def get_statement(bank_statement_id: UUID) -> Response:
    """One statement with its difference."""
    found = reconcile_statement.get_statement(current_database(), current_actor(), str(bank_statement_id))
    return jsonify(bank_shapes.statement(found))


@statements.route("/bank-statements/<uuid:bank_statement_id>/reconcile", methods=["POST"])
@requires("alliance_manager")
@statements.response(200, bank_schemas.KeptStatement)
def post_reconcile(bank_statement_id: UUID) -> Response:
    """Sign a statement off: every line is matched and the difference is £0.00."""
    found = reconcile_statement.reconcile_statement(current_database(), current_actor(), str(bank_statement_id))
    return jsonify(bank_shapes.statement(found))


@statements.route("/bank-statements/<uuid:bank_statement_id>/withdrawal", methods=["POST"])
@idempotent
@requires("alliance_manager")
@statements.arguments(bank_schemas.TakeBackIn)
@statements.response(204)
def post_withdrawal(sent: dict[str, str], bank_statement_id: UUID) -> tuple[str, int]:
    """Take a statement back that was read in by mistake, with its lines, while none of them was ever matched."""
    take_statement_back.take_statement_back(current_database(), current_actor(), str(bank_statement_id), sent["why"])
    return "", 204


@lines.route("/bank-lines")
@requires(*_READERS)
@lines.arguments(bank_schemas.BankLineQuery, location="query")
@lines.response(200, bank_schemas.BankLinePage)
def list_lines(query: dict[str, Any]) -> Response:
    """A page of bank lines in the order of import; those that are not matched with ranked, explained suggestions."""
    query["statement"] = str(query["statement"]) if query["statement"] else None
    items, following = read_bank.list_bank_lines(current_database(), current_actor(), **query)
    return jsonify(items=[bank_shapes.bank_line(item) for item in items], next=following)


@lines.route("/bank-lines/<uuid:bank_line_id>")
@requires(*_READERS)
@lines.response(200, bank_schemas.BankLineOut)
def get_line(bank_line_id: UUID) -> Response:
    """One bank line with what it is matched to, or its suggestions."""
    return _line(bank_line_id)


@lines.route("/bank-lines/<uuid:bank_line_id>/match", methods=["POST"])
@idempotent
@requires("alliance_manager")
@lines.arguments(bank_schemas.MatchIn)
@lines.response(200, bank_schemas.BankLineOut)
def post_match(sent: dict[str, Any], bank_line_id: UUID) -> Response:
    """Match a line to documents, bank charges or interest, or set it off against another line; it is posted."""
    match_bank_lines.match_lines(current_database(), current_actor(), {str(bank_line_id): _wanted(sent)})
    return _line(bank_line_id)


@lines.route("/bank-lines/matches", methods=["POST"])
@idempotent
@requires("alliance_manager")
@lines.arguments(bank_schemas.MatchesIn)
@lines.response(200, bank_schemas.MatchedOut)
def post_matches(sent: dict[str, Any]) -> Response:
    """Match several lines at once: all of them, or none."""
    wanted = {line["bank_line_id"]: _wanted(line) for line in sent["lines"]}
    match_bank_lines.match_lines(current_database(), current_actor(), wanted)
    return jsonify(matched=len(wanted))


@lines.route("/bank-lines/<uuid:bank_line_id>/set-aside", methods=["POST"])
@idempotent
@requires("alliance_manager")
@lines.arguments(bank_schemas.SetAsideIn)
@lines.response(200, bank_schemas.BankLineOut)
def post_set_aside(sent: dict[str, str], bank_line_id: UUID) -> Response:
    """Set a line of £0.00 or in another currency aside for a reason: nothing is posted."""
    set_line_aside.set_line_aside(current_database(), current_actor(), str(bank_line_id), sent["why"])
    return _line(bank_line_id)


@lines.route("/bank-lines/<uuid:bank_line_id>/held-money", methods=["POST"])
@idempotent
@requires("alliance_manager")
@lines.arguments(bank_schemas.MatchIn)
@lines.response(200, bank_schemas.BankLineOut)
def post_held_money(sent: dict[str, Any], bank_line_id: UUID) -> Response:
    """Pay documents out of what the line left on account of their school or supplier; it is posted today."""
    use_held_money.use_held_money(current_database(), current_actor(), str(bank_line_id), _wanted(sent))
    return _line(bank_line_id)


@lines.route("/bank-lines/<uuid:bank_line_id>/undo", methods=["POST"])
@idempotent
@requires("alliance_manager")
@lines.response(200, bank_schemas.BankLineOut)
def post_undo(bank_line_id: UUID) -> Response:
    """Take a match back until its month closes: its entries are reversed, what it paid is open again."""
    match_bank_lines.undo_match(current_database(), current_actor(), str(bank_line_id))
    return _line(bank_line_id)


@lines.route("/bank-lines/<uuid:bank_line_id>/redo", methods=["POST"])
@idempotent
@requires("alliance_manager")
@lines.response(200, bank_schemas.BankLineOut)
def post_redo(bank_line_id: UUID) -> Response:
    """Make the match again that was last undone."""
    match_bank_lines.redo_match(current_database(), current_actor(), str(bank_line_id))
    return _line(bank_line_id)


@open_items.route("/open-items")
@requires(*_READERS)
@open_items.arguments(bank_schemas.OpenItemQuery, location="query")
@open_items.response(200, bank_schemas.OpenItemPage)
def list_open_items(query: dict[str, Any]) -> Response:
    """What a bank line can be matched to, by words in its numbers, party or amount."""
    items, total = read_bank.list_open_items(current_database(), current_actor(), **query)
    return jsonify(items=[bank_shapes.open_item(item) for item in items], total=total)


def _wanted(sent: dict[str, Any]) -> list[match_bank_lines.Wanted]:
    return [match_bank_lines.Wanted(item["kind"], item["id"], item["amount_pence"]) for item in sent["items"]]


def _line(bank_line_id: UUID) -> Response:
    return jsonify(
        bank_shapes.bank_line(read_bank.get_bank_line(current_database(), current_actor(), str(bank_line_id)))
    )
