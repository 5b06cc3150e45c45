"""What happens in a life after the bills: a supplier credits what it had invoiced, and another is paid directly."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from chassis.actor import Actor
from chassis.database import Database
from contracts.london import london_today
from services.billing.domain.invoice import InvoiceLine, SupplierInvoice
from services.billing.storage.invoices import Original
from services.billing.usecases.issue_bills import issue_bills
from services.billing.usecases.note_payments import note_payment
from services.billing.usecases.register_invoice import register_form


def credit_two_units(
    billing: Database, supplier: Actor, manager: Actor, round_id: str, order: Mapping[str, Any], urn: int
) -> None:
    """The supplier credits two units of the order's last line that a school was billed for: it gets them back."""
    line = max(order["lines"], key=lambda line: line["line_no"])
    price = Decimal(line["unit_price"])
    given = InvoiceLine(
        line_no=1,
        order_line_no=line["line_no"],
        name=line["name"],
        quantity=-2,
        unit_price=price,
        net_pence=-int(price * 200),
        vat_class="S",
        vat_rate=Decimal("20.00"),
        school_urn=urn,
    )
    vat = given.net_pence // 5
    note = SupplierInvoice(
        f"CR {order['number']}",
        date(2026, 12, 1),
        None,
        order["number"],
        (given,),
        given.net_pence,
        vat,
        given.net_pence + vat,
        kind="credit_note",
        credits=(f"INV {order['number']}",),
    )
    register_form(billing, supplier, note, Original(b"CR", "text/plain"))
    issue_bills(billing, manager, round_id)


def invoice_directly(billing: Database, supplier: Actor, school: Actor, order: Mapping[str, Any], urn: int) -> None:
    """The supplier makes its invoice out to the one school that ordered, which says that it has paid it."""
    lines = tuple(
        InvoiceLine(
            line_no=line["line_no"],
            order_line_no=line["line_no"],
            name=line["name"],
            quantity=line["quantity"],
            unit_price=Decimal(line["unit_price"]),
            net_pence=line["net_pence"],
            vat_class="S",
            vat_rate=Decimal("20.00"),
        )
        for line in order["lines"]
    )
    net = sum(line.net_pence for line in lines)
    invoice = SupplierInvoice(
        f"INV {order['number']}",
        date(2026, 11, 23),
        None,
        order["number"],
        lines,
        net,
        net // 5,
        net + net // 5,
        buyer_urn=urn,
    )
    bill = register_form(billing, supplier, invoice, Original(b"INV", "text/plain"))
    note_payment(billing, school, bill.head.supplier_invoice_id, london_today())
