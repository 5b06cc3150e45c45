"""Links that let a person set a password: once, for a while, and told to nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from gateway.domain.errors import AlreadySignsIn, InvitationUnusable, PasswordTooWeak, SignInRefused, TooManyAttempts
from gateway.domain.invitations import may_see_link
from gateway.domain.seats import HeldRole, Seat
from gateway.domain.sessions import Session
from gateway.domain.throttle import LIMITS
from gateway.usecases.invite import (
    accept_invitation,
    ask_for_reset,
    invite,
    open_invitation,
    revoke_invitation,
    standings,
)
from gateway.usecases.purge_expired import purge_expired
from gateway.usecases.resume_session import resume_session
from gateway.usecases.sign_in import sign_in
from tests.backends import ServiceDatabase
from tests.clients import deliver
from tests.gateway.conftest import PASSWORD, role

ADDRESS = "192.0.2.1"
EMAIL = "ada@chestnut.example"
PERSON = "00000000-0000-4000-8000-00000000ada1"
NEW_PASSWORD = "seven grey herons"
BY = Session(
    b"", "00000000-0000-4000-8000-0000000000a1", "Mara Quill", "mara@alliance.example", "browser", (), None,
    datetime.now(UTC), datetime.now(UTC),
)  # fmt: skip


def change(store: ServiceDatabase, statement: str, **values: Any) -> Any:
    with store.database.transaction(SERVICE) as connection:
        return connection.execute(text(statement), values)


def mails(store: ServiceDatabase) -> list[Any]:
    return list(change(store, "SELECT * FROM mail ORDER BY mail_id").all())


def invited(store: ServiceDatabase, person_id: str = PERSON, email: str = EMAIL) -> str:
    done = invite(
        store.database, BY, person_id=person_id, name="Ada Okafor", email=email, organisation="Chestnut Lane Primary"
    )
    return done.link.removeprefix("/invitation/")


def hear_of(store: ServiceDatabase, email: str = EMAIL) -> None:
    body = {"person_id": PERSON, "name": "Ada Okafor", "email": email, "roles": [role("school_buyer", urn=900001)]}
    deliver(store, "gateway", [("PersonRecorded", body)])


def test_an_invitation_lets_a_person_sign_in_even_if_the_mail_is_faster_than_the_event(store: ServiceDatabase) -> None:
    token = invited(store)
    assert open_invitation(store.database, token).organisation == "Chestnut Lane Primary"
    accept_invitation(store.database, token, NEW_PASSWORD)
    hear_of(store)
    assert sign_in(store.database, EMAIL, NEW_PASSWORD, address=ADDRESS).session.name == "Ada Okafor"


def test_it_is_mailed_with_its_link_and_its_secret_is_stored_nowhere_else(store: ServiceDatabase) -> None:
    token = invited(store)
    (mail,) = mails(store)
    assert (mail.kind, mail.to_address, mail.link) == ("invitation", EMAIL, f"/invitation/{token}")
    rows = change(store, "SELECT invitation::text AS row FROM invitation").all()
    assert token not in rows[0].row


def test_looking_at_a_link_does_not_use_it_and_using_it_works_once(store: ServiceDatabase) -> None:
    token = invited(store)
    for _ in range(3):
        open_invitation(store.database, token)
    with pytest.raises(PasswordTooWeak):
        accept_invitation(store.database, token, "short")
    accept_invitation(store.database, token, NEW_PASSWORD)
    for use in (open_invitation, lambda database, link: accept_invitation(database, link, PASSWORD)):
        with pytest.raises(InvitationUnusable, match="used already"):
            use(store.database, token)


def test_sent_again_the_earlier_link_ends_and_taken_back_both_do(store: ServiceDatabase) -> None:
    first, second = invited(store), invited(store)
    with pytest.raises(InvitationUnusable, match="taken back"):
        open_invitation(store.database, first)
    assert open_invitation(store.database, second)
    assert revoke_invitation(store.database, PERSON) == 1
    with pytest.raises(InvitationUnusable, match="taken back"):
        accept_invitation(store.database, second, NEW_PASSWORD)


def test_it_expires_and_is_forgotten_long_after(store: ServiceDatabase) -> None:
    token = invited(store)
    earlier = "UPDATE invitation SET created_at = created_at - :by, expires_at = expires_at - :by"
    change(store, earlier, by=timedelta(days=15))
    with pytest.raises(InvitationUnusable, match="expired"):
        accept_invitation(store.database, token, NEW_PASSWORD)
    change(store, earlier, by=timedelta(days=90))
    assert purge_expired(store.database) >= 1
    with pytest.raises(InvitationUnusable, match="not one of ours"):
        open_invitation(store.database, token)


def test_whoever_has_a_password_is_not_invited(store: ServiceDatabase) -> None:
    accept_invitation(store.database, invited(store), NEW_PASSWORD)
    with pytest.raises(AlreadySignsIn):
        invited(store)
    assert standings(store.database, [PERSON])[PERSON].signs_in


def test_how_far_somebody_is(store: ServiceDatabase) -> None:
    assert standings(store.database, [PERSON])[PERSON].invitation is None
    invited(store)
    found = standings(store.database, [PERSON])[PERSON]
    assert (found.signs_in, found.invitation and found.invitation.state(datetime.now(UTC))) == (False, "open")


def test_a_lost_password_is_replaced_and_every_session_ends(store: ServiceDatabase, known: Any) -> None:
    known(EMAIL, role("school_buyer", urn=900001))
    session = sign_in(store.database, EMAIL, PASSWORD, address=ADDRESS)
    ask_for_reset(store.database, f" {EMAIL.upper()} ", address=ADDRESS)
    (mail,) = mails(store)
    assert (mail.kind, str(mail.to_person_id)) == ("password_reset", session.session.person_id)
    accept_invitation(store.database, mail.link.removeprefix("/invitation/"), NEW_PASSWORD)
    assert resume_session(store.database, session.token) is None
    with pytest.raises(SignInRefused):
        sign_in(store.database, EMAIL, PASSWORD, address=ADDRESS)
    assert sign_in(store.database, EMAIL, NEW_PASSWORD, address=ADDRESS)


def test_asking_for_a_reset_tells_nobody_who_is_known_and_is_limited(store: ServiceDatabase, known: Any) -> None:
    known(EMAIL, role("school_buyer", urn=900001))
    for email in (EMAIL, "nobody@chestnut.example"):
        for _ in range(LIMITS["reset"]):
            ask_for_reset(store.database, email, address=ADDRESS)
        with pytest.raises(TooManyAttempts):
            ask_for_reset(store.database, email, address=ADDRESS)
    assert len(mails(store)) == LIMITS["reset"]


@pytest.mark.parametrize(
    ("roles", "held", "may"),
    [
        ({"alliance_manager"}, "school_approver", True),
        ({"alliance_manager"}, "administrator", False),
        ({"administrator"}, "administrator", True),
        ({"school_approver"}, "school_buyer", False),
    ],
)
def test_only_those_who_decide_about_all_of_a_persons_roles_see_the_link(roles: set[str], held: str, may: bool) -> None:
    kind = "school" if "school_approver" in roles else "alliance"
    seat = Seat("a seat", kind, "Somewhere", frozenset(roles))  # type: ignore[arg-type]
    assert may_see_link(seat, [HeldRole(held, "Somewhere", datetime.now(UTC).date(), None)]) is may
