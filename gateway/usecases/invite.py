"""Invite a person to set a first password, and let people who lost theirs set another, by links in the mail."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain import passwords
from gateway.domain.errors import AlreadySignsIn, InvitationUnusable, TooManyAttempts
from gateway.domain.invitations import LASTS, Invitation, Purpose
from gateway.domain.sessions import Session, new_token, token_hash
from gateway.domain.throttle import WINDOW, address_key, is_over, normal_email, reset_key
from gateway.storage import invitations
from gateway.storage.attempts import count_attempt
from gateway.storage.people import account_by_email, account_of, passworded, store_password
from gateway.storage.sessions import delete_sessions_of
from gateway.usecases.queue_mail import queue_mail

INVITATION_PATH: Final = "/invitation"
_KEPT_AFTER_EXPIRY: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation and its link, which is told this once and stored nowhere."""

    invitation: Invitation
    link: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a person can sign in, and the last invitation that they were sent."""

    signs_in: bool
    invitation: Invitation | None

    def is_left_out(self) -> bool:
        """Whether there is no way in for the person: neither a password nor a link that works."""
        return not self.signs_in and (self.invitation is None or self.invitation.state(datetime.now(UTC)) != "open")


def invite(database: Database, by: Session, *, person_id: str, name: str, email: str, organisation: str) -> Invited:
    """Mail a person the link to a first password; earlier links of theirs end. The caller may see the person.

    Raises AlreadySignsIn for somebody who has a password: a new one is for them alone to ask for.
    """
    with database.transaction(SERVICE) as connection:
        if passworded(connection, [person_id]):
            raise AlreadySignsIn(f"{name} has a password already, and can ask for another one when signing in.")
        invited = _issue(
            connection, "invitation", person_id, name, email, organisation, invited_by=by.name, by_id=by.person_id
        )
        queue_mail(
            connection,
            kind="invitation",
            key=f"invitation:{invited.invitation.invitation_id}",
            subject=f"{by.name} invites you to Bursar",
            text=f"Dear {name},\n\n{by.name} has asked you to act for {organisation} in Bursar, with which schools"
            " order and buy together.\n\nOpen this link to choose your password. It works once, for 14 days. If you"
            " did not expect it, leave it: without a password nothing happens.",
            to_address=email,
            link=invited.link,
            expires_at=invited.invitation.expires_at,
        )
    return invited


def revoke_invitation(database: Database, person_id: str) -> int:
    """Take back whatever links a person has; the number of those that were still unused."""
    with database.transaction(SERVICE) as connection:
        return invitations.revoke_invitations(connection, person_id, datetime.now(UTC))


def ask_for_reset(database: Database, email: str, *, address: str) -> None:
    """Mail the link to a new password, if somebody has the address; nothing tells whether anybody has.

    Raises TooManyAttempts when too many are asked for, known address or not.
    """
    email, now = normal_email(email), datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        counters = [reset_key(email), address_key(address)]
        counts = count_attempt(connection, counters, now=now, window_start=now - WINDOW)
        account = account_by_email(connection, email) if email else None
    if any(is_over(count.counter, count.attempts) for count in counts):
        raise TooManyAttempts(max(1, round((max(count.started_at for count in counts) + WINDOW - now).total_seconds())))
    if account is None:
        return
    with database.transaction(SERVICE) as connection:
        reset = _issue(connection, "reset", account.person_id, account.name, account.email, "", invited_by=account.name)
        queue_mail(
            connection,
            kind="password_reset",
            key=f"reset:{reset.invitation.invitation_id}",
            subject="Your new password for Bursar",
            text=f"Dear {account.name},\n\nSomebody, we hope you, asked for a new password for this address.\n\nOpen"
            " this link to choose one. It works once, for one hour. If it was not you, leave it: your password stays.",
            to_person_id=account.person_id,
            link=reset.link,
            expires_at=reset.invitation.expires_at,
        )


def open_invitation(database: Database, token: str) -> Invitation:
    """The invitation of a link, which stays unused. Raises InvitationUnusable."""
    with database.transaction(SERVICE) as connection:
        return _usable(connection, token, datetime.now(UTC))


def accept_invitation(database: Database, token: str, password: str) -> Invitation:
    """Use a link: set the password, end the person's sessions and all their other links.

    Raises InvitationUnusable, and PasswordTooWeak, after which the link can still be used.
    """
    now = datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        found = _usable(connection, token, now, lock=True)
        account = account_of(connection, found.person_id)
        passwords.check_strength(password, email=account.email if account else found.email)
        invitations.use_invitation(connection, found.invitation_id, now)
        invitations.revoke_invitations(connection, found.person_id, now)
        store_password(connection, found.person_id, passwords.hash_of(password))
        delete_sessions_of(connection, found.person_id)
    return found


def standings(database: Database, person_ids: Iterable[str]) -> dict[str, Standing]:
    """How far each of the people is in getting to sign in."""
    wanted = list(person_ids)
    with database.transaction(SERVICE) as connection:
        able = passworded(connection, wanted)
        invited = invitations.last_invitations(connection, wanted)
    return {person_id: Standing(person_id in able, invited.get(person_id)) for person_id in wanted}


def forget_old_invitations(connection: Connection, now: datetime) -> int:
    """Remove invitations that ended long ago; the number removed."""
    return invitations.delete_invitations_before(connection, now - _KEPT_AFTER_EXPIRY)


def _issue(
    connection: Connection,
    purpose: Purpose,
    person_id: str,
    name: str,
    email: str,
    organisation: str,
    *,
    invited_by: str,
    by_id: str | None = None,
) -> Invited:
    now, token = datetime.now(UTC), new_token()
    if purpose == "invitation":
        invitations.revoke_invitations(connection, person_id, now)
    record = Invitation(
        invitation_id=str(uuid.uuid4()),
        person_id=person_id,
        purpose=purpose,
        name=name,
        email=email,
        organisation=organisation,
        invited_by=invited_by,
        created_at=now,
        expires_at=now + LASTS[purpose],
        used_at=None,
        revoked_at=None,
    )
    invitations.store_invitation(connection, record, token_hash(token), by_id)
    return Invited(record, f"{INVITATION_PATH}/{token}")


def _usable(connection: Connection, token: str, now: datetime, *, lock: bool = False) -> Invitation:
    found = invitations.find_invitation(connection, token_hash(token), lock=lock)
    if found is None:
        raise InvitationUnusable("This link is not one of ours, or is too old. Check that you copied all of it.")
    found.must_be_usable(now)
    return found
