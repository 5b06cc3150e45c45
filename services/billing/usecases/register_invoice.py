"""Register a supplier's invoice: checked, numbered, posted in full and matched."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.numbers import next_number
from services.billing.domain.errors import ClosedOrder, DuplicateInvoice, NoOrder, UnknownOrderLine, UnknownSchool
from services.billing.domain.invoice import SupplierInvoice, check_arithmetic, vat_of_lines
from services.billing.domain.ledger import invoice_entry
from services.billing.domain.ubl_invoice import as_supplier_invoice, read_ubl_invoice
from services.billing.storage import directory, invoices, ledger, orders
from services.billing.storage.invoices import Original
from services.billing.usecases.match_invoices import match_invoices
from services.billing.usecases.read_invoices import InvoiceView, view_invoice

Build = Callable[[Connection, Row[Any]], SupplierInvoice]


def register_form(database: Database, actor: Actor, invoice: SupplierInvoice, original: Original) -> InvoiceView:
    """Register an invoice that was keyed in or sent as JSON.

    Raises InvoiceArithmetic and what else `check_arithmetic` raises, NoOrder, DuplicateInvoice, ClosedOrder,
    UnknownOrderLine, UnknownSchool; nothing is stored then.
    """
    check_arithmetic(invoice)
    return _register(database, actor, invoice.purchase_order_number, lambda *_: invoice, original)


def register_ubl(database: Database, actor: Actor, content: bytes) -> InvoiceView:
    """Register a Peppol BIS Billing 3.0 invoice. Raises as `register_form`, and what the reader refuses."""
    read = read_ubl_invoice(content)

    def build(connection: Connection, order: Row[Any]) -> SupplierInvoice:
        return as_supplier_invoice(read, orders.lines_by_sku(connection, order.purchase_order_id).get)

    as_supplier_invoice(read, lambda _: 0)  # what no purchase order could mend is refused before one is looked for
    return _register(database, actor, read.order_number or "", build, Original(content, "application/xml"))


def _register(database: Database, actor: Actor, order_number: str, build: Build, original: Original) -> InvoiceView:
    with database.transaction(actor) as connection:
        order = orders.order_by_number(connection, order_number)
        if order is None:
            raise NoOrder(
                f"There is no purchase order {order_number!r} with this supplier.",
                fields={"purchase_order_number": "Unknown purchase order."},
            )
        orders.lock_orders(connection, [order.purchase_order_id])
        invoice = build(connection, order)
        check_arithmetic(invoice)
        _refuse_duplicate(connection, invoice, order)
        _check_order(connection, invoice, order)
        invoice_id = _store(connection, invoice, order, actor.name, original)
        match_invoices(connection, [order.purchase_order_id])
        return view_invoice(connection, invoice_id)


def _refuse_duplicate(connection: Connection, invoice: SupplierInvoice, order: Row[Any]) -> None:
    if invoices.number_is_taken(connection, order.supplier_id, invoice.number):
        raise _duplicate(invoice)


def _check_order(connection: Connection, invoice: SupplierInvoice, order: Row[Any]) -> None:
    if order.answer == "rejected" or order.settled_at is not None:
        how = "rejected" if order.answer == "rejected" else "settled"
        raise ClosedOrder(f"Purchase order {order.number} is {how}.")
    known = {line.line_no for line in orders.order_lines(connection, order.purchase_order_id)}
    unknown = {
        f"lines.{index}.order_line_no": f"{order.number} has no line {line.order_line_no}."
        for index, line in enumerate(invoice.lines)
        if line.order_line_no not in known
    }
    if unknown:
        raise UnknownOrderLine("The purchase order has no such line.", fields=unknown)
    named = {line.school_urn for line in invoice.lines if line.school_urn is not None}
    strangers = directory.unknown_schools(connection, named)
    if strangers:
        raise UnknownSchool(
            "No school of the alliance has this URN.",
            fields={
                f"lines.{index}.school_urn": f"Unknown school {line.school_urn}."
                for index, line in enumerate(invoice.lines)
                if line.school_urn in strangers
            },
        )


def _store(
    connection: Connection, invoice: SupplierInvoice, order: Row[Any], registered_by: str, original: Original
) -> str:
    our_number = next_number(connection, "SI")
    invoice_id = invoices.add_invoice(connection, invoice, our_number, order, registered_by, original)
    if invoice_id is None:
        raise _duplicate(invoice)
    invoices.add_lines(connection, invoice_id, invoice, vat_of_lines(invoice), order)
    entry = invoice_entry(
        invoice_id,
        our_number,
        invoice.issue_date,
        order.supplier_id,
        net_pence=invoice.net_pence,
        vat_pence=invoice.vat_pence,
        description=f"Invoice {invoice.number} on {order.number}",
    )
    ledger.post(connection, [entry], registered_by)
    return invoice_id


def _duplicate(invoice: SupplierInvoice) -> DuplicateInvoice:
    return DuplicateInvoice(
        f"Invoice {invoice.number!r} was sent before; capitals, spaces and leading zeros make no difference.",
        fields={"number": "This invoice number was used before."},
    )
