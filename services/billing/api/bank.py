"""Bank statements and bank lines over HTTP."""

from typing import Any

from flask import Response, abort, jsonify, request
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import schemas, shapes
from services.billing.api.invoices import XML_TYPES
from services.billing.usecases import import_bank_statement, read_books

statements = Blueprint("bank-statements", __name__, description="Bank statements")
lines = Blueprint("bank-lines", __name__, description="Bank lines and what they are matched to")


@statements.route("/bank-statements", methods=["POST"])
@idempotent
@requires("alliance_manager")
@statements.arguments(schemas.StatementQuery, location="query")
@statements.doc(
    requestBody={
        "required": True,
        "content": {
            "application/xml": {"schema": {"type": "string", "description": "ISO 20022 camt.053"}},
            "text/csv": {"schema": {"type": "string", "description": "date,amount,counterparty,reference"}},
        },
    }
)
@statements.response(201, schemas.StatementOut)
def post_statement(query: dict[str, str]) -> tuple[Response, int]:
    """Import a statement; the account is read from camt.053 and taken from the address for CSV."""
    sent, database, actor = request.get_data(), current_database(), current_actor()
    if request.mimetype in XML_TYPES:
        found = import_bank_statement.import_camt(database, actor, sent)
    elif request.mimetype == "text/csv":
        found = import_bank_statement.import_csv(database, actor, sent, query["account"])
    else:
        abort(415, "Send the statement as application/xml (camt.053) or text/csv.")
    return jsonify(shapes.imported(found)), 201


@lines.route("/bank-lines")
@requires("alliance_manager", "board_member")
@lines.arguments(schemas.BankLineQuery, location="query")
@lines.response(200, schemas.BankLinePage)
def list_lines(query: dict[str, Any]) -> Response:
    """A page of bank lines in the order of import, each with its explanation."""
    items, following = read_books.list_bank_lines(current_database(), current_actor(), **query)
    return jsonify(items=[shapes.bank_line(item) for item in items], next=following)
