"""How a person wants each kind of mail: at once, in the daily digest, or not at all."""

from collections.abc import Mapping

from chassis.actor import SERVICE
from chassis.database import Database
from contracts.roles import SeatKind
from gateway.domain.mail import KINDS, Delivery, Kind
from gateway.storage.mail_choices import drop_gathered, find_choices, store_choices


def kinds_for(seats: set[SeatKind], *, required: bool = False) -> dict[str, Kind]:
    """The kinds of mail that people in such seats get: those they choose about, or those that must be told."""
    return {name: kind for name, kind in KINDS.items() if kind.seats & seats and kind.required == required}


def choices_of(database: Database, person_id: str, seats: set[SeatKind]) -> dict[str, Delivery]:
    """How the person gets each kind of mail that is theirs to choose, as chosen or as everybody does."""
    with database.transaction(SERVICE) as connection:
        chosen = find_choices(connection, person_id)
    return {name: chosen.get(name, kind.delivery) for name, kind in kinds_for(seats).items()}


def choose_mail(database: Database, person_id: str, choices: Mapping[str, Delivery]) -> None:
    """Keep what the person chose. Raises ValueError for a kind that is not theirs to choose."""
    if refused := [name for name in choices if name not in KINDS or KINDS[name].required]:
        raise ValueError(f"Nobody can choose about {', '.join(refused)}.")
    with database.transaction(SERVICE) as connection:
        store_choices(connection, person_id, choices)


def stop_digest(database: Database, person_id: str) -> None:
    """Send the person no digest any more: what would have come in one does not come at all, and nothing is waiting."""
    with database.transaction(SERVICE) as connection:
        chosen = find_choices(connection, person_id)
        daily = [name for name, kind in KINDS.items() if chosen.get(name, kind.delivery) == "digest"]
        store_choices(connection, person_id, dict.fromkeys(daily, "off"))
        drop_gathered(connection, person_id)
