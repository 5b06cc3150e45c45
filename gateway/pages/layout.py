"""What the frame of every page shows: who is signed in, for whom, and the way to the other pages."""

from functools import cache
from typing import Any, Final

from flask import Flask, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.domain.seats import Seat
from gateway.domain.sessions import Session
from gateway.identity import current_session

_READERS: Final = ("alliance_manager", "board_member")
_REGISTRARS: Final = ("alliance_manager", "administrator")
_SELLERS: Final = ("supplier_user",)

# Pages that belong to a place in the bar without standing below its address.
_BELONGS: Final[dict[str, tuple[str, ...]]] = {
    "school.orders": ("/school/rounds/",),
    "school.settings": ("/school/people",),
    "school.account": ("/school/exports",),
    "school.bills": ("/school/vat-report", "/school/vat126"),
    "supplier.company": ("/supplier/people", "/supplier/programs"),
    "supplier.offers": ("/supplier/price-lists",),
    "alliance.contracts": (
        "/alliance/offers",
        "/alliance/planner",
        "/alliance/price-lists",
        "/alliance/vat-exceptions",
    ),
    "alliance.bills": ("/alliance/bill-disputes", "/alliance/reference-rates"),
    "alliance.money": (
        "/alliance/trial-balance",
        "/alliance/ledger/",
        "/alliance/payments",
        "/alliance/exports",
        "/alliance/fund",
        "/alliance/vat-report",
        "/alliance/vat126",
    ),
    "alliance.reports": ("/alliance/packs/", "/alliance/interests"),
    "alliance.schools": ("/alliance/imports",),
}

# For each kind of seat: the word in the bar, the page it leads to, and the roles that see it (none: all).
_PLACES: Final[dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]]] = {
    "school": (
        ("Home", "school.home", ()),
        ("Orders", "school.orders", ()),
        ("Approvals", "school.approvals", ("school_approver", "governor")),
        ("Deliveries", "school.deliveries", ()),
        ("Services", "school.services", ()),
        ("Bills", "school.bills", ()),
        ("Statement", "school.account", ()),
        ("Fund", "school.fund", ()),
        ("Budgets", "school.budgets", ()),
        ("Settings", "school.settings", ()),
        ("Reports", "school.reports", ()),
    ),
    "supplier": (
        ("Home", "supplier.home", _SELLERS),
        ("Orders", "supplier.orders", _SELLERS),
        ("Drops", "supplier.drops", _SELLERS),
        ("Offers", "supplier.offers", _SELLERS),
        ("Damage", "supplier.claims", _SELLERS),
        ("Invoices", "supplier.invoices", _SELLERS),
        ("Remittances", "supplier.remittances", _SELLERS),
        ("Reports", "supplier.reports", _SELLERS),
        ("Company", "supplier.company", ()),
    ),
    "alliance": (
        ("Home", "alliance.home", _READERS),
        ("Rounds", "alliance.rounds", _READERS),
        ("Contracts", "alliance.contracts", _READERS),
        ("Purchase orders", "alliance.purchase_orders", _READERS),
        ("Damage", "alliance.claims", _READERS),
        ("Services", "alliance.services", _READERS),
        ("Invoices", "alliance.invoices", _READERS),
        ("Bills", "alliance.bills", _READERS),
        ("Bank", "alliance.bank", _READERS),
        ("Money", "alliance.money", _READERS),
        ("Reports", "alliance.reports", _READERS),
        ("Schools", "alliance.schools", ()),
        ("Suppliers", "alliance.suppliers", ()),
        ("People", "alliance.people", _REGISTRARS),
        ("Settings", "alliance.settings", ()),
    ),
}


def home_of(seat: Seat) -> str:
    """The address of the first page a seat may see; somebody who came by a link sees one order."""
    if seat.limited_to is not None:
        return url_for("supplier.order", purchase_order_id=seat.limited_to.partition(":")[2])
    return next(url_for(page) for _, page, roles in _PLACES[seat.kind] if not roles or seat.has_any(*roles))


def register(app: Flask) -> None:
    """Give every template the person, the seat and the navigation."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        session = _session_if_answering()
        seat = session.seat if session else None
        shown = seat is not None and seat.limited_to is None
        return {"person": session, "seat": seat, "nav": _navigation(seat) if seat and shown else [], "faults": None}


def _session_if_answering() -> Session | None:
    """The session; none while the database is away, so that the page which says so can still be shown."""
    try:
        return current_session()
    except (OperationalError, PoolTimeout):
        return None


def _navigation(seat: Seat) -> list[dict[str, str]]:
    return [
        {"label": label, "href": _address(page), "here": _here(page)}
        for label, page, roles in _PLACES[seat.kind]
        if not roles or seat.has_any(*roles)
    ]


def _address(page: str) -> str:
    return _address_below(request.script_root, page)


@cache
def _address_below(_root: str, page: str) -> str:
    """The address of a place of the bar, which depends on nothing but where the whole site stands."""
    return url_for(page)


def below(page: str) -> bool:
    """Whether the page in hand is this place of the bar, or one that belongs to it."""
    return bool(_here(page))


def _here(page: str) -> str:
    """ "page" on the page itself, "true" on those below it: what `aria-current` wants."""
    if request.endpoint == page:
        return "page"
    address = _address(page)
    below = (f"{address}/",) if address.count("/") > 1 else ()
    return "true" if request.path.startswith((*below, *_BELONGS.get(page, ()))) else ""
