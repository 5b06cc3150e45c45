"""The people whose pages are tested, each in a seat, as the gateway knows them once they are signed in."""

from datetime import UTC, datetime, timedelta

from gateway.domain.seats import Seat
from gateway.domain.sessions import Session

OAK = 910001
SUPPLIER_ID = "5a5a0000-0000-4000-8000-000000000001"

SCHOOL = "Oak Street Primary School"
ALLIANCE = "Northfield Schools Alliance"
SUPPLIER = "Fenwright Paper Ltd"


def _seat(kind: str, organisation: str, *roles: str) -> Seat:
    return Seat(
        key={"school": f"school:{OAK}", "supplier": f"supplier:{SUPPLIER_ID}", "alliance": "alliance"}[kind],
        kind=kind,  # type: ignore[arg-type]
        organisation=organisation,
        roles=frozenset(roles),
        school_urn=OAK if kind == "school" else None,
        supplier_id=SUPPLIER_ID if kind == "supplier" else None,
    )


def _session(name: str, *seats: Seat, seated: bool = True) -> Session:
    now = datetime.now(UTC)
    return Session(
        token_hash=name.encode(),
        person_id="bbbb0000-0000-4000-8000-000000000001",
        name=name,
        email=f"{name.split()[0].lower()}@example.org",
        channel="browser",
        seats=seats,
        seat=seats[0] if seated and seats else None,
        last_seen_at=now,
        expires_at=now + timedelta(hours=12),
    )


BUYER_SEAT = _seat("school", SCHOOL, "school_buyer")
MANAGER_SEAT = _seat("alliance", ALLIANCE, "alliance_manager", "administrator")

PEOPLE: dict[str, Session] = {
    "buyer": _session("Beth Buyer", BUYER_SEAT),
    "approver": _session("Ada Approver", _seat("school", SCHOOL, "school_approver")),
    "governor": _session("Gita Governor", _seat("school", SCHOOL, "governor")),
    "supplier": _session("Sam Sales", _seat("supplier", SUPPLIER, "supplier_user")),
    "supplier_head": _session("Hedda Head", _seat("supplier", SUPPLIER, "supplier_user", "supplier_administrator")),
    "manager": _session("Morgan Manager", MANAGER_SEAT),
    "board": _session("Bo Board", _seat("alliance", ALLIANCE, "board_member")),
    "administrator": _session("Ash Admin", _seat("alliance", ALLIANCE, "administrator")),
    "undecided": _session("Uma Undecided", BUYER_SEAT, MANAGER_SEAT, seated=False),
    "several": _session("Sev Several", BUYER_SEAT, MANAGER_SEAT),
    "nobody": _session("Noor Nobody"),
}
