"""Links that work without an account: opening an order, stopping a change of bank details, and who opened what."""

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.actor import Actor
from chassis.request import current_database
from chassis.web import public
from gateway.domain.errors import LinkUnusable, TooManyAttempts
from gateway.domain.links import Link
from gateway.identity import caller_address, current_seat, current_session, remember_browser
from gateway.pages import ask
from gateway.pages.doors import alliance, entrance, for_manager, for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed
from gateway.upstream import upstream
from gateway.usecases import open_links

Page = Response | str | tuple[str, int]


@entrance.get("/link/<token>")
@public
def link(token: str) -> Page:
    """The page of a link; looking at it, as mail filters do, uses nothing up and changes nothing."""
    return _page(token, Faults())


@entrance.post("/link/<token>")
@public
def use_link(token: str) -> Page:
    """Use the link: open its order, or stop its change of bank details."""
    faults = Faults()
    name = Typed(request.form, faults).text("name", "your name")
    try:
        found = open_links.look_at_link(current_database(), token, address=caller_address())
        if found.purpose == "bank_details":
            reason = Typed(request.form, faults).text("reason", "why you stop it")
            return _page(token, faults) if faults else _stop(token, found, name, reason)
        if faults:
            return _page(token, faults)
        opened = open_links.open_order(current_database(), token, name, address=caller_address())
    except LinkUnusable as refusal:
        return _ended(refusal.detail, token)
    except TooManyAttempts as refusal:
        return _ended(refusal.detail, None, 429)
    target = url_for("supplier.order", purchase_order_id=opened.link.subject_id)
    return remember_browser(current_app.make_response(redirect(target, 303)), opened.token)


@entrance.post("/link/<token>/again")
@public
def ask_again(token: str) -> Page:
    """Mail another link to the address that this one went to."""
    try:
        again = open_links.ask_again(current_database(), token, address=caller_address())
    except LinkUnusable as refusal:
        return _ended(refusal.detail, None)
    except TooManyAttempts as refusal:
        return _ended(refusal.detail, None, 429)
    return render_template("link_sent.html", link=again)


@supplier.get("/orders/<uuid:purchase_order_id>/links")
@for_supplier
def order_links(purchase_order_id: Any) -> str:
    """Where links to the order went, and who opened them when."""
    return _links_page(str(purchase_order_id), "supplier")


@supplier.post("/orders/<uuid:purchase_order_id>/links/revoke")
@for_supplier
def revoke_order_links(purchase_order_id: Any) -> Response:
    """Take back the order's links, and end the sessions of those who opened one."""
    return _revoke(str(purchase_order_id), "supplier.order_links")


@alliance.get("/purchase-orders/<uuid:purchase_order_id>/links")
@for_manager
def links_of_order(purchase_order_id: Any) -> str:
    """The same for the business manager."""
    return _links_page(str(purchase_order_id), "alliance")


@alliance.post("/purchase-orders/<uuid:purchase_order_id>/links/revoke")
@for_manager
def revoke_links_of_order(purchase_order_id: Any) -> Response:
    """The same for the business manager."""
    return _revoke(str(purchase_order_id), "alliance.links_of_order")


def _page(token: str, faults: Faults) -> Page:
    try:
        found = open_links.look_at_link(current_database(), token, address=caller_address())
        found.must_be_usable(datetime.now(UTC))
    except LinkUnusable as refusal:
        return _ended(refusal.detail, token)
    except TooManyAttempts as refusal:
        return _ended(refusal.detail, None, 429)
    shown = render_template("link.html", link=found, typed=request.form, signed_in=_signed_in(), faults=faults)
    return (shown, faults.status) if faults else shown


def _signed_in() -> bool:
    seat = current_seat()
    return seat is not None and seat.limited_to is None


def _ended(why: str, token: str | None, status: int = 410) -> tuple[str, int]:
    """What to say of a link that can't be used; an order's that was used or expired can be had again."""
    again = token is not None and open_links.may_ask_again(current_database(), token)
    return render_template("link_ended.html", why=why, token=token if again else None), status


def _stop(token: str, found: Link, name: str, reason: str) -> Page:
    """Stop the change as whoever got the mail: an actor who can do nothing else."""
    actor = Actor(
        kind="supplier",
        person_id=found.link_id,
        name=f"{name} (by link to {found.address})",
        roles=frozenset({"supplier_contact"}),
        supplier_id=found.supplier_id,
        limited_to=f"bank_details:{found.subject_id}",
    )
    faults = Faults()
    path = f"/suppliers/{found.supplier_id}/bank-details/{found.subject_id}/stop"
    found.must_be_usable(datetime.now(UTC))
    with faults.of_service():
        upstream.post("members", path, json={"reason": reason}, actor=actor)
    if faults:
        return _page(token, faults)
    open_links.use_stop_link(current_database(), token, name, address=caller_address())
    return render_template("link_stopped.html", link=found)


def _links_page(purchase_order_id: str, side: str) -> str:
    return render_template(
        f"{side}/order_links.html",
        order=ask.one("orders", f"/purchase-orders/{purchase_order_id}"),
        links=open_links.links_to_order(current_database(), purchase_order_id),
        now=datetime.now(UTC),
    )


def _revoke(purchase_order_id: str, page: str) -> Response:
    session = current_session()
    if session is None or session.seat is None or session.seat.limited_to is not None:
        abort(403)
    ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    open_links.revoke_order_links(current_database(), purchase_order_id, session.name)
    flash("The links to this order no longer work, and whoever had opened one is out.")
    return redirect(url_for(page, purchase_order_id=purchase_order_id), 303)
