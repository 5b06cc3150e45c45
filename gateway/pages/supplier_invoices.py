"""A supplier's invoices and credit notes: the list, and one with how it was matched."""

from typing import Any

from flask import render_template

from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.held_words import by_invoice
from gateway.pages.invoice_parts import invoice_part


@supplier.get("/invoices")
@for_supplier
def invoices() -> str:
    """Every invoice sent, newest first as the service lists them."""
    found = ask.items("billing", "/supplier-invoices")
    why = by_invoice(ask.items_or_none("billing", "/held-invoices"))
    return render_template("supplier/invoices.html", invoices=found, why=why)


@supplier.get("/invoices/<uuid:invoice_id>")
@for_supplier
def invoice(invoice_id: Any) -> str:
    """One invoice, with what is held and why."""
    found = ask.one("billing", f"/supplier-invoices/{invoice_id}")
    return render_template("supplier/invoice.html", invoice=found, part=invoice_part(found))
