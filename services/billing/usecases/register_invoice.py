"""Register a supplier's invoice or credit note: checked, numbered, posted in full and matched."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.collector import collector_paused
from chassis.database import Database
from chassis.numbers import next_number
from contracts.london import london_today
from services.billing.domain.direct import for_its_buyer
from services.billing.domain.errors import (
    ClosedOrder,
    DuplicateInvoice,
    NoOrder,
    OrdersOfTwoSuppliers,
    UnknownSchool,
)
from services.billing.domain.invoice import (
    SupplierInvoice,
    check_arithmetic,
    check_due_date,
    check_issue_date,
    vat_of_lines,
)
from services.billing.domain.ledger import invoice_entry
from services.billing.domain.match_facts import Touched
from services.billing.domain.order_references import (
    OrderedLine,
    check_order_lines,
    orders_named,
    our_number,
)
from services.billing.domain.reverse_charge import reverse_vat_pence, with_reverse_charge
from services.billing.domain.settled_invoice import check_document, settle
from services.billing.domain.ubl_invoice import read_ubl_invoice
from services.billing.storage import direct_bills, directory, invoices, ledger, ordered_lines, orders
from services.billing.storage.invoices import Original
from services.billing.usecases.match_invoices import match_invoices
from services.billing.usecases.read_invoices import InvoiceView, view_invoice
from services.billing.usecases.settle_orders import settle_orders

Build = Callable[[str, Sequence[OrderedLine]], SupplierInvoice]
"""Makes the invoice of the first order's number and the lines of all orders that it names."""


def register_form(database: Database, actor: Actor, invoice: SupplierInvoice, original: Original) -> InvoiceView:
    """Register an invoice that was keyed in or sent as JSON.

    Raises InvoiceArithmetic and what else `check_arithmetic` raises, DueDateImplausible, NoOrder, DuplicateInvoice,
    ClosedOrder, UnknownOrderLine, UnknownSchool, WrongBuyer, CreditExceedsInvoice; nothing is stored then.
    """
    check_arithmetic(invoice)
    lines = tuple(replace(line, order_number=our_number(line.order_number or "") or None) for line in invoice.lines)
    numbers = [our_number(invoice.purchase_order_number), *(line.order_number for line in lines if line.order_number)]

    def build(order_number: str, _: Sequence[OrderedLine]) -> SupplierInvoice:
        return replace(invoice, purchase_order_number=order_number, lines=lines)

    return _register(database, actor, list(dict.fromkeys(numbers)), build, original)


def register_ubl(database: Database, actor: Actor, content: bytes) -> InvoiceView:
    """Register a Peppol BIS Billing 3.0 invoice or credit note.

    Raises as `register_form`, what the reader refuses, what `check_document` and `settle` raise, OrdersOfTwoSuppliers.
    """
    with collector_paused():
        document = read_ubl_invoice(content)
        check_document(document)  # what no purchase order could mend is refused before one is looked for

        def build(order_number: str, ordered: Sequence[OrderedLine]) -> SupplierInvoice:
            return settle(document, order_number, ordered)

        return _register(database, actor, orders_named(document), build, Original(content, "application/xml"))


def _register(
    database: Database, actor: Actor, order_numbers: Sequence[str], build: Build, original: Original
) -> InvoiceView:
    with database.transaction(actor) as connection:
        found = _find_orders(connection, order_numbers)
        order, order_ids = found[0], [each.purchase_order_id for each in found]
        orders.lock_orders(connection, order_ids)
        ordered = ordered_lines.ordered_lines(connection, order_ids)
        invoice = build(order.number, ordered)
        check_issue_date(invoice.issue_date, london_today())
        if invoice.kind == "invoice":
            check_due_date(invoice.issue_date, invoice.due_date)
        invoice = for_its_buyer(invoice, order.settlement, orders.schools_of(connection, order_ids))
        _refuse_duplicate(connection, invoice, order)
        _check_orders(connection, invoice, found, ordered)
        invoice_id = _store(connection, invoice, found, actor.name, original)
        match_invoices(connection, order_ids, registering=invoice_id, touched=_touched(invoice, found))
        if order.settlement == "direct":
            settle_orders(connection, order_ids)
        return view_invoice(connection, invoice_id)


def _find_orders(connection: Connection, numbers: Sequence[str]) -> list[Row[Any]]:
    """The purchase orders of these numbers, in their order; the first is the one that the document is kept under."""
    found = orders.orders_by_number(connection, numbers)
    unknown = [number for number in numbers if number.upper() not in found]
    if unknown or not numbers:
        told = f"There is no purchase order {', '.join(map(repr, unknown))} with this supplier."
        if not numbers:
            told = "The document names no purchase order (BT-13)."
        raise NoOrder(told, fields={"purchase_order_number": told})
    named = [found[number.upper()] for number in numbers]
    if len({(order.supplier_id, order.settlement) for order in named}) > 1:
        raise OrdersOfTwoSuppliers("One document stands on orders of one supplier, all settled in the same way.")
    return named


def _refuse_duplicate(connection: Connection, invoice: SupplierInvoice, order: Row[Any]) -> None:
    if invoices.number_is_taken(connection, order.supplier_id, invoice.kind, invoice.number):
        raise _duplicate(invoice)


def _check_orders(
    connection: Connection, invoice: SupplierInvoice, found: Sequence[Row[Any]], ordered: Sequence[OrderedLine]
) -> None:
    for order in found:
        settled = order.settled_at is not None and invoice.gross_pence >= 0
        if order.answer == "rejected" or settled:
            raise ClosedOrder(f"Purchase order {order.number} is {'settled' if settled else 'rejected'}.")
    check_order_lines(invoice, ordered)
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
    connection: Connection, invoice: SupplierInvoice, found: Sequence[Row[Any]], registered_by: str, original: Original
) -> str:
    order = found[0]
    our_number = next_number(connection, "SI")
    invoice_id = invoices.add_invoice(connection, invoice, our_number, order, registered_by, original)
    if invoice_id is None:
        raise _duplicate(invoice)
    invoices.add_lines(connection, invoice_id, invoice, vat_of_lines(invoice), found)
    if order.settlement == "direct":
        if invoice.kind == "invoice":
            number = next_number(connection, "DB")
            direct_bills.add_direct_bill(connection, invoice_id, number, order, invoice.buyer_urn)
        return invoice_id
    entry = invoice_entry(
        invoice_id,
        our_number,
        invoice.issue_date,
        order.supplier_id,
        net_pence=invoice.net_pence,
        vat_pence=invoice.vat_pence,
        description=f"Invoice {invoice.number} on {order.number}",
    )
    reverse_pence = reverse_vat_pence(invoice)
    ledger.post(connection, [with_reverse_charge(entry, order.supplier_id, reverse_pence)], registered_by)
    return invoice_id


def _touched(invoice: SupplierInvoice, found: Sequence[Row[Any]]) -> dict[str, Touched]:
    """What a document is about, by purchase order: every school, if a line names none or gives back."""
    lines: dict[str, set[int]] = {order.purchase_order_id: set() for order in found}
    orders_by_number = {order.number: order.purchase_order_id for order in found}
    for line in invoice.lines:
        lines[orders_by_number.get(line.order_number or "", found[0].purchase_order_id)].add(line.order_line_no)
    schools = {line.school_urn if line.net_pence >= 0 and line.quantity >= 0 else None for line in invoice.lines}
    named = None if None in schools else frozenset(urn for urn in schools if urn is not None)
    return {order_id: Touched(frozenset(order_lines), named) for order_id, order_lines in lines.items()}


def _duplicate(invoice: SupplierInvoice) -> DuplicateInvoice:
    what = "Credit note" if invoice.kind == "credit_note" else "Invoice"
    return DuplicateInvoice(
        f"{what} {invoice.number!r} was sent before; capitals, spaces and leading zeros make no difference.",
        fields={"number": "This invoice number was used before."},
    )
