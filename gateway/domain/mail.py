"""Mail: the kinds there are, how each reaches a person, and when the daily digest goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal

from contracts.london import LONDON, london_day
from contracts.roles import SeatKind

Delivery = Literal["at_once", "digest", "off"]
MailState = Literal["queued", "gathered", "digested", "off", "sent", "expired", "failed", "discarded"]

DIGEST_AT: Final = time(7, 35)
"""The digest of 07:30 in London: it takes in the reminders that fall due at half past, so it goes minutes later."""

KEPT_UNSENT: Final = timedelta(days=7)
"""How long mail waits to be sent, where its sender names no earlier end: nobody wants last month's news."""

REMINDED_WITHIN: Final = timedelta(days=1)
"""How long a reminder or a chase is news: an older one is overtaken by the next, and two at once help nobody."""

RETRIES: Final = tuple(timedelta(minutes=2**power) for power in range(1, 11))
"""How long to wait after each try that failed, 2 minutes to 17 hours; after the last the mail is a dead letter."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mail; `seats` whose people get it. Nobody may refuse a `required` one, which is sent at once.

    The words of a `secret` one are forgotten once it is sent: they hold the key to an account.
    """

    label: str
    hint: str
    seats: frozenset[SeatKind]
    delivery: Delivery = "digest"
    required: bool = False
    secret: bool = False


_SCHOOL: Final[frozenset[SeatKind]] = frozenset({"school"})
_SUPPLIER: Final[frozenset[SeatKind]] = frozenset({"supplier"})
_ALLIANCE: Final[frozenset[SeatKind]] = frozenset({"alliance"})
_EVERYBODY: Final[frozenset[SeatKind]] = frozenset({"school", "supplier", "alliance"})

KINDS: Final[Mapping[str, Kind]] = {
    "invitation": Kind("Invitations", "Your way into Bursar.", _EVERYBODY, "at_once", required=True, secret=True),
    "password_reset": Kind("Passwords", "When you ask for a new one.", _EVERYBODY, "at_once", True, secret=True),
    "round_opened": Kind("Round opened", "Your school may order in a new round.", _SCHOOL),
    "round_reminder": Kind(
        "Reminders",
        "A deadline comes near, and your school’s order is not sent or not approved.",
        _SCHOOL,
        "at_once",
    ),
    "school_nudged": Kind(
        "Requests of the business manager", "The alliance asks for your school’s answer.", _SCHOOL, "at_once"
    ),
    "deadline_moved": Kind("Deadlines moved", "A round closes earlier or later than it was to.", _SCHOOL, "at_once"),
    "order_waiting": Kind("Orders to approve", "An order of your school waits for approval.", _SCHOOL),
    "approval_wanted": Kind("Requests to approve", "Somebody asks you to decide on an order.", _SCHOOL, "at_once"),
    "order_approved": Kind("Orders approved", "An order that you sent was approved.", _SCHOOL),
    "order_returned": Kind("Orders returned", "An order that you sent came back.", _SCHOOL, "at_once", required=True),
    "order_dropped": Kind(
        "Orders left out", "A round closed without your school’s order.", _SCHOOL, "at_once", required=True
    ),
    "order_placed": Kind("Orders placed", "A round has closed with your school’s order in it.", _SCHOOL),
    "despatched": Kind("Deliveries on their way", "A supplier has sent something to your school.", _SCHOOL),
    "claim_answered": Kind(
        "Answers about damage and shortages",
        "A supplier says what it does about units that were missing, damaged or wrong.",
        frozenset({"school", "alliance"}),
    ),
    "claim_recorded": Kind(
        "Damage and shortages", "A school found units missing, damaged or wrong in your delivery.", _SUPPLIER
    ),
    "consent_wanted": Kind(
        "Orders that would cost more",
        "A supplier can deliver only at a higher price, and your school must agree first.",
        _SCHOOL,
        "at_once",
        required=True,
    ),
    "drop_amended": Kind("Orders that changed", "A supplier could not take your order as it was.", _SCHOOL),
    "receipt_wanted": Kind("Deliveries to record", "Nobody has said yet what arrived.", _SCHOOL),
    "bill_issued": Kind("Bills", "Your school has a new bill, or a credit note for one.", _SCHOOL),
    "dispute_answered": Kind("Answers to your disputes", "What became of a line of a bill that you disputed.", _SCHOOL),
    "bill_reminder": Kind("Bills to pay", "A bill of your school is due or overdue.", _SCHOOL, "at_once"),
    "contribution_asked": Kind(
        "Contributions to the fund", "The partnership fund asks your governors for a contribution.", _SCHOOL, "at_once"
    ),
    "service_wanted": Kind("Services asked for", "A service that your school is to take waits for approval.", _SCHOOL),
    "service_decided": Kind("Services decided", "A service that you asked for was approved or refused.", _SCHOOL),
    "membership_ends": Kind(
        "Leaving the alliance", "Your school’s membership has a last day.", _SCHOOL, "at_once", required=True
    ),
    "purchase_order_issued": Kind(
        "Purchase orders", "The schools have ordered from you.", _SUPPLIER, "at_once", required=True
    ),
    "invoice_answered": Kind(
        "Your invoices", "An invoice of yours was received, accepted, queried, rejected or paid.", _SUPPLIER
    ),
    "remittance_advised": Kind(
        "Payments on their way", "The alliance is paying your invoices, or is not after all.", _SUPPLIER, "at_once"
    ),
    "changes_decided": Kind(
        "Decisions about your changes", "What became of changes that you offered.", _SUPPLIER, "at_once", required=True
    ),
    "purchase_order_link": Kind(
        "Orders by link", "An order, for those without an account.", _SUPPLIER, "at_once", required=True, secret=True
    ),
    "bank_details_link": Kind(
        "Changes of bank details", "With a way to stop them.", _SUPPLIER, "at_once", required=True, secret=True
    ),
    "bank_details_told": Kind(
        "Bank details", "A change was stopped, or counts from now on.", _SUPPLIER, "at_once", required=True
    ),
    "bank_details_changing": Kind(
        "Suppliers’ bank details", "A step in a change of bank details.", _ALLIANCE, "at_once", required=True
    ),
    "supplier_details_changed": Kind(
        "Suppliers’ details", "A supplier changed where its documents go, or its VAT number.", _ALLIANCE, "at_once"
    ),
    "purchase_order_revised": Kind(
        "Purchase orders that changed", "An order is revised, as was agreed.", _SUPPLIER, "at_once", required=True
    ),
    "answer_wanted": Kind("Answers we wait for", "A purchase order waits for your answer.", _SUPPLIER, "at_once"),
    "round_not_opened": Kind(
        "Rounds that could not open", "A round that was to open by itself did not.", _ALLIANCE, "at_once", required=True
    ),
    "round_closed": Kind("Rounds closed", "A round has closed.", _ALLIANCE),
    "bill_disputed": Kind("Disputed bills", "A school disputes a line of its bill.", _ALLIANCE),
    "payment_run_waiting": Kind("Payments to approve", "A payment run waits for your approval.", _ALLIANCE, "at_once"),
    "journal_waiting": Kind("Journals to approve", "A journal by hand waits for your approval.", _ALLIANCE),
    "purchase_order_answered": Kind("Answers of suppliers", "A supplier has answered a purchase order.", _ALLIANCE),
    "school_leaves": Kind(
        "Schools that leave", "A school has ended its membership.", _ALLIANCE, "at_once", required=True
    ),
    "changes_offered": Kind(
        "Changes that suppliers offer", "A purchase order waits for your decision.", _ALLIANCE, "at_once"
    ),
    "answer_overdue": Kind("Suppliers who have not answered", "A purchase order is unanswered.", _ALLIANCE),
    "digest": Kind("Daily digest", "What you chose to have once a day.", frozenset(), "at_once", required=True),
}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The documents of one revision of a purchase order, which a mail to its supplier carries."""

    purchase_order_id: str
    supplier_id: str
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be queued: to a person, whose address is looked up when it is sent, or to a bare address.

    `text` is plain paragraphs with an empty line between them; `link` a path of our own ("/school/…"), shown as a full
    address below them. `key` names what the mail is about: a second one with the same key is the same mail. What it
    `encloses` is fetched when it is sent.
    """

    kind: str
    key: str
    subject: str
    text: str
    to_person_id: str | None = None
    to_address: str | None = None
    link: str | None = None
    expires_at: datetime | None = None
    encloses: Enclosure | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no kind of mail {self.kind!r}.")
        if (self.to_person_id is None) == (self.to_address is None):
            raise ValueError("A mail goes to a person or to an address.")
        if not self.subject.isprintable():
            raise ValueError("A subject is one line of text.")
        if self.link is not None and not self.link.startswith("/"):
            raise ValueError("A link is a path of our own pages.")


def one_line(words: str) -> str:
    """Words that people and services wrote, as they can stand in a subject."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def next_digest(after: datetime) -> datetime:
    """When the next digest goes out, later than `after`; UTC. By the wall clock in London, summer and winter."""
    today = _digest_of(after)
    return today if today > after else _digest_of(after, days=1)


def last_digest(now: datetime) -> datetime:
    """When the latest digest was due, at `now` or before; UTC."""
    today = _digest_of(now)
    return today if today <= now else _digest_of(now, days=-1)


def _digest_of(moment: datetime, days: int = 0) -> datetime:
    day = london_day(moment) + timedelta(days=days)
    return datetime.combine(day, DIGEST_AT, LONDON).astimezone(UTC)
