"""The alliance's home: what waits, each figure with the page where it is dealt with."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import render_template, url_for

from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.alliance_money_hub import Desk
from gateway.pages.doors import alliance, for_reader
from gateway.pages.show import money, plural


@dataclass(frozen=True, slots=True)
class Waits:
    """One kind of thing that waits: its name at the desk, its words, what to do with it, and the page for that.

    `answer` is which purchase orders of the page's are meant, `owed` which bills, `show` which lines of the workbench,
    `anchor` which section. `made_of` names the kinds of the desk whose sums make up the amount, each with its words.
    """

    name: str
    one: str
    many: str
    about: str
    endpoint: str
    answer: str | None = None
    owed: str | None = None
    show: str | None = None
    anchor: str | None = None
    made_of: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: what waits, what it comes to (text, may be empty), why it matters, and where."""

    what: str
    amount: str
    about: str
    href: str


MONEY: Final = (
    Waits(
        "bank_lines_unmatched",
        "bank line not matched",
        "bank lines not matched",
        "Say what each pays.",
        "alliance.bank",
        made_of=(("bank_money_in", "in"), ("bank_money_out", "out")),
    ),
    Waits(
        "lines_to_decide",
        "line of an invoice to decide",
        "lines of invoices to decide",
        "Held: release, dispute or ask for a credit. Without VAT.",
        "alliance.workbench",
    ),
    Waits(
        "lines_awaiting_receipts",
        "line of an invoice awaits receipts",
        "lines of invoices await receipts",
        "Held until schools record what arrived. Without VAT.",
        "alliance.workbench",
        show="awaiting",
    ),
    Waits(
        "lines_disputed",
        "line of an invoice disputed",
        "lines of invoices disputed",
        "Held until the supplier credits it, or you take that back. Without VAT.",
        "alliance.workbench",
        show="decided",
    ),
    Waits(
        "received_not_invoiced",
        "line received and not invoiced",
        "lines received and not invoiced",
        "Costs that no invoice has arrived for, without VAT.",
        "alliance.not_invoiced",
    ),
    Waits("ready_to_bill", "school to bill", "schools to bill", "Matched, and not billed yet.", "alliance.bills"),
    Waits(
        "ready_to_credit",
        "school to credit",
        "schools to credit",
        "Suppliers have credited what it was billed.",
        "alliance.bills",
    ),
    Waits(
        "bills_overdue",
        "bill overdue",
        "bills overdue",
        "Past the day they were due.",
        "alliance.bills",
        owed="overdue",
    ),
    Waits("bills_disputed", "dispute", "disputes", "Schools wait for your answer.", "alliance.bill_disputes"),
    Waits(
        "credit_claims",
        "credit asked for",
        "credits asked for",
        "What suppliers have yet to give back, with VAT.",
        "alliance.invoices",
        anchor="claims",
    ),
    Waits(
        "payment_runs_waiting",
        "payment run waits",
        "payment runs wait",
        "To be approved by a second person, or sent to the bank.",
        "alliance.payments",
    ),
    Waits(
        "journals_waiting",
        "journal by hand waits",
        "journals by hand wait",
        "To be approved by somebody else than proposed it.",
        "alliance.journals",
    ),
)
ORDERING: Final = (
    Waits(
        "changes_to_decide",
        "answer to decide",
        "answers to decide",
        "Suppliers offer changes to an order.",
        "alliance.purchase_orders",
        "waiting",
    ),
    Waits(
        "changes_with_schools",
        "change with schools",
        "changes with schools",
        "Schools are asked whether they pay more.",
        "alliance.purchase_orders",
        "with_schools",
    ),
    Waits(
        "orders_unanswered",
        "order not answered",
        "orders not answered",
        "The supplier has said nothing yet.",
        "alliance.purchase_orders",
        "none",
    ),
    Waits(
        "claims_open",
        "open claim",
        "open claims",
        "Short, damaged or wrong, and not made good.",
        "alliance.claims",
    ),
    Waits(
        "services_requested",
        "service asked for",
        "services asked for",
        "A school’s own approver decides.",
        "alliance.services",
    ),
)


@alliance.get("")
@for_reader
def home() -> str:
    """What waits in the books and in ordering, and the next close; what is away leaves a gap with a note."""
    books, ordering = ask.together(
        lambda: ask.one_or_none("billing", "/reports/desk"), lambda: ask.one_or_none("orders", "/order-reports/desk")
    )
    lines = {"In the books": _lines(MONEY, books), "In ordering": _lines(ORDERING, ordering)}
    return render_template(
        "alliance/home.html",
        parts=lines,
        waiting=sum(len(part) for part in lines.values()),
        rounds=ordering["rounds"] if ordering else [],
        period=_period(books) if books else None,
        away=[name for name, found in (("the books", books), ("ordering", ordering)) if found is None],
    )


def _lines(kinds: tuple[Waits, ...], told: dict[str, Any] | None) -> list[Line]:
    desk: Desk = {item["name"]: item for item in told["items"]} if told else {}
    return [
        Line(
            plural(found["count"], kind.one, kind.many),
            money(found.get("pence")),
            _about(kind, desk),
            url_for(kind.endpoint, answer=kind.answer, owed=kind.owed, show=kind.show, _anchor=kind.anchor),
        )
        for kind in kinds
        if (found := desk.get(kind.name)) and found["count"]
    ]


def _about(kind: Waits, desk: Desk) -> str:
    """Why it matters, and of which amounts its own is the sum, where there are several."""
    parts = [f"{money(desk[name]['pence'])} {words}" for name, words in kind.made_of if desk.get(name, {}).get("count")]
    return f"{kind.about} {' and '.join(parts)}, added up." if len(parts) > 1 else kind.about


def _period(books: dict[str, Any]) -> dict[str, Any]:
    """Up to which day the books are closed, and the month that is over and still open, if any (its first day)."""
    closed_to = date.fromisoformat(books["closed_to"]) if books["closed_to"] else None
    over = london_today().replace(day=1) - timedelta(days=1)
    due = over.replace(day=1) if closed_to is None or closed_to < over else None
    return {"closed_to": closed_to, "due": due}
