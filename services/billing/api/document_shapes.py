"""A supplier's document as it was written, as plain JSON: amounts as decimal text, exactly as they stand in it."""

from datetime import date
from decimal import Decimal
from typing import Any

from services.billing.domain.invoice_document import AllowanceCharge, DocumentLine, InvoiceDocument, Party, Totals
from services.billing.usecases.read_documents import Reading

JsonObject = dict[str, Any]
_TOTALS = tuple(Totals.__dataclass_fields__)


def reading(found: Reading) -> JsonObject:
    """A document with what would stand in the way of registering it."""
    faults = [{"field": field, "message": message} for field, message in found.faults.items()]
    return {**document(found.document), "faults": faults}


def document(found: InvoiceDocument) -> JsonObject:
    """Everything that a document says in figures, and who and what it is about."""
    return {
        "kind": found.kind,
        "type_code": found.type_code,
        "number": found.number,
        "issue_date": _day(found.issue_date),
        "due_date": _day(found.due_date),
        "currency": found.currency,
        "tax_currency": found.tax_currency,
        "order_number": found.order_number,
        "buyer_reference": found.buyer_reference,
        "seller": _party(found.seller),
        "buyer": _party(found.buyer),
        "buyer_urn": found.buyer_urn,
        "credits": [{"number": each.number, "issue_date": _day(each.issue_date)} for each in found.preceding],
        "notes": list(found.notes),
        "lines": [_line(line) for line in found.lines],
        "charges": [_charge(each) for each in found.charges],
        "vat": [
            {
                "vat_class": each.vat_class,
                "vat_rate": _text(each.rate),
                "taxable": _text(each.taxable),
                "vat": _text(each.vat),
                "exemption": each.exemption_reason or each.exemption_code,
            }
            for each in found.vat_subtotals
        ],
        "totals": {name: _text(getattr(found.totals, name)) for name in _TOTALS},
        "vat_in_tax_currency": _text(found.vat_in_tax_currency),
        "attachments": [
            {
                "identifier": each.identifier,
                "description": each.description,
                "filename": each.filename,
                "media_type": each.media_type,
                "bytes": None if each.content is None else len(each.content),
                "url": each.url,
            }
            for each in found.attachments
        ],
    }


def _line(line: DocumentLine) -> JsonObject:
    return {
        "line_id": line.line_id,
        "name": line.name,
        "quantity": _text(line.quantity),
        "unit_code": line.unit_code,
        "price": _text(line.price),
        "base_quantity": _text(line.base_quantity),
        "gross_price": _text(line.gross_price),
        "price_discount": _text(line.price_discount),
        "net": _text(line.net),
        "vat_class": line.vat_class,
        "vat_rate": _text(line.vat_rate),
        "order_line": line.order_line,
        "seller_item": line.seller_item,
        "buyer_item": line.buyer_item,
        "school_urn": line.school_urn,
        "charges": [_charge(each) for each in line.charges],
    }


def _charge(each: AllowanceCharge) -> JsonObject:
    return {
        "kind": "charge" if each.is_charge else "allowance",
        "amount": _text(each.amount),
        "base": _text(each.base),
        "percent": _text(each.percent),
        "reason": each.reason or each.reason_code,
        "vat_class": each.vat_class,
        "vat_rate": _text(each.vat_rate),
    }


def _party(party: Party) -> JsonObject:
    endpoint = f"{party.endpoint.scheme or ''}:{party.endpoint.value}" if party.endpoint else None
    return {"name": party.legal_name or party.name, "vat_number": party.vat_number, "endpoint": endpoint}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
