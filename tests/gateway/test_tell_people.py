"""Who is told what by mail: the people whom an event concerns, once, however often the event comes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from contracts.events import samples
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_closed_rounds, tell_of_openings, tell_of_sent_orders
from tests.backends import ServiceDatabase
from tests.clients import deliver
from tests.gateway.conftest import role

Known = Callable[..., str]

CHESTNUT, BEECH = 900001, 900002
SUPPLIER = samples()["AnswerOverdue", 1]["supplier_id"]
NOW = datetime.now(UTC).replace(microsecond=0)
SOON = f"{NOW + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"


def body(event_type: str, **changes: Any) -> dict[str, Any]:
    """The stored sample, with a deadline that is to come."""
    sample = samples()[event_type, 1]
    return sample | ({"closes_at": SOON} if "closes_at" in sample else {}) | changes


def hear(store: ServiceDatabase, *events: tuple[str, dict[str, Any]]) -> None:
    deliver(store, "gateway", events)


def told(store: ServiceDatabase) -> dict[str, set[str]]:
    """The addresses to which mail of each kind is queued or gathered."""
    found: dict[str, set[str]] = {}
    with store.database.transaction(SERVICE) as connection:
        query = "SELECT kind, email FROM mail JOIN person ON person_id = to_person_id WHERE state <> 'off'"
        for kind, email in connection.execute(text(query)):
            found.setdefault(kind, set()).add(email.partition("@")[0])
    return found


def mail(store: ServiceDatabase, kind: str) -> Any:
    with store.database.transaction(SERVICE) as connection:
        return connection.execute(text("SELECT * FROM mail WHERE kind = :kind"), {"kind": kind}).one()


@pytest.fixture
def people(known: Known) -> dict[str, str]:
    """The people of two schools, a supplier and the alliance, by what comes before the @."""
    roles = {
        "buyer": [role("school_buyer", urn=CHESTNUT)],
        "head": [role("school_approver", urn=CHESTNUT)],
        "both": [role("school_buyer", urn=CHESTNUT), role("school_approver", urn=CHESTNUT)],
        "beech": [role("school_buyer", urn=BEECH)],
        "elsewhere": [role("school_buyer", urn=900009), role("school_approver", urn=900009)],
        "former": [role("school_buyer", urn=CHESTNUT, ends_on="2026-01-01")],
        "governor": [role("governor", urn=CHESTNUT)],
        "sales": [role("supplier_user", supplier=SUPPLIER)],
        "rival": [role("supplier_user", supplier="00000000-0000-4000-8000-0000000000ff")],
        "manager": [role("alliance_manager")],
        "board": [role("board_member")],
    }
    return {
        name: known(f"{name}@people.example", *held, number=number)
        for number, (name, held) in enumerate(roles.items(), start=101)
    }


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [
        ("RoundOpened", {"round_opened": {"buyer", "both", "beech"}}),
        ("RoundReminderDue", {"round_reminder": {"head", "both", "beech"}}),
        ("SchoolsNudged", {"school_nudged": {"head", "both", "beech"}}),
        ("RoundDeadlineMoved", {"deadline_moved": {"buyer", "head", "both", "beech"}}),
        ("LeavingRecorded", {"school_leaves": {"manager"}, "membership_ends": {"buyer", "head", "both"}}),
        ("PurchaseOrderAcknowledged", {"purchase_order_answered": {"manager"}}),
        ("OrderSubmitted", {"order_waiting": {"head", "both"}}),
        ("FirstApprovalGiven", {"order_waiting": {"head", "both"}}),
        ("ApproversReminded", {"approval_wanted": {"head", "both"}}),
        ("OrderDropped", {"order_dropped": {"buyer", "head", "both"}}),
        ("OrderPlaced", {"order_placed": {"buyer", "head", "both"}}),
        ("RoundClosed", {"round_closed": {"manager"}}),
        ("RoundOpeningFailed", {"round_not_opened": {"manager"}}),
        ("PurchaseOrderIssued", {"purchase_order_issued": {"sales"}}),
        ("AnswerOverdue", {"answer_wanted": {"sales"}, "answer_overdue": {"manager"}}),
        ("ChangesOffered", {"changes_offered": {"manager"}}),
        ("ConsentWanted", {"consent_wanted": {"head", "both"}}),
        ("DecisionOverdue", {"changes_offered": {"manager"}, "consent_wanted": {"head", "both"}}),
        ("DropAmended", {"drop_amended": {"buyer", "head", "both"}}),
        ("ChangesDecided", {"changes_decided": {"sales"}}),
        ("ReceiptsOverdue", {"receipt_wanted": {"buyer", "head", "both"}}),
        ("InvoiceAwaitsReceipts", {"receipt_wanted": {"buyer", "head", "both"}}),
        ("BillIssued", {"bill_issued": {"buyer", "head", "both"}}),
        ("DirectBillRecorded", {"bill_issued": {"buyer", "head", "both"}}),
        ("BillReminderDue", {"bill_reminder": {"buyer", "head", "both"}}),
        ("BillDisputed", {"bill_disputed": {"manager"}}),
        ("BillDisputeAnswered", {"dispute_answered": {"buyer", "head", "both"}}),
        ("FundContributionAsked", {"contribution_asked": {"governor", "head", "both"}}),
        ("FundContributionWithdrawn", {"contribution_asked": {"governor", "head", "both"}}),
        ("FundContributionBilled", {"bill_issued": {"buyer", "head", "both"}}),
        ("PaymentRunProposed", {"payment_run_waiting": {"manager"}}),
        ("ManualJournalProposed", {"journal_waiting": {"manager"}}),
        ("SupplierInvoiceAnswered", {"invoice_answered": {"sales"}}),
        ("RemittanceAdvised", {"remittance_advised": {"sales"}}),
    ],
)
def test_those_whom_it_concerns_are_told_once(
    store: ServiceDatabase, people: dict[str, str], event_type: str, expected: dict[str, set[str]]
) -> None:
    for _ in range(2):
        hear(store, (event_type, body(event_type)))
    assert told(store) == expected
    with store.database.transaction(SERVICE) as connection:
        count = connection.execute(text("SELECT count(*) FROM mail")).scalar_one()
    assert count == sum(len(addresses) for addresses in expected.values())


@pytest.mark.parametrize(
    ("event_type", "kind"), [("OrderReturned", "order_returned"), ("OrderApproved", "order_approved")]
)
def test_a_decision_goes_to_whoever_sent_the_order(
    store: ServiceDatabase, people: dict[str, str], event_type: str, kind: str
) -> None:
    hear(store, (event_type, body(event_type, sent_by_id=people["buyer"])))
    assert told(store) == {kind: {"buyer"}}


def test_whoever_proposed_a_journal_is_not_asked_to_approve_it(
    store: ServiceDatabase, people: dict[str, str], known: Known
) -> None:
    known("second@people.example", role("alliance_manager"), number=140)
    hear(store, ("ManualJournalProposed", body("ManualJournalProposed", proposer_id=people["manager"])))
    assert told(store) == {"journal_waiting": {"second"}}
    written = mail(store, "journal_waiting")
    assert written.subject == "Journal MJ-000001 of £12.50 waits for approval"
    assert "dated Mon 12 Oct 2026: Written off: the supplier has closed" in written.text


def test_whoever_proposed_a_payment_run_is_not_asked_to_approve_it(
    store: ServiceDatabase, people: dict[str, str], known: Known
) -> None:
    known("second@people.example", role("alliance_manager"), number=140)
    hear(store, ("PaymentRunProposed", body("PaymentRunProposed", proposer_id=people["manager"])))
    assert told(store) == {"payment_run_waiting": {"second"}}
    written = mail(store, "payment_run_waiting")
    assert written.subject == "Payment run PR-000001 of £4,820.50 waits for approval"
    assert "£4,820.50 to 3 suppliers on Mon 30 Nov 2026" in written.text


@pytest.mark.parametrize(
    ("changes", "said", "link"),
    [
        ({}, "Morgan Manager has taken Partnership fund 2026–27 back to change its budget.", "/school/fund"),
        (
            {"cancelled": True, "why": "The government pays for it."},
            "Morgan Manager has cancelled Partnership fund 2026–27: The government pays for it.",
            f"/school/fund/{samples()['FundContributionWithdrawn', 1]['fund_year_id']}",
        ),
    ],
)
def test_governors_are_told_that_they_need_not_decide(
    store: ServiceDatabase, people: dict[str, str], changes: dict[str, Any], said: str, link: str
) -> None:
    hear(
        store,
        ("FundContributionAsked", body("FundContributionAsked")),
        ("FundContributionWithdrawn", body("FundContributionWithdrawn", **changes)),
    )
    query = "SELECT DISTINCT text, link FROM mail WHERE kind = 'contribution_asked' AND text LIKE '%no longer asked%'"
    with store.database.transaction(SERVICE) as connection:
        ((written, leads_to),) = connection.execute(text(query)).all()
    assert written.startswith(said)
    assert leads_to == link


@pytest.mark.parametrize(
    ("purpose", "said", "unsaid"),
    [("general", "dispute it on the bill", "fund’s own account"), ("fund", "into the fund’s own account", "dispute")],
)
def test_a_reminder_says_what_can_be_done_about_the_bill(
    store: ServiceDatabase, people: dict[str, str], purpose: str, said: str, unsaid: str
) -> None:
    hear(store, ("BillReminderDue", body("BillReminderDue", purpose=purpose)))
    with store.database.transaction(SERVICE) as connection:
        (written,) = connection.execute(text("SELECT DISTINCT text FROM mail WHERE kind = 'bill_reminder'")).scalars()
    words = " ".join(written.split())
    assert said in words
    assert unsaid not in words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "The supplier has credited"),
        ({"purpose": "fund", "why": "Left in May."}, "of your school’s contribution to the fund"),
        ({"why": "Released by mistake."}, "It is looked at again, and billed anew if it is owed."),
    ],
)
def test_a_credit_note_says_what_it_is_of(
    store: ServiceDatabase, people: dict[str, str], changes: dict[str, str], said: str
) -> None:
    hear(store, ("CreditNoteIssued", body("CreditNoteIssued", **changes)))
    with store.database.transaction(SERVICE) as connection:
        (written,) = connection.execute(text("SELECT DISTINCT text FROM mail")).scalars()
    words = " ".join(written.split())
    assert said in words
    assert changes.get("why", "") in words


def test_a_supplier_reads_which_school_its_invoice_is_held_for(store: ServiceDatabase, people: dict[str, str]) -> None:
    hear(store, ("SupplierInvoiceAnswered", body("SupplierInvoiceAnswered")))
    said = mail(store, "invoice_answered")
    assert said.subject == "Invoice INV-0042 is under query"
    assert "Line 1, Ash Primary School: 2 of 34 not received." in said.text


def test_approvers_are_told_that_a_service_is_asked_for(store: ServiceDatabase, people: dict[str, str]) -> None:
    asked = body("SubscriptionRequested", requested_by_id=people["both"])
    hear(store, ("SubscriptionRequested", asked))
    assert told(store) == {"service_wanted": {"head"}}
    assert (
        mail(store, "service_wanted").subject
        == "Office, Chestnut Lane asks for Payroll bureau for Chestnut Lane Primary School"
    )


def test_a_second_approver_is_told_of_the_first(store: ServiceDatabase, people: dict[str, str]) -> None:
    agreed = {"requested_by_id": people["buyer"], "approved_by_id": people["both"], "approved_by": "Alex"}
    hear(store, ("SubscriptionRequested", body("SubscriptionRequested", **agreed)))
    assert told(store) == {"service_wanted": {"head"}}
    assert "Alex has approved Payroll bureau" in mail(store, "service_wanted").text


def test_a_decision_on_a_service_goes_to_whoever_asked_and_says_why(
    store: ServiceDatabase, people: dict[str, str]
) -> None:
    refused = {"decision": "declined", "reason": "We have our own.", "requested_by_id": people["buyer"]}
    hear(store, ("SubscriptionDecided", body("SubscriptionDecided", **refused)))
    assert told(store) == {"service_decided": {"buyer"}}
    said = mail(store, "service_decided")
    assert said.subject == "Payroll bureau is not approved for Chestnut Lane Primary School"
    assert "We have our own." in said.text


def test_who_takes_a_request_back_is_not_told_of_it(store: ServiceDatabase, people: dict[str, str]) -> None:
    taken_back = {"decision": "declined", "reason": "No.", "requested_by_id": people["buyer"], "by_id": people["buyer"]}
    hear(store, ("SubscriptionDecided", body("SubscriptionDecided", **taken_back)))
    assert told(store) == {}


def test_a_moved_deadline_says_from_when_to_when(store: ServiceDatabase, people: dict[str, str]) -> None:
    moved = body("RoundDeadlineMoved")
    hear(store, ("RoundDeadlineMoved", moved | {"schools": moved["schools"][1:]}))
    said = mail(store, "deadline_moved")
    assert said.subject.startswith("Autumn stationery now closes later: ")
    assert "from Wed 18 Nov 2026, 16:00 to" in said.text
    assert "Beech Grove School has not sent its order" in said.text
    assert said.link == f"/school/rounds/{moved['round_id']}/order"


def test_the_manager_reads_what_a_supplier_has_answered(store: ServiceDatabase, people: dict[str, str]) -> None:
    hear(store, ("PurchaseOrderAcknowledged", samples()["PurchaseOrderAcknowledged", 2]))
    said = mail(store, "purchase_order_answered")
    assert said.subject == "Fenwright Paper has accepted PO-000001"
    assert "accepted PO-000001, Autumn stationery, with changes that stand in the order now." in said.text
    assert said.link == f"/alliance/purchase-orders/{samples()['PurchaseOrderAcknowledged', 2]['purchase_order_id']}"


def test_a_school_that_the_alliance_lets_go_is_told_and_the_managers_are_not(
    store: ServiceDatabase, people: dict[str, str]
) -> None:
    hear(store, ("LeavingRecorded", body("LeavingRecorded", by_school=False)))
    assert told(store) == {"membership_ends": {"buyer", "head", "both"}}


def test_an_order_that_came_back_says_why_and_goes_at_once(store: ServiceDatabase, people: dict[str, str]) -> None:
    hear(store, ("OrderReturned", body("OrderReturned", sent_by_id=people["buyer"])))
    returned = mail(store, "order_returned")
    assert returned.state == "queued"
    assert returned.subject == "Autumn stationery: order O-000001 came back to you"
    assert "Half of the paper is enough." in returned.text
    assert returned.link == f"/school/rounds/{returned.key.split(':')[1]}/order"


def test_nobody_is_asked_to_approve_their_own_order(store: ServiceDatabase, people: dict[str, str]) -> None:
    hear(store, ("OrderSubmitted", body("OrderSubmitted", by_id=people["both"])))
    assert told(store) == {"order_waiting": {"head"}}


def test_nobody_is_asked_to_approve_twice(store: ServiceDatabase, people: dict[str, str]) -> None:
    given = body("FirstApprovalGiven", by_id=people["head"], sent_by_id=people["buyer"])
    hear(store, ("FirstApprovalGiven", given))
    assert told(store) == {"order_waiting": {"both"}}


def test_a_school_hears_what_was_ordered_for_it(store: ServiceDatabase, people: dict[str, str]) -> None:
    hear(store, ("OrderPlaced", body("OrderPlaced")))
    with store.database.transaction(SERVICE) as connection:
        (words,) = set(connection.execute(text("SELECT text FROM mail")).scalars())
    assert "PO-000001, Fenwright Paper: £372.30 without VAT" in words


def test_who_buys_for_several_schools_hears_of_a_round_once(store: ServiceDatabase, known: Known) -> None:
    known("trust@people.example", role("school_buyer", urn=CHESTNUT), role("school_buyer", urn=BEECH))
    hear(store, ("RoundOpened", body("RoundOpened")))
    assert mail(store, "round_opened").state == "gathered"


def test_a_reminder_names_what_is_owed_and_by_when(store: ServiceDatabase, people: dict[str, str]) -> None:
    reminder = body("RoundReminderDue")
    hear(store, ("RoundReminderDue", reminder))
    with store.database.transaction(SERVICE) as connection:
        subjects = set(connection.execute(text("SELECT subject FROM mail")).scalars())
    assert subjects == {
        "Autumn stationery closes in 30 days: Chestnut Lane Primary School’s order waits for approval",
        "Autumn stationery closes in 30 days: Beech Grove School has not sent its order",
    }


def test_what_would_be_too_late_in_the_digest_goes_at_once(store: ServiceDatabase, people: dict[str, str]) -> None:
    """An order sent an hour before the deadline cannot wait for tomorrow morning."""
    now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    with store.database.transaction(SERVICE) as connection:
        for at, closes_at in enumerate(("2026-11-20T16:00:00Z", "2026-11-21T16:00:00Z")):
            sent = body("OrderSubmitted", at=str(at), closes_at=closes_at, by_id=people["both"])
            tell_of_sent_orders(News(connection, [(now, sent)], now))
        states = list(connection.execute(text("SELECT state FROM mail ORDER BY mail_id")).scalars())
    assert states == ["queued", "gathered"]


def test_nothing_is_said_after_the_deadline_or_of_old_news(store: ServiceDatabase, people: dict[str, str]) -> None:
    """As when a gateway reads a history of months for the first time."""
    past = {"closes_at": f"{NOW - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"}
    with store.database.transaction(SERVICE) as connection:
        tell_of_openings(News(connection, [(NOW, body("RoundOpened", **past))]))
        tell_of_sent_orders(News(connection, [(NOW, body("OrderSubmitted", **past))]))
        tell_of_closed_rounds(News(connection, [(NOW - timedelta(days=8), body("RoundClosed"))]))
    assert told(store) == {}


def test_a_title_may_hold_anything_that_people_type(store: ServiceDatabase, people: dict[str, str]) -> None:
    hear(store, ("RoundClosed", body("RoundClosed", title="Autumn\u00a0\nstationery £5")))
    assert mail(store, "round_closed").subject == "Autumn stationery £5 has closed"


def test_two_workers_with_the_same_event_tell_once(store: ServiceDatabase, people: dict[str, str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: hear(store, ("OrderDropped", body("OrderDropped"))), range(8)))
    with store.database.transaction(SERVICE) as connection:
        assert connection.execute(text("SELECT count(*) FROM mail")).scalar_one() == 3
