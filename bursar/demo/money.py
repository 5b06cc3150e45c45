"""The money of the demo's rounds: suppliers invoice, schools are billed and pay, suppliers are paid."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from bursar.demo.desk import Desk
from bursar.demo.plans import RoundPlan
from bursar.demo.rounds import purchase_orders
from chassis.actor import SERVICE
from chassis.database import Database
from contracts.vat import vat_rate
from services.billing.domain.invoice import InvoiceLine, SupplierInvoice, vat_by_invoice
from services.billing.storage.invoices import Original
from services.billing.usecases.import_bank_statement import import_statement
from services.billing.usecases.issue_bills import issue_bills
from services.billing.usecases.keep_bank_accounts import change_account, list_accounts
from services.billing.usecases.read_books import list_bills
from services.billing.usecases.read_invoices import list_invoices
from services.billing.usecases.register_invoice import register_form
from services.orders.usecases.read_purchase_orders import get_purchase_order

ACCOUNT = "20-45-77 10203040"
_ALL = 1000


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the bank statement; pence, positive in."""

    pence: int
    counterparty: str
    reference: str


def invoice_round(desk: Desk, billing: Database, plan: RoundPlan, round_id: str) -> None:
    """Let the suppliers invoice what they delivered, and bill the schools for all that matches."""
    for header in purchase_orders(desk, round_id):
        invoice_order(desk, billing, header, plan.delivery(desk.today)[1])
    issue_bills(billing, desk.cast.manager, round_id)


def invoice_order(desk: Desk, billing: Database, header: Row[Any], issued_on: date) -> None:
    """Let the supplier invoice all of a purchase order, unless it has."""
    if header.number not in {invoice.purchase_order_number for invoice in _invoices(billing)}:
        supplier = desk.cast.suppliers[header.supplier_id]
        invoice = _invoice(desk, header, issued_on)
        sent = json.dumps(asdict(invoice), default=str).encode()
        register_form(billing, supplier, invoice, Original(sent, "application/json"))


def invoice_directly(desk: Desk, billing: Database, round_id: str) -> None:
    """Let the supplier make out an invoice to each school of the round, whose contract is settled directly."""
    sent = {invoice.purchase_order_number for invoice in _invoices(billing)}
    for header in purchase_orders(desk, round_id):
        supplier = desk.cast.suppliers[header.supplier_id]
        drops = get_purchase_order(desk.orders, supplier, header.purchase_order_id).drops
        for urn in sorted(drop.school_urn for drop in drops) if header.number not in sent else ():
            invoice = _invoice(desk, header, desk.today - timedelta(days=2), urn)
            original = json.dumps(asdict(invoice), default=str).encode()
            register_form(billing, supplier, invoice, Original(original, "application/json"))


def pay(desk: Desk, billing: Database, *, settled: str, waiting: str) -> None:
    """Import the bank statement on which everything of the round `settled` is paid, both ways.

    Four lines wait for a person's decision: of the round `waiting` one school pays its bill a penny short and another
    with half of the reference, and the bank takes its fee and pays interest.
    """
    bills = [bill for bill in _bills(billing, settled) if bill.paid_pence < bill.gross_pence]
    if not bills:
        return
    numbers = {header.number for header in purchase_orders(desk, settled)}
    movements = [Movement(bill.gross_pence, bill.school_name, bill.payment_reference) for bill in bills]
    movements += [
        Movement(-invoice.gross_pence, invoice.supplier_name, invoice.our_number)
        for invoice in _invoices(billing)
        if invoice.purchase_order_number in numbers and not invoice.paid_pence
    ]
    short, cut = _bills(billing, waiting)[:2]
    movements.append(Movement(short.gross_pence - 1, short.school_name, short.payment_reference))
    movements.append(Movement(cut.gross_pence, cut.school_name.upper()[:18], cut.payment_reference[:10]))
    movements += [Movement(-650, "", "MONTHLY ACCOUNT FEE"), Movement(41, "", "GROSS INTEREST")]
    import_statement(billing, desk.cast.manager, statement(movements, desk.today), ACCOUNT)
    _say_where_to_pay(desk, billing)


def _say_where_to_pay(desk: Desk, billing: Database) -> None:
    """Name the account that the statement was of, so that bills say where they are paid."""
    sort_code, _, account_number = ACCOUNT.replace("-", "").partition(" ")
    for account in list_accounts(billing, SERVICE):
        if account.account == ACCOUNT and not account.paid_into:
            said = {"name": "Orchard Schools Alliance", "sort_code": sort_code, "account_number": account_number}
            change_account(billing, desk.cast.manager, account.bank_account_id, account.version, said)


def _invoice(desk: Desk, header: Row[Any], issued_on: date, buyer_urn: int | None = None) -> SupplierInvoice:
    """The supplier's invoice for all that was ordered, or for what one school ordered, issued on that day."""
    buyer = desk.cast.approvers[buyer_urn] if buyer_urn else desk.cast.suppliers[header.supplier_id]
    ordered = get_purchase_order(desk.orders, buyer, header.purchase_order_id)
    parts = {part["line_no"]: part for part in ordered.drops[0].lines} if buyer_urn else {}
    lines = tuple(_invoice_line(line, parts.get(line.line_no), issued_on) for line in ordered.lines)
    net, vat = sum(line.net_pence for line in lines), vat_by_invoice(lines)
    return SupplierInvoice(
        number=f"INV-{header.number.removeprefix('PO-')}" + (f"-{buyer_urn}" if buyer_urn else ""),
        issue_date=issued_on,
        due_date=issued_on + timedelta(days=30),
        purchase_order_number=header.number,
        lines=lines,
        net_pence=net,
        vat_pence=vat,
        gross_pence=net + vat,
        buyer_urn=buyer_urn,
    )


def _invoice_line(line: Row[Any], part: Mapping[str, Any] | None, issued_on: date) -> InvoiceLine:
    """A line for all that was ordered, or for one school's part; of a charge the part is its price."""
    quantity, net = (part["quantity"], part["net_pence"]) if part else (line.quantity, line.net_pence)
    share = part is not None and line.kind == "charge"
    return InvoiceLine(
        line_no=line.line_no,
        order_line_no=line.line_no,
        name=line.name,
        quantity=1 if share else quantity,
        unit_price=Decimal(net).scaleb(-2) if share else line.unit_price,
        net_pence=net,
        vat_class=line.vat_class,
        vat_rate=vat_rate(line.vat_class, issued_on),
    )


def statement(movements: Sequence[Movement], booked_on: date) -> bytes:
    """A bank statement in CSV with these lines, all booked on one day."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["date", "amount", "counterparty", "reference"])
    for movement in movements:
        sign, pence = "-" if movement.pence < 0 else "", abs(movement.pence)
        amount = f"{sign}{pence // 100}.{pence % 100:02d}"
        writer.writerow([booked_on.isoformat(), amount, movement.counterparty, movement.reference])
    return text.getvalue().encode()


def _invoices(billing: Database) -> list[Row[Any]]:
    return list_invoices(billing, SERVICE, after="", limit=_ALL)[0]


def _bills(billing: Database, round_id: str) -> list[Row[Any]]:
    return list_bills(billing, SERVICE, school_urn=None, round_id=round_id, after="", limit=_ALL)[0]
