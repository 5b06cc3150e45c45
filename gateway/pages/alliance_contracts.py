"""Contracts and their offers: looking for them, recording, changing and withdrawing."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from contracts.london import london_today
from contracts.phases import PHASES
from contracts.school_types import MEMBERSHIP_CLASSES, SCHOOL_TYPES
from contracts.units import UNITS
from contracts.vat import VAT_CLASSES
from gateway.pages import ask, catalogue_words, contract_form, offer_form
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import seen_version, sending_key
from gateway.upstream import upstream

_PER_PAGE = 50


@alliance.get("/contracts")
@for_reader
def contracts() -> str:
    """Every contract, those that run first."""
    found = ask.items("catalogue", "/contracts")
    wanted = request.args.get("q", "").strip()
    words = wanted.lower().split()
    shown = [each for each in found if all(word in _spoken(each) for word in words)]
    now = london_today().isoformat()
    return render_template(
        "alliance/contracts.html",
        running=[contract for contract in shown if contract["ends_on"] >= now],
        ended=[contract for contract in shown if contract["ends_on"] < now],
        wanted=wanted,
        any=bool(found),
    )


@alliance.get("/contracts/<uuid:contract_id>")
@for_reader
def contract(contract_id: Any) -> str:
    """One contract with its terms, and the first of its offers."""
    return contract_page(str(contract_id), Faults())


def contract_page(contract_id: str, faults: Faults) -> str:
    """The page of one contract, with what is wrong with a price list that was sent to it."""
    found = ask.one("catalogue", f"/contracts/{contract_id}")
    offers, following = ask.part("catalogue", "/offers", contract_id=contract_id, limit=_PER_PAGE, **_after())
    return render_template(
        "alliance/contract.html",
        contract=found,
        offers=offers,
        following=following,
        proposed=[
            each
            for each in ask.items("catalogue", "/price-lists", contract_id=contract_id)
            if each["state"] == "compared"
        ],
        lead=_lead(found),
        words=catalogue_words,
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


@alliance.get("/contracts/new")
@for_manager
def new_contract() -> str:
    """The form for a contract."""
    return _contract_form(MultiDict(), Faults(), None)


@alliance.post("/contracts/new")
@for_manager
def add_contract() -> Response | tuple[str, int]:
    """Record the contract."""
    faults = Faults()
    body = contract_form.read_contract(request.form, faults)
    if not faults:
        with faults.of_service(contract_form.charge_fields(request.form)):
            key = request.form.get("sending_key")
            made = upstream.post("catalogue", "/contracts", json=body, key=key).json()
    if faults:
        return _contract_form(request.form, faults, None), faults.status
    flash(f"{made['title']} is recorded. Add its offers, or read in a price list.")
    return redirect(url_for("alliance.contract", contract_id=made["contract_id"]), 303)


@alliance.get("/contracts/<uuid:contract_id>/edit")
@for_manager
def edit_contract(contract_id: Any) -> str:
    """The form of a contract that exists."""
    found = ask.one("catalogue", f"/contracts/{contract_id}")
    return _contract_form(contract_form.typed_contract(found), Faults(), found)


@alliance.post("/contracts/<uuid:contract_id>/edit")
@for_manager
def save_contract(contract_id: Any) -> Response | tuple[str, int]:
    """Write the contract as it was typed."""
    faults = Faults()
    path = f"/contracts/{contract_id}"
    body = contract_form.read_contract(request.form, faults)
    if not faults:
        with faults.of_service(contract_form.charge_fields(request.form)):
            upstream.put("catalogue", path, json=body, etag=seen_version())
    if faults:
        return _contract_form(request.form, faults, ask.one("catalogue", path)), faults.status
    flash("The contract is saved. Rounds that are open keep the terms they opened with.")
    return redirect(url_for("alliance.contract", contract_id=contract_id), 303)


@alliance.get("/offers")
@for_reader
def offers() -> str:
    """Offers, found by words."""
    wanted, state = request.args.get("q", "").strip()[:200], request.args.get("state")
    found, following = ask.part(
        "catalogue",
        "/offers",
        q=wanted or None,
        state=state if state in ("published", "withdrawn") else None,
        limit=_PER_PAGE,
        **_after(),
    )
    return render_template("alliance/offers.html", offers=found, following=following, wanted=wanted, state=state or "")


@alliance.get("/offers/<uuid:offer_id>")
@for_reader
def offer(offer_id: Any) -> str:
    """One offer with all its prices."""
    return _offer_page(str(offer_id), Faults())


@alliance.get("/contracts/<uuid:contract_id>/offers/new")
@for_manager
def new_offer(contract_id: Any) -> str:
    """The form for an offer of a contract."""
    found = ask.one("catalogue", f"/contracts/{contract_id}")
    typed = MultiDict({"tiers.0.from_quantity": "1", "category_code": found["category_code"], "vat_class": "S"})
    return _offer_form(typed, Faults(), found, None)


@alliance.post("/contracts/<uuid:contract_id>/offers/new")
@for_manager
def add_offer(contract_id: Any) -> Response | tuple[str, int]:
    """Publish the offer."""
    faults = Faults()
    body = _typed_offer(faults) | {"contract_id": str(contract_id)}
    if not faults:
        with faults.of_service(offer_form.price_fields(request.form)):
            made = upstream.post("catalogue", "/offers", json=body, key=request.form.get("sending_key")).json()
    if faults:
        found = ask.one("catalogue", f"/contracts/{contract_id}")
        return _offer_form(request.form, faults, found, None), faults.status
    flash(f"{made['name']} is offered in rounds that open from now on.")
    return redirect(url_for("alliance.offer", offer_id=made["offer_id"]), 303)


@alliance.get("/offers/<uuid:offer_id>/edit")
@for_manager
def edit_offer(offer_id: Any) -> str:
    """The form of an offer that exists."""
    found = ask.one("catalogue", f"/offers/{offer_id}")
    contract = ask.one("catalogue", f"/contracts/{found['contract_id']}")
    return _offer_form(offer_form.typed_offer(found), Faults(), contract, found)


@alliance.post("/offers/<uuid:offer_id>/edit")
@for_manager
def save_offer(offer_id: Any) -> Response | tuple[str, int]:
    """Publish the offer as it was typed."""
    faults = Faults()
    path = f"/offers/{offer_id}"
    body = _typed_offer(faults)
    if not faults:
        with faults.of_service(offer_form.price_fields(request.form)):
            upstream.put("catalogue", path, json=body, etag=seen_version())
    if faults:
        found = ask.one("catalogue", path)
        contract = ask.one("catalogue", f"/contracts/{found['contract_id']}")
        return _offer_form(request.form, faults, contract, found), faults.status
    flash("The offer is published. Rounds that are open keep what they offered.")
    return redirect(url_for("alliance.offer", offer_id=offer_id), 303)


@alliance.post("/offers/<uuid:offer_id>/withdraw")
@for_manager
def withdraw_offer(offer_id: Any) -> Response | tuple[str, int]:
    """Offer it no more."""
    faults = Faults()
    with faults.of_service():
        upstream.post("catalogue", f"/offers/{offer_id}/withdraw", key=request.form.get("sending_key"))
    if faults:
        return _offer_page(str(offer_id), faults), faults.status
    flash("The offer is withdrawn. Schools can order no more of it, also in rounds that are open.")
    return redirect(url_for("alliance.offer", offer_id=offer_id), 303)


def _after() -> dict[str, Any]:
    return {"after": request.args.get("after")}


def _spoken(contract: dict[str, Any]) -> str:
    return f"{contract['title']} {contract['reference']} {contract['supplier_name']}".lower()


def _lead(contract: dict[str, Any]) -> str:
    """The name of the lead school; its URN while members does not answer."""
    return "".join(_school_names([contract["lead_urn"]] if contract["lead_urn"] else []))


def _school_names(urns: Sequence[int]) -> list[str]:
    """The schools' names, in order; their URNs while members does not answer."""
    schools = ask.items_or_none("members", "/schools") if urns else None
    names = {school["urn"]: school["name"] for school in schools or []}
    return sorted(names.get(urn, f"URN {urn}") for urn in urns)


def _typed_offer(faults: Faults) -> dict[str, Any]:
    body = offer_form.read_offer(request.form, faults)
    if body["eligible_urns"] and not faults.at("eligible_urns"):
        offer_form.must_be_known(body["eligible_urns"], ask.items("members", "/schools"), faults)
    return body


def _contract_form(typed: MultiDict[str, str], faults: Faults, found: dict[str, Any] | None) -> str:
    suppliers = sorted(ask.items("members", "/suppliers"), key=lambda supplier: supplier["name"])
    schools = sorted(ask.items("members", "/schools"), key=lambda school: school["name"])
    return render_template(
        "alliance/contract_form.html",
        contract=found,
        typed=typed,
        rows=contract_form.charge_rows(typed),
        suppliers=[(supplier["supplier_id"], supplier["name"]) for supplier in suppliers],
        categories=_categories(),
        schools=[(school["urn"], school["name"]) for school in schools],
        vat_classes=list(VAT_CLASSES.items()),
        words=catalogue_words,
        key=sending_key(typed, faults),
        faults=faults,
    )


def _categories() -> list[tuple[str, str]]:
    return [(category["code"], category["name"]) for category in ask.items("catalogue", "/categories")]


def _offer_page(offer_id: str, faults: Faults) -> str:
    found = ask.one("catalogue", f"/offers/{offer_id}")
    return render_template(
        "alliance/offer.html",
        offer=found,
        contract=ask.one("catalogue", f"/contracts/{found['contract_id']}"),
        prices=ask.items("catalogue", f"/offers/{offer_id}/prices"),
        words=catalogue_words,
        types=SCHOOL_TYPES,
        classes=MEMBERSHIP_CLASSES,
        named=_school_names(found["eligible_urns"]),
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _offer_form(
    typed: MultiDict[str, str], faults: Faults, contract: dict[str, Any], found: dict[str, Any] | None
) -> str:
    return render_template(
        "alliance/offer_form.html",
        contract=contract,
        offer=found,
        typed=typed,
        tier_rows=offer_form.tier_rows,
        words=catalogue_words,
        later_rows=offer_form.later_rows(typed),
        categories=_categories(),
        units=[(code, one or "each") for code, (one, _) in UNITS.items()],
        vat_classes=list(VAT_CLASSES.items()),
        phases=list(PHASES.items()),
        types=[(code, found.name) for code, found in SCHOOL_TYPES.items()],
        classes=list(MEMBERSHIP_CLASSES.items()),
        key=sending_key(typed, faults),
        faults=faults,
    )
