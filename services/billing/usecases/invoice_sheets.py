"""Invoices as spreadsheets: the sheet of an order to take, and the filled-in sheet to register."""

from chassis.actor import Actor
from chassis.database import Database
from chassis.sheets import SheetUnreadable, read_file
from contracts.errors import BrokenRule, NotFound
from contracts.london import london_today
from services.billing.domain.errors import InvoiceUnreadable
from services.billing.domain.invoice_sheet import read_invoice_sheet
from services.billing.domain.invoice_template import Cell, template_rows
from services.billing.storage import invoice_templates
from services.billing.storage.invoices import Original
from services.billing.usecases.read_invoices import InvoiceView
from services.billing.usecases.register_invoice import register_form


def make_template(database: Database, actor: Actor, order_id: str, urn: int | None) -> tuple[str, list[list[Cell]]]:
    """The order's number and the rows of its invoice sheet, of one school where the invoice is made out to it.

    Raises NotFound.
    """
    with database.transaction(actor) as connection:
        order = invoice_templates.get_order(connection, order_id)
        if order is None:
            raise NotFound("There is no such purchase order.")
        lines = invoice_templates.template_lines(connection, order_id, urn)
    buyer = urn if order.settlement == "direct" else None
    return order.number, template_rows(order.number, lines, london_today(), buyer)


def register_sheet(database: Database, actor: Actor, content: bytes, media_type: str) -> InvoiceView:
    """Register an invoice or credit note from a filled-in sheet, XLSX or CSV.

    Raises InvoiceUnreadable and what `register_form` raises, each telling the cells.
    """
    try:
        rows = read_file(content).rows
    except SheetUnreadable as fault:
        raise InvoiceUnreadable(str(fault), fields={"file": str(fault)}) from fault
    sheet = read_invoice_sheet(rows)
    try:
        return register_form(database, actor, sheet.invoice, Original(content, media_type))
    except BrokenRule as fault:
        raise sheet.at_its_cells(fault) from fault
