"""Rounds: the list, the board of one, creating and opening."""

import uuid
from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from gateway.domain.london import moment
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.show import plural
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

_BOARD_ORDER = ("approved", "submitted", "returned", "draft", "silent", "declined", "dropped")
_SELDOM = ("declined", "dropped")
OWING = ("silent", "draft", "returned", "submitted")


@alliance.get("/rounds")
@for_reader
def rounds() -> str:
    """Every round, those that still need somebody first."""
    found = ask.items("orders", "/rounds")
    under_way = [each for each in found if each["state"] not in ("settled", "cancelled")]
    over = [each for each in found if each["state"] in ("settled", "cancelled")]
    return render_template("alliance/rounds.html", under_way=under_way, over=over)


@alliance.get("/rounds/new")
@for_manager
def new_round() -> str:
    """The form for a round."""
    return _new_page(MultiDict(), Faults())


@alliance.post("/rounds/new")
@for_manager
def create_round() -> Response | tuple[str, int]:
    """Create the round as a draft; nobody else sees it until it is opened."""
    faults = Faults()
    typed = Typed(request.form, faults)
    title = typed.text("title", "a title")
    opens_at = typed.instant("opens_on", "opens_time", "it opens") if request.form.get("opens_on") else None
    closes_at = typed.instant("closes_on", "closes_time", "it closes")
    first, last = typed.day("delivery_from", "the first day of delivery"), typed.day("delivery_to", "the last day")
    contract_ids = request.form.getlist("contract_ids")
    if not contract_ids:
        faults.add("Choose at least one contract.", "contract_ids")
    if faults or first is None or last is None:
        return _new_page(request.form, faults), faults.status
    body = {
        "title": title,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "delivery_from": first.isoformat(),
        "delivery_to": last.isoformat(),
        "contract_ids": contract_ids,
    }
    with faults.of_service({"opens_at": "opens_on", "closes_at": "closes_on"}):
        created = upstream.post("orders", "/rounds", json=body, key=request.form.get("sending_key")).json()
    if faults:
        return _new_page(request.form, faults), faults.status
    opening = f"It opens by itself on {moment(opens_at)}." if opens_at else "Open it when the schools may begin."
    flash(f"Round {created['number']} is made. {opening}")
    return redirect(url_for("alliance.round_board", round_id=created["round_id"]), 303)


@alliance.get("/rounds/<uuid:round_id>")
@for_reader
def round_board(round_id: Any) -> str:
    """One round: schools by state, and what they order together."""
    return _board_page(str(round_id), Faults())


@alliance.post("/rounds/<uuid:round_id>/open")
@for_manager
def open_round(round_id: Any) -> Response | tuple[str, int]:
    """Open the round to the schools."""
    faults = Faults()
    with faults.of_service():
        _act(str(round_id), "open")
    if faults:
        return _board_page(str(round_id), faults), faults.status
    flash("The round is open. Schools see it on their home page now.")
    return redirect(url_for("alliance.round_board", round_id=round_id), 303)


@alliance.post("/rounds/<uuid:round_id>/nudge")
@for_manager
def nudge_schools(round_id: Any) -> Response | tuple[str, int]:
    """Ask one school, or all that owe something, for their answer."""
    faults = Faults()
    urn = Typed(request.form, faults).number("school_urn", "the school", needed=False)
    asked: list[int] = []
    if not faults:
        with faults.of_service():
            path, wanted = f"/rounds/{round_id}/nudge", {} if urn is None else {"school_urns": [urn]}
            asked = upstream.post("orders", path, json=wanted, key=str(uuid.uuid4())).json()["school_urns"]
    if faults:
        return _board_page(str(round_id), faults), faults.status
    flash(f"{plural(len(asked), 'school')} {'is' if len(asked) == 1 else 'are'} asked by mail.")
    return redirect(url_for("alliance.round_board", round_id=round_id, _anchor="schools"), 303)


def _act(round_id: str, action: str) -> None:
    """Do it to the round as it was seen."""
    upstream.post(
        "orders",
        f"/rounds/{round_id}/{action}",
        key=request.form.get("sending_key"),
        etag=seen_version(),
    )


def _new_page(typed: MultiDict[str, str], faults: Faults) -> str:
    contracts = ask.items("catalogue", "/contracts")
    contracts.sort(key=lambda contract: (contract["title"], contract["reference"]))
    return render_template(
        "alliance/round_new.html",
        typed=typed,
        chosen=typed.getlist("contract_ids"),
        contracts=contracts,
        key=sending_key(typed, faults),
        faults=faults,
    )


def _board_page(round_id: str, faults: Faults) -> str:
    found = ask.one("orders", f"/rounds/{round_id}")
    orders = ask.items("orders", f"/rounds/{round_id}/orders") if found["state"] != "draft" else []
    totals = {total["offer_id"]: total for total in ask.items("orders", f"/rounds/{round_id}/totals")} if orders else {}
    counts = Counter(order["state"] for order in orders)
    wanted = request.args.get("state")
    return render_template(
        "alliance/round.html",
        round=found,
        counts=[(state, counts[state]) for state in _BOARD_ORDER if counts[state] or state not in _SELDOM],
        orders=[order for order in orders if wanted in (None, order["state"])],
        school_count=len(orders),
        wanted=wanted,
        owing=sum(counts[state] for state in OWING) if found["state"] == "open" else 0,
        owing_states=OWING,
        ordered=[(offer, totals[offer["offer_id"]]) for offer in found["offers"] if _has_units(offer, totals)],
        net_pence=sum(total["net_pence"] for total in totals.values()),
        key=sending_key({}, Faults()),
        faults=faults,
    )


def _has_units(offer: dict[str, Any], totals: dict[str, Any]) -> bool:
    total = totals.get(offer["offer_id"])
    return total is not None and total["quantity"] > 0
