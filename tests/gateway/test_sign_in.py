"""Signing in, sessions and their end."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from gateway.domain.errors import NoSeat, SeatRequired, SignInRefused, TooManyAttempts, UnknownSeat
from gateway.domain.throttle import LIMITS
from gateway.storage.people import upsert_people
from gateway.usecases.choose_seat import choose_seat
from gateway.usecases.keep_form import drop_form, keep_form, kept_form
from gateway.usecases.purge_expired import purge_expired
from gateway.usecases.resume_session import resume_session
from gateway.usecases.set_password import set_password
from gateway.usecases.sign_in import sign_in
from gateway.usecases.sign_out import sign_out
from tests.clients import deliver
from tests.gateway.conftest import PASSWORD, role

ADDRESS = "192.0.2.1"
EMAIL = "office@chestnut.example"


def enter(store, email=EMAIL, password=PASSWORD, **more):
    return sign_in(store.database, email, password, address=ADDRESS, **more)


def change(store, statement, **values):
    with store.database.transaction(SERVICE) as connection:
        return connection.execute(text(statement), values)


def test_the_right_password_begins_a_session(store, known):
    known(EMAIL, role("school_buyer", urn=900001))
    done = enter(store, "  Office@Chestnut.Example ")
    session = resume_session(store.database, done.token)
    assert session.seat.key == "school:900001"
    assert session.email == EMAIL


def test_the_token_itself_is_stored_nowhere(store, known):
    known(EMAIL, role("school_buyer", urn=900001))
    token = enter(store).token
    rows = change(store, "SELECT session::text AS row FROM session").all()
    assert len(rows) == 1
    assert token not in rows[0].row


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong password"), ("nobody@x.example", PASSWORD)])
def test_a_wrong_password_and_an_unknown_account_are_refused_alike(store, known, email, password):
    known(EMAIL, role("school_buyer", urn=900001))
    with pytest.raises(SignInRefused) as refused:
        enter(store, email, password)
    assert refused.value.detail == "The e-mail address or the password is wrong."


def test_guessing_is_stopped_even_with_the_right_password_at_last(store, known):
    known(EMAIL, role("school_buyer", urn=900001))
    for _ in range(LIMITS["account"]):
        with pytest.raises(SignInRefused):
            enter(store, password="wrong password")
    with pytest.raises(TooManyAttempts) as refused:
        enter(store)
    assert 0 < refused.value.retry_after <= 15 * 60
    change(store, "UPDATE sign_in_attempt SET started_at = started_at - interval '16 minutes'")
    assert enter(store).token


def test_guessing_at_once_gains_nothing(store, known):
    known(EMAIL, role("school_buyer", urn=900001))

    def attempt(_):
        try:
            enter(store, password="wrong password")
        except TooManyAttempts:
            return "stopped"
        except SignInRefused:
            return "looked at"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, range(2 * LIMITS["account"])))
    assert results.count("looked at") == LIMITS["account"]


def test_many_accounts_from_one_address_are_stopped_too(store, known):
    known(EMAIL, role("school_buyer", urn=900001))
    change(store, "INSERT INTO sign_in_attempt VALUES (:c, :n, now())", c=f"address:{ADDRESS}", n=LIMITS["address"])
    with pytest.raises(TooManyAttempts):
        enter(store)
    assert sign_in(store.database, EMAIL, PASSWORD, address="192.0.2.2").token


def test_signing_in_forgives_the_failures_before_it(store, known):
    known(EMAIL, role("school_buyer", urn=900001))
    for _ in range(LIMITS["account"] + 1):
        with pytest.raises(SignInRefused):
            enter(store, password="wrong password")
        enter(store)


def test_a_person_without_a_role_today_cannot_come_in(store, known):
    known(EMAIL, role("school_buyer", urn=900001, ends_on="2021-01-01"))
    with pytest.raises(NoSeat):
        enter(store)


def test_several_seats_are_chosen_from(store, known):
    known(EMAIL, role("school_buyer", urn=1), role("governor", urn=2))
    done = enter(store)
    assert done.session.seat is None
    choose_seat(store.database, done.session, "school:2")
    assert resume_session(store.database, done.token).seat.roles == {"governor"}
    with pytest.raises(UnknownSeat):
        choose_seat(store.database, done.session, "school:3")


def test_a_program_names_its_seat_at_once(store, known):
    known(EMAIL, role("school_buyer", urn=1), role("governor", urn=2))
    with pytest.raises(SeatRequired) as refused:
        enter(store, channel="program")
    assert "school:1" in refused.value.detail
    assert enter(store, channel="program", seat="school:1").session.seat.school_urn == 1
    with pytest.raises(UnknownSeat):
        enter(store, channel="program", seat="alliance")


@pytest.mark.parametrize(
    "ended", ["last_seen_at = now() - interval '121 minutes'", "expires_at = now() - interval '1 second'"]
)
def test_a_session_ends_idle_or_after_its_longest_time(store, known, ended):
    known(EMAIL, role("school_buyer", urn=900001))
    token = enter(store).token
    change(store, f"UPDATE session SET {ended}")
    assert resume_session(store.database, token) is None


def test_use_keeps_a_session_alive(store, known):
    known(EMAIL, role("school_buyer", urn=900001))
    token = enter(store).token
    change(store, "UPDATE session SET last_seen_at = now() - interval '119 minutes'")
    resume_session(store.database, token)
    age = change(store, "SELECT now() - last_seen_at < interval '1 minute' AS fresh FROM session").one()
    assert age.fresh


def test_signing_out_revokes_at_once(store, known):
    known(EMAIL, role("school_buyer", urn=900001))
    token = enter(store).token
    sign_out(store.database, token)
    assert resume_session(store.database, token) is None


def test_a_new_password_ends_every_session(store, known):
    person = known(EMAIL, role("school_buyer", urn=900001))
    token = enter(store).token
    set_password(store.database, person, "another good password")
    assert resume_session(store.database, token) is None
    assert enter(store, password="another good password").token


def test_an_ended_role_ends_in_the_running_session(store, known):
    person = known(EMAIL, role("school_buyer", urn=1), role("governor", urn=1))
    token = enter(store).token
    told = {"person_id": person, "name": "New Name", "email": EMAIL}
    deliver(store, "gateway", [("PersonRecorded", told | {"roles": [role("governor", urn=1)]})])
    session = resume_session(store.database, token)
    assert session.seat.roles == {"governor"}
    assert session.name == "New Name"
    deliver(store, "gateway", [("PersonRecorded", told | {"roles": []})])
    assert resume_session(store.database, token).seat is None


def test_the_last_of_several_tellings_of_one_person_stands(store):
    told = {"person_id": "00000000-0000-4000-8000-000000000009", "name": "N", "roles": []}
    with store.database.transaction(SERVICE) as connection:
        upsert_people(connection, [told | {"email": "old@x.example"}, told | {"email": " New@X.example "}])
    assert change(store, "SELECT email FROM person").scalar_one() == "new@x.example"


def test_a_password_may_come_before_its_person(store, known):
    set_password(store.database, "00000000-0000-4000-8000-000000000001", PASSWORD)
    with pytest.raises(SignInRefused):
        enter(store)
    told = {"person_id": "00000000-0000-4000-8000-000000000001", "name": "N", "email": EMAIL}
    deliver(store, "gateway", [("PersonRecorded", told | {"roles": [role("governor", urn=1)]})])
    assert enter(store).token


FIELDS = [("quantity", "3"), ("quantity", "4"), ("note", "for\x00 Year 2"), ("password", "x"), ("csrf_token", "y")]


def test_a_form_is_kept_for_the_person_of_the_ended_session_alone(store, known):
    known(EMAIL, role("school_buyer", urn=1))
    known("other@x.example", role("school_buyer", urn=2), number=2)
    token = enter(store).token
    change(store, "UPDATE session SET last_seen_at = now() - interval '3 hours'")
    form_token = keep_form(store.database, token, "/rounds/1/order", FIELDS)
    mine = kept_form(store.database, form_token, enter(store).session)
    assert mine.path == "/rounds/1/order"
    assert mine.fields == (("quantity", "3"), ("quantity", "4"), ("note", "for Year 2"))
    assert kept_form(store.database, form_token, enter(store, "other@x.example").session) is None
    drop_form(store.database, form_token)
    assert kept_form(store.database, form_token, enter(store).session) is None


def test_no_form_is_kept_for_a_revoked_session(store, known):
    known(EMAIL, role("school_buyer", urn=1))
    token = enter(store).token
    sign_out(store.database, token)
    assert keep_form(store.database, token, "/x", FIELDS) is None


def test_purging_removes_what_nobody_can_use(store, known):
    known(EMAIL, role("school_buyer", urn=1))
    living, ended = enter(store).token, enter(store).token
    keep_form(store.database, ended, "/x", FIELDS)
    assert purge_expired(store.database) == 0
    change(store, "UPDATE pending_form SET expires_at = now() - interval '2 hours'")
    change(store, "UPDATE sign_in_attempt SET started_at = now() - interval '1 hour'")
    change(
        store,
        "UPDATE session SET last_seen_at = now() - interval '2 days' WHERE token_hash = sha256(:token)",
        token=ended.encode(),
    )
    assert purge_expired(store.database) == 3
    assert resume_session(store.database, living)


def test_nothing_is_seen_without_the_gateway_itself_asking(store, known):
    known(EMAIL, role("school_buyer", urn=1))
    enter(store)
    with store.database.engine.begin() as connection:
        for table in ("person", "credential", "session", "sign_in_attempt", "pending_form"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
