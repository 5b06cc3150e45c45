"""Sign in with e-mail address and password."""

from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.actor import SERVICE
from chassis.database import Database
from contracts.london import london_day
from gateway.domain import passwords
from gateway.domain.errors import NoSeat, SeatRequired, SignInRefused, TooManyAttempts, UnknownSeat
from gateway.domain.seats import Seat, held_role, seats_on
from gateway.domain.sessions import ABSOLUTE, Channel, Session, new_token, seated, token_hash
from gateway.domain.throttle import WINDOW, account_key, address_key, is_over, normal_email
from gateway.storage.attempts import clear_counter, count_attempt, uncount_attempt
from gateway.storage.people import Account, account_by_email, store_password
from gateway.storage.sessions import store_session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; `token` is told this once and stored nowhere."""

    token: str
    session: Session


def sign_in(
    database: Database,
    email: str,
    password: str,
    *,
    address: str,
    channel: Channel = "browser",
    seat: str | None = None,
) -> SignedIn:
    """Begin a session for whoever knows the password; `address` is the caller's network address.

    A person with one seat takes it; one with several may name it by its key, and in a browser may choose later.
    Raises TooManyAttempts, SignInRefused, NoSeat, UnknownSeat or SeatRequired.
    """
    email = normal_email(email)
    account = _admit(database, email, address)
    stored = account.password_hash if account else None
    if not passwords.verify(stored, password) or account is None or stored is None:
        raise SignInRefused("The e-mail address or the password is wrong.")
    now = datetime.now(UTC)
    seats = seats_on(london_day(now), map(held_role, account.roles))
    taken = _take_seat(seats, seat, channel)
    token = new_token()
    session = Session(
        token_hash=token_hash(token),
        person_id=account.person_id,
        name=account.name,
        email=account.email,
        channel=channel,
        seats=seats,
        seat=taken,
        last_seen_at=now,
        expires_at=now + ABSOLUTE,
    )
    renewed = passwords.hash_of(password) if passwords.is_outdated(stored) else None
    _begin(database, session, address=address, now=now, renewed_hash=renewed)
    return SignedIn(token, session)


def _admit(database: Database, email: str, address: str) -> Account | None:
    """Count the attempt, then look up the account; the count stands even if the sign-in goes on to fail."""
    now = datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        counters = [account_key(email), address_key(address)]
        counts = count_attempt(connection, counters, now=now, window_start=now - WINDOW)
        account = account_by_email(connection, email)
    blocking = [count for count in counts if is_over(count.counter, count.attempts)]
    if blocking:
        until = max(count.started_at for count in blocking) + WINDOW
        raise TooManyAttempts(max(1, round((until - now).total_seconds())))
    return account


def _take_seat(seats: tuple[Seat, ...], wanted: str | None, channel: Channel) -> Seat | None:
    if not seats:
        raise NoSeat("This account has no role in the alliance today. Ask the business manager for one.")
    if wanted is not None:
        found = next((seat for seat in seats if seat.key == wanted), None)
        if found is None:
            raise UnknownSeat("That seat is not one of yours.", fields={"seat": "Not one of your seats."})
        return found
    seat = seated(seats, None)
    if seat is None and channel == "program":
        choice = ", ".join(seat.key for seat in seats)
        raise SeatRequired(f"Name one of your seats: {choice}.", fields={"seat": f"One of: {choice}."})
    return seat


def _begin(database: Database, session: Session, *, address: str, now: datetime, renewed_hash: str | None) -> None:
    with database.transaction(SERVICE) as connection:
        clear_counter(connection, account_key(session.email))
        uncount_attempt(connection, address_key(address))
        if renewed_hash:
            store_password(connection, session.person_id, renewed_hash)
        store_session(
            connection,
            session.token_hash,
            person_id=session.person_id,
            channel=session.channel,
            seat=session.seat.key if session.seat else None,
            now=now,
            expires_at=session.expires_at,
        )
