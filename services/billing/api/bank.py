"""Bank statements and bank lines over HTTP."""

from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import bank_schemas, shapes
from services.billing.domain.csv_columns import Columns
from services.billing.usecases import import_bank_statement, read_books

_KINDS = {
    "application/xml": "ISO 20022 camt.053, versions 2 to 8",
    "text/csv": "a header, then a row for each movement",
    "application/x-ofx": "OFX 1 or 2",
    "text/plain": "SWIFT MT940",
}

statements = Blueprint("bank-statements", __name__, description="Bank statements")
lines = Blueprint("bank-lines", __name__, description="Bank lines and what they are matched to")


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
    return jsonify(shapes.imported(found)), 201


@lines.route("/bank-lines")
@requires("alliance_manager", "board_member")
@lines.arguments(bank_schemas.BankLineQuery, location="query")
@lines.response(200, bank_schemas.BankLinePage)
def list_lines(query: dict[str, Any]) -> Response:
    """A page of bank lines in the order of import, each with its explanation."""
    items, following = read_books.list_bank_lines(current_database(), current_actor(), **query)
    return jsonify(items=[shapes.bank_line(item) for item in items], next=following)
