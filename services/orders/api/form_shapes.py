"""How the order form and the report on a table look on the wire."""

from decimal import Decimal
from typing import Any

from contracts.money import unit_price_text
from services.orders.api.shapes import next_tier_json, wishes_json
from services.orders.domain.line_report import LeftOut, ReportLine
from services.orders.domain.offer import RoundOffer
from services.orders.domain.ordered_units import NOTHING
from services.orders.domain.terms import Charge
from services.orders.domain.tiers import standing
from services.orders.domain.wanted import LastLine, WantedLine
from services.orders.storage.round_contracts import ContractTerms
from services.orders.usecases.read_form import ReportView

Json = dict[str, Any]


def wanted_json(line: WantedLine) -> Json:
    """A line as the school entered it."""
    return {"offer_id": line.offer_id, "quantity": line.quantity, **wishes_json(line)}


def vat_json(offer: RoundOffer) -> Json:
    """The VAT that an offer carries for the school where it is not what the offer says."""
    return {
        "offer_id": offer.offer_id,
        "vat_class": offer.vat_class,
        "vat_rate": str(offer.vat_rate),
        "vat_certificate": offer.vat_certificate,
    }


def last_json(line: LastLine) -> Json:
    """A line of the school's last order."""
    return {
        "offer_id": line.offer_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": _price(line.unit_price),
        "round_number": line.round_number,
        "round_title": line.round_title,
    }


def contract_json(contract: ContractTerms) -> Json:
    """What a contract adds to its goods, and what it does below its minimum."""
    terms = contract.terms
    return {
        "contract_id": contract.contract_id,
        "contract_title": contract.contract_title,
        "supplier_name": contract.supplier_name,
        "minimum_order_pence": terms.minimum_order_pence,
        "charges": [_charge_json(charge) for charge in terms.charges],
        "small_order_fee": terms.small_order_fee and _charge_json(terms.small_order_fee),
    }


def _charge_json(charge: Charge) -> Json:
    names = ("name", "amount_pence", "share_by", "free_from_pence")
    return {name: getattr(charge, name) for name in names}


def report_json(view: ReportView) -> Json:
    """What a table or the last order would put into an order, and what it would not."""
    columns = view.report.columns
    return {
        "version": view.found.order.version,
        "columns": columns and {"code": columns.code, "name": columns.name, "quantity": columns.quantity},
        "lines": [_line_json(line, view) for line in view.report.lines],
        "left_out": [_left_out_json(left) for left in view.report.left_out],
    }


def _line_json(line: ReportLine, view: ReportView) -> Json:
    offer = line.offer
    mine, before = view.own.get(offer.offer_id), view.last.get(offer.offer_id)
    total = view.totals.get(offer.offer_id, NOTHING)
    at = standing(offer.tiers, total.quantity, total.schools)
    return {
        "offer_id": offer.offer_id,
        "sku": offer.sku,
        "name": offer.name,
        "unit": offer.unit,
        "supplier_name": offer.supplier_name,
        "quantity": line.quantity,
        "ordered": mine.quantity if mine else 0,
        "rows": list(line.rows),
        "unit_price": unit_price_text(at.unit_price),
        **next_tier_json(at.next_tier, at.units_to_next),
        "last_unit_price": _price(before.unit_price if before else None),
    }


def _left_out_json(left: LeftOut) -> Json:
    return {
        "row": left.row,
        "text": left.text,
        "quantity": left.quantity_text,
        "reason": left.reason,
        "message": left.message,
        "offer_id": left.offer and left.offer.offer_id,
        "name": left.offer and left.offer.name,
    }


def _price(unit_price: Decimal | None) -> str | None:
    return None if unit_price is None else unit_price_text(unit_price)
