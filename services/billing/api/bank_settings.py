"""Whose bank accounts there are, and how banks' CSV files are read, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint
from sqlalchemy import Row

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import bank_setting_schemas, bank_shapes
from services.billing.domain.csv_columns import Columns
from services.billing.usecases import keep_bank_accounts, keep_bank_layouts

accounts = Blueprint("bank-accounts", __name__, description="Whose bank accounts there are")
layouts = Blueprint("bank-layouts", __name__, description="Which columns of banks' CSV files hold what")

_READERS = ("alliance_manager", "board_member")


@accounts.route("/bank-accounts")
@requires(*_READERS)
@accounts.response(200, bank_setting_schemas.BankAccounts)
def list_accounts() -> Response:
    """Every account that a statement named, those first of which nobody has said whose they are."""
    items = keep_bank_accounts.list_accounts(current_database(), current_actor())
    return jsonify(items=[bank_shapes.bank_account(item) for item in items])


@accounts.route("/bank-accounts", methods=["POST"])
@idempotent
@requires("alliance_manager")
@accounts.arguments(bank_setting_schemas.AccountIn)
@accounts.response(201, bank_setting_schemas.BankAccountOut)
def post_account(sent: dict[str, Any]) -> tuple[Response, int]:
    """Say once whose account it is; what waited on it is reconciled."""
    return _shown(keep_bank_accounts.tell_account(current_database(), current_actor(), sent)), 201


@accounts.route("/bank-accounts/<uuid:bank_account_id>", methods=["PATCH"])
@requires("alliance_manager")
@accounts.arguments(bank_setting_schemas.AccountChange)
@accounts.response(200, bank_setting_schemas.BankAccountOut)
def patch_account(sent: dict[str, Any], bank_account_id: UUID) -> Response:
    """Change what is said of an account. `If-Match` is its ETag; what it is for stands once money on it is matched."""
    return _shown(
        keep_bank_accounts.change_account(
            current_database(), current_actor(), str(bank_account_id), required_version(), sent
        )
    )


@layouts.route("/bank-layouts")
@requires(*_READERS)
@layouts.response(200, bank_setting_schemas.Layouts)
def list_layouts() -> Response:
    """Every CSV header of which it was said which column holds what."""
    items = keep_bank_layouts.list_layouts(current_database(), current_actor())
    return jsonify(items=[bank_shapes.layout(item) for item in items])


@layouts.route("/bank-layouts/<uuid:bank_layout_id>", methods=["PUT"])
@requires("alliance_manager")
@layouts.arguments(bank_setting_schemas.LayoutIn)
@layouts.response(200, bank_setting_schemas.LayoutOut)
def put_layout(sent: dict[str, Any], bank_layout_id: UUID) -> Response:
    """Say anew which column of a header holds what; the next file with it is read so."""
    found = keep_bank_layouts.change_layout(current_database(), current_actor(), str(bank_layout_id), Columns(**sent))
    return jsonify(bank_shapes.layout(found))


@layouts.route("/bank-layouts/<uuid:bank_layout_id>", methods=["DELETE"])
@requires("alliance_manager")
@layouts.response(204)
def delete_layout(bank_layout_id: UUID) -> tuple[str, int]:
    """Forget a header: the next file with it is asked about again."""
    keep_bank_layouts.forget_layout(current_database(), current_actor(), str(bank_layout_id))
    return "", 204


def _shown(row: Row[Any]) -> Response:
    return tagged(jsonify(bank_shapes.bank_account(row)), row.version)
