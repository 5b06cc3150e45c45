"""Who in the demo is connected with a supplier: a governor, and formerly a senior leader."""

from datetime import date
from typing import Final

from bursar.demo.people import Cast
from chassis.database import Database
from services.members.domain.interest import Capacity, Interest
from services.members.usecases.record_interests import add_interest, read_register

_DECLARED: Final[tuple[tuple[str, int, Capacity, str, date, date | None], ...]] = (
    ("Gale Hughes", 900001, "governor", "Director, and owner of 30 % of the shares", date(2025, 9, 1), None),
    ("Robin Marsh", 900003, "senior_staff", "Married to the owner", date(2024, 9, 1), date(2026, 3, 31)),
)
"""(who, of which school, as what, how, from and to when), one for each of the first suppliers."""


def record_interests(members: Database, cast: Cast) -> None:
    """Declare them once."""
    if read_register(members, cast.manager).items:
        return
    for supplier_id, (who, urn, capacity, nature, begins, ends) in zip(cast.suppliers, _DECLARED, strict=False):
        interest = Interest(
            interest_id="",
            supplier_id=supplier_id,
            school_urn=urn,
            person_name=who,
            capacity=capacity,
            nature=nature,
            starts_on=begins,
            ends_on=ends,
            declared_on=begins,
        )
        add_interest(members, cast.manager, interest)
