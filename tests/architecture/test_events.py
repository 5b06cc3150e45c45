"""Events are promises: each type has a frozen schema, a stored sample, and somebody who listens."""

import hashlib
import json
import re
from datetime import UTC, datetime
from importlib import import_module, resources
from pathlib import Path

import jsonschema
import pytest

from chassis.consumer import handlers_in
from chassis.migrations import migrations_folder
from contracts.events import samples, schemas
from contracts.topology import PRODUCERS, SUBSCRIPTIONS, UNCONSUMED, queue_name
from tests.clients import deliver

ROOT = Path(__file__).parents[2]
FROZEN = json.loads((Path(__file__).parent / "frozen_schemas.json").read_text(encoding="utf-8"))


def inbox(part: str) -> str:
    return "gateway.inbox" if part == "gateway" else f"services.{part}.inbox"


def consumed() -> dict[str, set[str]]:
    """Which parts handle each event type."""
    found: dict[str, set[str]] = {}
    for part in SUBSCRIPTIONS:
        for event_type in handlers_in(inbox(part)):
            found.setdefault(event_type, set()).add(part)
    return found


def produced() -> set[str]:
    """Event types that the use cases append: read from the sources, so that none is appended without a schema."""
    pattern = re.compile(r'"([A-Z][a-z]+(?:[A-Z][a-z]+)+)"|\'([A-Z][a-z]+(?:[A-Z][a-z]+)+)\'')
    known = {event_type for event_type, _ in schemas()}
    found = set()
    for path in (ROOT / "services").rglob("*.py"):
        if "inbox" in path.parts:
            continue
        for pair in pattern.findall(path.read_text(encoding="utf-8")):
            found |= known & set(pair)
    return found


@pytest.mark.parametrize(("event_type", "version"), sorted(schemas()))
def test_the_stored_sample_fits_its_schema(event_type: str, version: int) -> None:
    schema = schemas()[event_type, version]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(
        samples()[event_type, version], schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def test_every_sample_belongs_to_a_schema() -> None:
    assert samples().keys() == schemas().keys()


@pytest.mark.parametrize(("event_type", "version"), sorted(schemas()))
def test_a_published_schema_is_never_edited(event_type: str, version: int) -> None:
    name = f"{event_type}.v{version}"
    for folder in ("event_schemas", "samples"):
        body = resources.files("contracts").joinpath(folder, f"{name}.json").read_bytes()
        assert FROZEN[f"{folder}/{name}"] == hashlib.sha256(body).hexdigest(), (
            f"{folder}/{name}.json was edited: publish a new version instead"
        )


@pytest.mark.parametrize(("event_type", "version"), sorted(schemas()))
def test_every_event_has_a_consumer_or_a_stated_reason(event_type: str, version: int) -> None:
    assert (event_type in consumed()) != (event_type in UNCONSUMED)


def test_every_event_type_is_produced() -> None:
    assert {event_type for event_type, _ in schemas()} == produced()


def test_nobody_consumes_what_is_not_a_published_type() -> None:
    assert consumed().keys() <= {event_type for event_type, _ in schemas()}


def test_every_queue_is_consumed() -> None:
    queues = {queue_name(part, producer) for part, producers in SUBSCRIPTIONS.items() for producer in producers}
    assert len(queues) == sum(len(producers) for producers in SUBSCRIPTIONS.values())
    for part, producers in SUBSCRIPTIONS.items():
        assert handlers_in(inbox(part)), f"{part} has queues and no handler"
        assert set(producers) <= set(PRODUCERS)
        worker = "gateway.worker" if part == "gateway" else f"services.{part}.worker"
        assert callable(import_module(worker).main)


def test_every_part_keeps_its_own_migrations() -> None:
    for part in (*PRODUCERS, "gateway"):
        assert resources.files(migrations_folder(part)).joinpath("env.py").is_file()


@pytest.mark.parametrize("part", sorted(SUBSCRIPTIONS))
def test_todays_consumers_read_every_stored_sample(part: str, databases) -> None:
    """Samples are applied in the order of life, twice over, with a field that today's code does not know."""
    order = [
        "AllianceRecorded",
        "SchoolRecorded",
        "SupplierRecorded",
        "SupplierDetailsChanged",
        "BankDetailsChanging",
        "SupplierBankDetailsRecorded",
        "PersonRecorded",
        "ApprovalLimitsRecorded",
        "CategoryRecorded",
        "ContractRecorded",
        "OfferPublished",
        "VatExceptionRecorded",
        "LeavingRecorded",
        "RoundOpened",
        "RoundOpeningFailed",
        "RoundReminderDue",
        "SchoolsNudged",
        "RoundDeadlineMoved",
        "OrderSubmitted",
        "ApproversReminded",
        "FirstApprovalGiven",
        "OrderReturned",
        "OrderApproved",
        "OrderDropped",
        "RoundClosed",
        "PurchaseOrderIssued",
        "DropIssued",
        "OrderPlaced",
        "AnswerOverdue",
        "PurchaseOrderAcknowledged",
        "ChangesOffered",
        "ConsentWanted",
        "DecisionOverdue",
        "PurchaseOrderAmended",
        "DropAmended",
        "ChangesDecided",
        "ReceiptsOverdue",
        "DespatchRecorded",
        "ReceiptRecorded",
        "ClaimAnswered",
        "SupplierInvoiceAnswered",
        "InvoiceAwaitsReceipts",
        "RemittanceAdvised",
        "BillIssued",
        "DirectBillRecorded",
        "BillReminderDue",
        "BillDisputed",
        "BillDisputeAnswered",
        "CreditNoteIssued",
        "PurchaseOrderSettled",
        "ManualJournalProposed",
        "PaymentRunProposed",
        "FundContributionAsked",
        "FundContributionWithdrawn",
        "FundContributionBilled",
        "OfferWithdrawn",
        "SubscriptionRequested",
        "SubscriptionDecided",
    ]
    handled = handlers_in(inbox(part))
    assert {event_type for event_type, _ in samples()} == set(order)
    database = databases(part)
    events = [
        (event_type, {**samples()[event_type, version], "unknown_field": datetime.now(UTC).isoformat()})
        for event_type in order
        for version in sorted(version for kind, version in samples() if kind == event_type)
        if event_type in handled
    ]
    deliver(database, part, events)
    deliver(database, part, events)
