"""A seat is one organisation, with every role held there today."""

from datetime import date

from gateway.domain.seats import held_role, seats_on
from gateway.domain.sessions import seated
from tests.gateway.conftest import role

TODAY = date(2026, 11, 24)


def seats(*roles):
    return seats_on(TODAY, map(held_role, roles))


def test_roles_in_one_school_share_a_seat():
    (seat,) = seats(role("school_buyer", urn=1), role("governor", urn=1))
    assert (seat.key, seat.kind, seat.school_urn) == ("school:1", "school", 1)
    assert seat.roles == {"school_buyer", "governor"}


def test_each_organisation_is_a_seat_of_its_own():
    found = seats(
        role("school_buyer", urn=1),
        role("school_buyer", urn=2),
        role("supplier_user", supplier="s"),
        role("board_member"),
    )
    assert [seat.key for seat in found] == ["supplier:s", "school:1", "school:2", "alliance"]


def test_a_role_is_held_on_its_last_day_and_not_after_it():
    assert seats(role("governor", urn=1, ends_on="2026-11-24"))
    assert not seats(role("governor", urn=1, ends_on="2026-11-23"))


def test_a_coming_role_gives_no_seat_yet():
    assert not seats(role("governor", urn=1) | {"starts_on": "2026-11-25"})


def test_roles_that_this_version_does_not_know_give_no_seat():
    assert not seats(role("caretaker", urn=1))


def test_an_alliance_role_never_carries_a_school():
    (seat,) = seats(role("board_member") | {"school_urn": 5})
    assert seat.school_urn is None


def test_a_person_with_one_seat_sits_in_it_and_others_choose():
    one = seats(role("governor", urn=1))
    two = seats(role("governor", urn=1), role("governor", urn=2))
    assert seated(one, None) == one[0]
    assert seated(two, None) is None
    assert seated(two, "school:2") == two[1]
    assert seated(two, "school:3") is None
