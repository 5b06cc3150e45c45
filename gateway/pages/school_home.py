"""A school's home: what needs its people, by deadline."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from gateway.domain.seats import Seat
from gateway.identity import current_seat, current_session
from gateway.pages import ask
from gateway.pages.doors import for_school, own_urn, school
from gateway.pages.show import money

_UNDER_WAY = ("draft", "returned")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: by when (an ISO day or instant), what, and where; and where to say that it is not needed."""

    by: str
    what: str
    detail: str
    action: str
    href: str
    by_word: str = "by"
    decline_href: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """What ordering together saved on the goods of one order, in pence without VAT, as the round's report counts it."""

    title: str
    round_id: str
    net_pence: int
    alone_pence: int

    @property
    def saved_pence(self) -> int:
        """The difference."""
        return self.alone_pence - self.net_pence

    @property
    def per_cent(self) -> str:
        """The difference as a share of the price alone, to one decimal."""
        return f"{self.saved_pence * 100 / self.alone_pence:.1f} %"


@school.get("")
@for_school
def home() -> str:
    """What needs this school, soonest first; a service that is away leaves a gap with a note, not an empty page."""
    rounds = ask.items_or_none("orders", "/rounds")
    deliveries = ask.items_or_none("orders", "/purchase-orders")
    services = ask.items_or_none("orders", "/subscriptions")
    bills = ask.items_or_none("billing", "/bills", school_urn=own_urn())
    years = ask.items_or_none("billing", "/fund-years")
    tasks = [
        *_order_tasks(rounds or []),
        *_service_tasks(services or []),
        *_agreement_tasks(deliveries or []),
        *_delivery_tasks(deliveries or []),
        *_bill_tasks(bills or []),
        *_fund_tasks(years or []),
    ]
    away = [
        name
        for name, found in (("orders and deliveries", rounds), ("bills", bills))
        if found is None or (name != "bills" and (deliveries is None or services is None))
    ]
    tasks.sort(key=lambda task: task.by)
    waiting, saving = _waiting(rounds or []), _last_saving(rounds or [])
    return render_template("school/home.html", tasks=tasks, waiting=waiting, saving=saving, away=away)


def _order_tasks(rounds: list[dict[str, Any]]) -> list[Task]:
    seat = current_seat()
    tasks = []
    for found in rounds:
        if found["state"] != "open":
            continue
        order = found["my_order"]
        state = order["state"] if order else "silent"
        if seat and state == "submitted" and _decides(seat, found["round_id"]):
            tasks.append(_approve(found, order))
        elif seat and seat.has_any("school_buyer") and (state == "silent" or state in _UNDER_WAY):
            tasks.append(_order(found, state, order))
    return tasks


def _decides(seat: Seat, round_id: str) -> bool:
    """Whether an order waits for the person: an approver approves or returns it, a governor within their limit."""
    if seat.has_any("school_approver"):
        return True
    if not seat.has_any("governor"):
        return False
    review = ask.one("orders", f"/rounds/{round_id}/orders/{own_urn()}/approval")
    return not review["exceeded"] and review["refusal"] is None


def _order(found: dict[str, Any], state: str, order: dict[str, Any] | None) -> Task:
    what, action = {
        "silent": ("Order", "Start the order"),
        "draft": ("Finish the order", "Go on"),
        "returned": ("Change the returned order", "Change the order"),
    }[state]
    so_far = f" · {money(order['net_pence'])} so far, without VAT" if order else ""
    return Task(
        found["closes_at"],
        f"{what}: {found['title']}",
        f"Round {found['number']}{so_far}",
        action,
        url_for("school.order_form", round_id=found["round_id"]),
        decline_href=url_for("school.decline_order", round_id=found["round_id"]),
    )


def _approve(found: dict[str, Any], order: dict[str, Any]) -> Task:
    return Task(
        found["closes_at"],
        f"Approve the order: {found['title']}",
        f"Round {found['number']} · {order['reference']} · {money(order['net_pence'])} without VAT",
        "Look at it",
        url_for("school.approval", round_id=found["round_id"]),
    )


def _service_tasks(subscriptions: list[dict[str, Any]]) -> list[Task]:
    """Services that somebody else at this school has asked for, for those who may approve them."""
    session, seat = current_session(), current_seat()
    waiting = [
        found
        for found in subscriptions
        if found["state"] == "requested" and session is not None and found["requested_by"] != session.name
    ]
    if not waiting or seat is None or not (seat.has_any("school_approver") or _has_limit(seat)):
        return []
    return [
        Task(
            found["starts_on"],
            f"Approve the service: {found['plan_title']}",
            f"Asked for by {found['requested_by']}",
            "Look at it",
            url_for("school.service", subscription_id=found["subscription_id"]),
            by_word="from",
        )
        for found in waiting
    ]


def _has_limit(seat: Seat) -> bool:
    """Whether the school lets a governor approve anything; where that cannot be known now, they may look."""
    if not seat.has_any("governor"):
        return False
    found = ask.one_or_none("members", f"/schools/{own_urn()}/approval-limits")
    return found is None or any(each["role"] == "governor" and each["amount_pence"] > 0 for each in found["limits"])


def _agreement_tasks(orders: list[dict[str, Any]]) -> list[Task]:
    """Orders that would cost the school more, for those who may agree."""
    waiting = [order for order in orders if order["state"] == "issued" and order["answer_state"]]
    seat = current_seat()
    if not waiting or seat is None or not (seat.has_any("school_approver") or _has_limit(seat)):
        return []
    return [
        Task(
            order["delivery_from"],
            f"Agree to a higher price, or refuse: {order['supplier_name']}",
            f"{order['number']} · {order['title']} · the order waits for your school",
            "Look at it",
            url_for("school.changes", purchase_order_id=order["purchase_order_id"]),
            by_word="before delivery from",
        )
        for order in waiting
    ]


def _delivery_tasks(orders: list[dict[str, Any]]) -> list[Task]:
    return [
        Task(
            order["delivery_to"],
            f"{'Confirm the service' if order['plan_id'] else 'Record the delivery'} from {order['supplier_name']}",
            f"{order['number']} · {order['title']}",
            "Confirm it" if order["plan_id"] else "Record it",
            url_for("school.delivery", purchase_order_id=order["purchase_order_id"]),
            by_word="until" if order["plan_id"] else "expected by",
        )
        for order in orders
        if order["state"] == "accepted" and order["received_count"] < order["drop_count"]
    ]


def _bill_tasks(bills: list[dict[str, Any]]) -> list[Task]:
    return [
        Task(
            bill["due_date"],
            f"Pay bill {bill['number']}",
            f"{bill['title']} · {money(bill['gross_pence'] - bill['paid_pence'] - bill['credited_pence'])} to pay",
            "See the bill",
            url_for("school.bill", bill_id=bill["bill_id"]),
        )
        for bill in bills
        if bill["state"] not in ("paid", "credited")
    ]


def _waiting(rounds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rounds still open for which this school has done what it can."""
    return [
        found
        for found in rounds
        if found["state"] == "open" and found["my_order"] and found["my_order"]["state"] in ("submitted", "approved")
    ]


def _last_saving(rounds: list[dict[str, Any]]) -> Saving | None:
    """What this school saved in the last closed round in which it ordered, if anything."""
    ordered = [
        found
        for found in rounds
        if found["closed_at"] and found["my_order"] and found["my_order"]["state"] == "approved"
    ]
    if not ordered:
        return None
    last = max(ordered, key=lambda found: found["closed_at"])
    offers = ask.one("orders", f"/rounds/{last['round_id']}/report")["sections"][0]["sums"]
    saving = Saving(last["title"], last["round_id"], offers["net_pence"], offers["net_pence"] + offers["saved_pence"])
    return saving if saving.saved_pence > 0 else None


def _fund_tasks(years: list[dict[str, Any]]) -> list[Task]:
    """Contributions to the fund that await the governors, for those who answer for them and who lead the school."""
    seat = current_seat()
    if seat is None or not seat.has_any("governor", "school_approver"):
        return []
    return [
        Task(
            year["answer_by"],
            f"Put before the governors: {year['title']}",
            f"{money(year['own_pence'])} for your school; nothing is billed unless they confirm it",
            "Look at it",
            url_for("school.fund_year", fund_year_id=year["fund_year_id"]),
        )
        for year in years
        if year["state"] == "proposed" and year["own_state"] == "awaiting"
    ]
