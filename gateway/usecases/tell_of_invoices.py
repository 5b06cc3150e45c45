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


@queued
def tell_of_remittances(news: News) -> Iterator[Mail]:
    """RemittanceAdvised: the supplier's people, when a payment is on its way and when it is not after all."""
    people = news.at_suppliers()
    for body in news.bodies:
        about = f"{body['remittance_advice_id']}:{'withdrawn' if body['withdrawn'] else 'told'}"
        to = people.get(body["supplier_id"], [])
        yield from mails_to("remittance_advised", about, to, invoice_letters.remittance_advised(body))


@queued
def tell_of_awaited_receipts(news: News) -> Iterator[Mail]:
    """InvoiceAwaitsReceipts: the buyers and approvers of the schools that have not recorded what arrived."""
    asked = [(body, each) for body in news.bodies for each in body["schools"]]
    people = news.at_schools((each["school_urn"] for _, each in asked), ("school_buyer", "school_approver"))
    for body, each in asked:
        about = f"{body['supplier_invoice_id']}:{body['due_at']}:{each['school_urn']}"
        to = sorted(set(people.get(each["school_urn"], ())))
        yield from mails_to("receipt_wanted", about, to, invoice_letters.receipt_awaited(body, each))
