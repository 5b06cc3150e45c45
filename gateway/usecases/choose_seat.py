"""Choose from which of several seats to act."""

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.errors import UnknownSeat
from gateway.domain.seats import Seat
from gateway.domain.sessions import Session
from gateway.storage.sessions import store_seat


def choose_seat(database: Database, session: Session, seat_key: str) -> Seat:
    """Act from another of the person's seats from the next request on. Raises UnknownSeat."""
    seat = next((seat for seat in session.seats if seat.key == seat_key), None)
    if seat is None:
        raise UnknownSeat("That seat is not one of yours.", fields={"seat": "Choose one of your seats."})
    with database.transaction(SERVICE) as connection:
        store_seat(connection, session.token_hash, seat.key)
    return seat
