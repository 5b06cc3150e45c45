"""Queue mail about suppliers' own affairs: orders to an address without an account, bank details, their record."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from gateway.domain import supplier_letters
from gateway.domain.letters import Words, purchase_order_revised
from gateway.domain.links import NewLink
from gateway.domain.mail import Enclosure, Mail, one_line
from gateway.storage.mail import known_keys
from gateway.storage.suppliers import find_suppliers
from gateway.usecases.news import Body, News, mails_to, queued
from gateway.usecases.open_links import issue_link

_TOLD_TO_MANAGERS: Final = frozenset({"endpoint", "vat_number", "telephone", "email"})
_STOPPABLE: Final = frozenset({"proposed", "confirmed"})


def tell_order_addresses(connection: Connection, news: News) -> None:
    """PurchaseOrderIssued: the address for orders of each supplier gets a link that opens this order, and only this."""
    known = find_suppliers(connection, {body["supplier_id"] for body in news.bodies})
    letters: dict[str, tuple[NewLink, Words]] = {}
    encloses: dict[str, Enclosure] = {}
    for body in news.bodies:
        supplier = known.get(body["supplier_id"])
        if supplier is not None:
            order_id, number = body["purchase_order_id"], body["number"]
            link = NewLink("purchase_order", order_id, supplier.supplier_id, supplier.name, number, supplier.email)
            words = supplier_letters.order_link(number, body["round_title"] or body.get("title", ""))
            key = f"purchase_order_link:{order_id}:issued"
            letters[key] = (link, words)
            encloses[key] = Enclosure(order_id, supplier.supplier_id)
    news.queue(_with_links(connection, news, letters, encloses))


def tell_order_addresses_of_revisions(connection: Connection, news: News) -> None:
    """PurchaseOrderAmended: the same address gets the new documents, with a link to the order."""
    known = find_suppliers(connection, {body["supplier_id"] for body in news.bodies})
    letters: dict[str, tuple[NewLink, Words]] = {}
    encloses: dict[str, Enclosure] = {}
    for body in news.bodies:
        supplier = known.get(body["supplier_id"])
        if supplier is not None:
            order_id, number = body["purchase_order_id"], body["number"]
            link = NewLink("purchase_order", order_id, supplier.supplier_id, supplier.name, number, supplier.email)
            words = purchase_order_revised(body)
            key = f"purchase_order_link:{order_id}:{body['revision']}"
            letters[key] = (link, Words(words.subject, words.text, None))
            encloses[key] = Enclosure(order_id, supplier.supplier_id, body["revision"])
    news.queue(_with_links(connection, news, letters, encloses))


def tell_of_bank_details(connection: Connection, news: News) -> None:
    """BankDetailsChanging: every address that was ever a contact, with a link that stops it; the business managers."""
    letters: dict[str, tuple[NewLink, Words]] = {}
    mails: list[Mail] = []
    for body in news.bodies:
        about = f"{body['bank_details_id']}:{body['step']}"
        mails += mails_to("bank_details_changing", about, news.managers, supplier_letters.bank_details_to_manager(body))
        for address, words in _to_contacts(body).items():
            key = f"bank_details:{about}:{address.lower()}"
            if body["step"] in _STOPPABLE:
                letters[key] = (_stop_link(body, address), words)
            else:
                mails.append(_to_address("bank_details_told", key, address, words))
    news.queue([*mails, *_with_links(connection, news, letters)])


@queued
def tell_of_changed_details(news: News) -> Iterator[Mail]:
    """SupplierDetailsChanged: the business managers, where it is what fraud begins with."""
    for body in news.bodies:
        if _TOLD_TO_MANAGERS & {change["field"] for change in body["changes"]}:
            about = f"{body['supplier_id']}:{body['version']}"
            words = supplier_letters.supplier_details_changed(body)
            yield from mails_to("supplier_details_changed", about, news.managers, words)


def _to_contacts(body: Body) -> dict[str, Words]:
    words = supplier_letters.bank_details_changing(body)
    return dict.fromkeys(body["addresses"], words)


def _stop_link(body: Body, address: str) -> NewLink:
    label = f"the account ending in {body['account_ending']}"
    return NewLink("bank_details", body["bank_details_id"], body["supplier_id"], body["supplier_name"], label, address)


def _with_links(
    connection: Connection,
    news: News,
    letters: Mapping[str, tuple[NewLink, Words]],
    encloses: Mapping[str, Enclosure] = MappingProxyType({}),
) -> Iterator[Mail]:
    """Mails by key, each with a link of its own; one that is queued already gets no second link."""
    told = known_keys(connection, letters)
    for key, (wanted, words) in letters.items():
        if key not in told:
            link, path = issue_link(connection, wanted, news.now)
            yield Mail(
                kind=f"{wanted.purpose}_link",
                key=key,
                subject=one_line(words.subject),
                text=words.text,
                to_address=wanted.address,
                link=path,
                expires_at=link.expires_at,
                encloses=encloses.get(key),
            )


def _to_address(kind: str, key: str, address: str, words: Words) -> Mail:
    return Mail(kind, key, one_line(words.subject), words.text, to_address=address)
