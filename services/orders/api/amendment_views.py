"""Changes of committed lines: asked for by one party, agreed to by all three."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.money import unit_price_text
from services.orders.api import amendment_schemas
from services.orders.api.shapes import instant
from services.orders.domain.amendment import PARTIES
from services.orders.usecases import amend_order

amendments = Blueprint("amendments", __name__, description="Changes of committed lines")

READERS = ("supplier_user", "alliance_manager", "school_buyer", "school_approver", "governor")
ASKERS = ("supplier_user", "alliance_manager", "school_buyer", "school_approver")
DECIDERS = ("supplier_user", "alliance_manager", "school_approver", "governor")
_PATH = "/purchase-orders/<uuid:purchase_order_id>/amendments"


@amendments.route(_PATH)
@requires(*READERS)
@amendments.response(200, amendment_schemas.AmendmentListSchema)
def list_amendments(purchase_order_id: UUID) -> Response:
    """The changes asked for in a purchase order; a school sees those of its own drop."""
    return jsonify(items=[_json(view) for view in _views(purchase_order_id)], next=None)


@amendments.route(_PATH, methods=["POST"])
@idempotent
@requires(*ASKERS)
@amendments.arguments(amendment_schemas.AmendmentInSchema)
@amendments.response(201, amendment_schemas.AmendmentSchema)
def propose(sent: dict[str, Any], purchase_order_id: UUID) -> Response:
    """Ask for a change of a school's line; it takes effect when school, supplier and alliance have agreed."""
    actor = current_actor()
    urn = sent.pop("school_urn") or actor.school_urn or 0
    amendment_id = amend_order.propose_amendment(
        current_database(), actor, str(purchase_order_id), urn=urn, **sent, now=_now()
    )
    return _answer(purchase_order_id, amendment_id, 201)


@amendments.route(f"{_PATH}/<uuid:amendment_id>/agreement", methods=["POST"])
@requires(*DECIDERS)
@amendments.response(200, amendment_schemas.AmendmentSchema)
def agree(purchase_order_id: UUID, amendment_id: UUID) -> Response:
    """Agree for one's party, a school's people within its limits and hard budgets.

    If-Match makes it happen once: it needs no Idempotency-Key.
    """
    amend_order.agree_to_amendment(
        current_database(), current_actor(), str(purchase_order_id), str(amendment_id), required_version(), _now()
    )
    return _answer(purchase_order_id, str(amendment_id))


@amendments.route(f"{_PATH}/<uuid:amendment_id>/refusal", methods=["POST"])
@requires(*DECIDERS)
@amendments.arguments(amendment_schemas.RefusalInSchema)
@amendments.response(200, amendment_schemas.AmendmentSchema)
def refuse(sent: dict[str, Any], purchase_order_id: UUID, amendment_id: UUID) -> Response:
    """Refuse for one's party. If-Match makes it happen once: it needs no Idempotency-Key."""
    amend_order.refuse_amendment(
        current_database(),
        current_actor(),
        str(purchase_order_id),
        str(amendment_id),
        sent["reason"],
        required_version(),
        _now(),
    )
    return _answer(purchase_order_id, str(amendment_id))


@amendments.route(f"{_PATH}/<uuid:amendment_id>/withdrawal", methods=["POST"])
@requires(*ASKERS)
@amendments.response(200, amendment_schemas.AmendmentSchema)
def withdraw(purchase_order_id: UUID, amendment_id: UUID) -> Response:
    """Take back what one's party asked for. If-Match makes it happen once: it needs no Idempotency-Key."""
    amend_order.withdraw_amendment(
        current_database(), current_actor(), str(purchase_order_id), str(amendment_id), required_version(), _now()
    )
    return _answer(purchase_order_id, str(amendment_id))


def _views(purchase_order_id: UUID) -> list[amend_order.AmendmentView]:
    return amend_order.list_amendments(current_database(), current_actor(), str(purchase_order_id))


def _answer(purchase_order_id: UUID, amendment_id: str, status: int = 200) -> Response:
    view = next(view for view in _views(purchase_order_id) if view.row.amendment_id == amendment_id)
    response = jsonify(_json(view))
    response.status_code = status
    return tagged(response, view.row.version)


def _json(view: amend_order.AmendmentView) -> dict[str, Any]:
    row = view.row._mapping
    plain = (
        "amendment_id", "purchase_order_id", "school_urn", "school_name", "line_no", "name", "sku", "unit",
        "quantity_before", "quantity", "net_before_pence", "net_pence", "reason", "proposed_by", "proposed_for",
        "state", "decision", "revision", "version",
        "answer_id", "asked_net_pence", "substitute_sku", "substitute_name",
    )  # fmt: skip
    return {
        **{name: row[name] for name in plain},
        "unit_price": unit_price_text(row["unit_price"]),
        "new_unit_price": None if row["new_unit_price"] is None else unit_price_text(row["new_unit_price"]),
        "promised_on": row["promised_on"] and row["promised_on"].isoformat(),
        "proposed_at": instant(row["proposed_at"]),
        "agreements": [
            {"party": party, "person": row[f"{party}_agreed_by"], "at": instant(row[f"{party}_agreed_at"])}
            for party in PARTIES
        ],
        "history": [
            {"at": instant(step.at), **{name: getattr(step, name) for name in ("party", "person", "action", "detail")}}
            for step in view.steps
        ],
    }


def _now() -> datetime:
    return datetime.now(UTC)
