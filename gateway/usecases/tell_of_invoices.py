"""Queue mail about suppliers' invoices: what became of them."""

from collections.abc import Iterator

from gateway.domain import invoice_letters
from gateway.domain.mail import Mail
from gateway.usecases.news import News, mails_to, queued


@queued
def tell_of_answered_invoices(news: News) -> Iterator[Mail]:
    """SupplierInvoiceAnswered: the supplier's people, at each change of state."""
    people = news.at_suppliers()
    for body in news.bodies:
        about = f"{body['supplier_invoice_id']}:{body['state']}"
        to = people.get(body["supplier_id"], [])
        yield from mails_to("invoice_answered", about, to, invoice_letters.invoice_answered(body))
