"""Ways into a service for its tests: its HTTP door with real tokens, and its inbox with real events."""

import importlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.local import LocalProxy
from werkzeug.test import TestResponse

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from chassis.settings import read_settings
from chassis.tokens import Minter, new_key_pair
from contracts.topology import PRODUCERS
from tests.backends import ServiceDatabase

FEED_SECRET = "a feed secret that only the tests know"
KEYS = {
    "AllianceRecorded": ("members", "alliance", "name"),
    "SchoolRecorded": ("members", "school", "urn"),
    "LeavingRecorded": ("members", "school", "urn"),
    "SupplierRecorded": ("members", "supplier", "supplier_id"),
    "SupplierDetailsChanged": ("members", "supplier", "supplier_id"),
    "BankDetailsChanging": ("members", "supplier", "supplier_id"),
    "SupplierBankDetailsRecorded": ("members", "supplier", "supplier_id"),
    "PersonRecorded": ("members", "person", "person_id"),
    "ApprovalLimitsRecorded": ("members", "school", "school_urn"),
    "ContractRecorded": ("catalogue", "contract", "contract_id"),
    "OfferPublished": ("catalogue", "offer", "offer_id"),
    "VatExceptionRecorded": ("catalogue", "vat_exception", "exception_id"),
    "CategoryRecorded": ("catalogue", "category", "code"),
    "OfferWithdrawn": ("catalogue", "offer", "offer_id"),
    "RoundOpened": ("orders", "round", "round_id"),
    "RoundOpeningFailed": ("orders", "round", "round_id"),
    "RoundDeadlineMoved": ("orders", "round", "round_id"),
    "SubscriptionRequested": ("orders", "subscription", "subscription_id"),
    "SubscriptionDecided": ("orders", "subscription", "subscription_id"),
    "SchoolsNudged": ("orders", "round", "round_id"),
    "RoundReminderDue": ("orders", "round", "round_id"),
    "FirstApprovalGiven": ("orders", "order", "round_id"),
    "ApproversReminded": ("orders", "order", "round_id"),
    "OrderPlaced": ("orders", "order", "round_id"),
    "OrderSubmitted": ("orders", "order", "round_id"),
    "OrderReturned": ("orders", "order", "round_id"),
    "OrderApproved": ("orders", "order", "round_id"),
    "OrderDropped": ("orders", "order", "round_id"),
    "AnswerOverdue": ("orders", "purchase_order", "purchase_order_id"),
    "ReceiptsOverdue": ("orders", "purchase_order", "purchase_order_id"),
    "RoundClosed": ("orders", "round", "round_id"),
    "PurchaseOrderIssued": ("orders", "purchase_order", "purchase_order_id"),
    "DropIssued": ("orders", "purchase_order", "purchase_order_id"),
    "PurchaseOrderAmended": ("orders", "purchase_order", "purchase_order_id"),
    "PurchaseOrderAcknowledged": ("orders", "purchase_order", "purchase_order_id"),
    "DespatchRecorded": ("orders", "purchase_order", "purchase_order_id"),
    "ClaimAnswered": ("orders", "purchase_order", "purchase_order_id"),
    "DropAmended": ("orders", "purchase_order", "purchase_order_id"),
    "ConsentWanted": ("orders", "purchase_order", "purchase_order_id"),
    "ChangesOffered": ("orders", "purchase_order", "purchase_order_id"),
    "ChangesDecided": ("orders", "purchase_order", "purchase_order_id"),
    "DecisionOverdue": ("orders", "purchase_order", "purchase_order_id"),
    "ReceiptRecorded": ("orders", "purchase_order", "purchase_order_id"),
    "SupplierInvoiceAnswered": ("billing", "supplier_invoice", "supplier_invoice_id"),
    "BillReminderDue": ("billing", "bill", "bill_id"),
    "BillDisputed": ("billing", "bill", "bill_id"),
    "BillDisputeAnswered": ("billing", "bill", "bill_id"),
    "RemittanceAdvised": ("billing", "remittance_advice", "remittance_advice_id"),
    "InvoiceAwaitsReceipts": ("billing", "supplier_invoice", "supplier_invoice_id"),
    "BillIssued": ("billing", "bill", "bill_id"),
    "DirectBillRecorded": ("billing", "bill", "bill_id"),
    "FundContributionAsked": ("billing", "fund_contribution", "fund_contribution_id"),
    "FundContributionWithdrawn": ("billing", "fund_contribution", "fund_contribution_id"),
    "FundContributionBilled": ("billing", "bill", "bill_id"),
    "ManualJournalProposed": ("billing", "manual_journal", "manual_journal_id"),
    "PaymentRunProposed": ("billing", "payment_run", "payment_run_id"),
    "CreditNoteIssued": ("billing", "bill", "bill_id"),
    "PurchaseOrderSettled": ("billing", "purchase_order", "purchase_order_id"),
}


@cache
def key_pair() -> tuple[str, str]:
    """The test run's (private, public) keys for service tokens."""
    return new_key_pair()


def settings_for(database: ServiceDatabase, broker_url: str = "pgmq://nobody@localhost/none", **extra: str) -> Any:
    """The settings of a part whose database this is, as its process would read them from its environment."""
    return read_settings(database.name, environment_for(database, broker_url) | extra)


def environment_for(database: ServiceDatabase, broker_url: str) -> dict[str, str]:
    """The environment of one part's processes, over this database and broker."""
    return {
        "BURSAR_ENV": "embedded",
        f"{database.name.upper()}_DATABASE_URL": database.app_url,
        f"{database.name.upper()}_MIGRATION_DATABASE_URL": database.owner_url,
        "BROKER_URL": broker_url,
        "SERVICE_TOKEN_PRIVATE_KEY": key_pair()[0],
        "SERVICE_TOKEN_PUBLIC_KEY": key_pair()[1],
        "SECRET_KEY": "a secret key that only the tests know",
        "FEED_SECRET": FEED_SECRET,
        **{f"{name.upper()}_URL": "http://127.0.0.1:1" for name in PRODUCERS},
    }


class ServiceClient:
    """Flask's test client with a token, an idempotency key and an If-Match where they are asked for."""

    def __init__(self, app: Flask, audience: str, actor: Actor, database: Database) -> None:
        self.app = app
        self.audience = audience
        self.actor = actor
        self._database = database

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET as the actor."""
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """POST as the actor; `key` is the Idempotency-Key, a new one if it isn't given."""
        return self.send("POST", path, json=json, **{"key": str(uuid4()), **options})

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """PUT as the actor; `version` goes into If-Match."""
        return self.send("PUT", path, json=json, **options)

    def send(
        self, method: str, path: str, *, key: str | None = None, version: int | None = None, **options: Any
    ) -> TestResponse:
        """Any method; `key=None` and `version=None` leave the header out."""
        headers = {"Authorization": f"Bearer {_minter().mint(self.audience, self.actor)}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if options.get("json", ...) is None:
            del options["json"]
        return self.open(path, method=method, headers=headers | dict(options.pop("headers", {})), **options)

    def open(self, path: str, **options: Any) -> TestResponse:
        """A request with nothing added; the whole answer is made before it returns."""
        used = _used.set(self._database)
        try:
            return self.app.test_client().open(path, buffered=True, **options)
        finally:
            _used.reset(used)


class Clients:
    """Makes clients of services; see the fixture `service_client`."""

    def __init__(self, databases: Callable[[str], ServiceDatabase]) -> None:
        self._databases = databases
        self._own: dict[str, ServiceDatabase] = {}

    def database(self, name: str) -> ServiceDatabase:
        """The database that this test's clients of that service share."""
        if name not in self._own:
            self._own[name] = self._databases(name)
        return self._own[name]

    def __call__(self, name: str, actor: Actor, *, database: ServiceDatabase | None = None) -> ServiceClient:
        """A client of the service as that actor."""
        used = database or self.database(name)
        return ServiceClient(_application(name, used), name, actor, used.database)


# Making a service's application takes longer than most tests: one serves all tests of a process, and each request
# goes to the database of the client that makes it.
_applications: dict[str, Flask] = {}
_making = Lock()  # Python 3.11 fails when two threads build syntax trees, as applications do
_used: ContextVar[Database] = ContextVar("database of the client that makes the request")


def _application(name: str, first: ServiceDatabase) -> Flask:
    with _making:
        if name not in _applications:
            module = importlib.import_module(f"services.{name}.app")
            _applications[name] = module.build_app(settings_for(first), LocalProxy(_used))
        return _applications[name]


@cache
def _minter() -> Minter:
    return Minter(key_pair()[0])


def deliver(database: ServiceDatabase, consumer: str, events: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Hand events, as (type, body), to the consumer's handlers of today, in one transaction as a worker would.

    Runs of one type go to their handler together. Bodies pass through JSON, as they would on the wire.
    """
    from chassis.consumer import Event, handlers_in

    handlers = handlers_in(f"{consumer}.inbox" if consumer == "gateway" else f"services.{consumer}.inbox")
    run: list[Any] = []
    with database.database.transaction(SERVICE) as connection:
        for position, (event_type, body) in enumerate(events, start=1):
            if run and run[0].type != event_type:
                handlers[run[0].type](connection, run)
                run = []
            producer, aggregate, identifier = KEYS[event_type]
            run.append(
                Event(
                    event_id=str(uuid4()),
                    type=event_type,
                    version=1,
                    key=f"{aggregate}:{body[identifier]}",
                    occurred_at=datetime.now(UTC),
                    traceparent="",
                    correlation_id="",
                    position=position,
                    producer=producer,
                    body=json.loads(json.dumps(body)),
                )
            )
        if run:
            handlers[run[0].type](connection, run)
