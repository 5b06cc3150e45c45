"""The sheet on which suppliers invoice an order, over HTTP: as XLSX and as CSV."""

import csv
import io
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from flask import Response, abort
from flask_smorest import Blueprint

from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX, harmless
from services.billing.api import schemas
from services.billing.domain.invoice_template import Cell
from services.billing.usecases import invoice_sheets
from services.billing.usecases.read_invoices import InvoiceView

blueprint = Blueprint("invoice-templates", __name__, description="Sheets on which suppliers invoice")

CSV: Final = "text/csv"
_WIDTHS: Final = (22, 18, 44, 10, 10, 10, 12, 14, 10, 12, 12)


@blueprint.route("/supplier-invoices/templates/<uuid:purchase_order_id>.<any(xlsx,csv):suffix>")
@requires("supplier_user", "alliance_manager")
@blueprint.arguments(schemas.TemplateQuery, location="query")
@blueprint.response(200, content_type=XLSX)
def get_template(query: dict[str, Any], purchase_order_id: UUID, suffix: str) -> Response:
    """The invoice sheet of an order, filled in with what was received and not invoiced; .xlsx or .csv."""
    number, rows = invoice_sheets.make_template(
        current_database(), current_actor(), str(purchase_order_id), query["school_urn"]
    )
    content, media_type = (_xlsx(rows), XLSX) if suffix == "xlsx" else (_csv(rows), CSV)
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="invoice-{number}.{suffix}"'
    return response


def register(content: bytes, media_type: str) -> InvoiceView:
    """Register a filled-in sheet of one of the two kinds."""
    if not content:
        abort(400, "The request has no body.")
    return invoice_sheets.register_sheet(current_database(), current_actor(), content, media_type)


def _csv(rows: list[list[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[list[Cell]]) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("Invoice")
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        heading = next(place for place, row in enumerate(rows) if not row) + 1
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                label = place == heading or (place < heading and column == 0)
                if isinstance(cell, str):
                    sheet.write_string(place, column, harmless(cell), bold if label else None)
                elif cell is not None:
                    sheet.write_number(place, column, float(cell) if isinstance(cell, Decimal) else cell)
        sheet.freeze_panes(heading + 1, 0)
    return file.getvalue()
