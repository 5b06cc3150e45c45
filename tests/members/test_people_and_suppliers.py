"""The rules of people, roles and suppliers."""

from datetime import date

import pytest

from services.members.domain.errors import PersonInvalid, SchoolInvalid, SupplierInvalid, VatNumberInvalid
from services.members.domain.person import Person, Role, check_person, grants_administrator, in_order
from services.members.domain.school import School, check_school
from services.members.domain.supplier import Supplier, check_supplier, clean_vat_number

START = date(2026, 9, 1)
SUPPLIER_ID = "00000000-0000-4000-8000-000000000001"


def a_person(*roles: Role, email: str = "office@hopgarden.example") -> Person:
    return Person("00000000-0000-4000-8000-000000000002", "Ada Okafor", email, roles)


def buyer(starts_on: date = START, ends_on: date | None = None) -> Role:
    return Role("school_buyer", 900001, None, starts_on, ends_on)


def faults(person: Person) -> set[str]:
    with pytest.raises(PersonInvalid) as refusal:
        check_person(person)
    return set(refusal.value.fields)


def test_one_person_may_hold_several_roles() -> None:
    check_person(
        a_person(
            buyer(),
            Role("governor", 900002, None, START, None),
            Role("board_member", None, None, START, None),
            Role("supplier_user", None, SUPPLIER_ID, START, None),
        )
    )


@pytest.mark.parametrize(
    ("role", "field"),
    [
        (Role("school_buyer", None, None, START, None), "roles.0.school_urn"),
        (Role("alliance_manager", 900001, None, START, None), "roles.0.school_urn"),
        (Role("supplier_user", None, None, START, None), "roles.0.supplier_id"),
        (Role("governor", 900001, SUPPLIER_ID, START, None), "roles.0.supplier_id"),
        (Role("caretaker", 900001, None, START, None), "roles.0.role"),
        (buyer(ends_on=date(2026, 8, 31)), "roles.0.ends_on"),
    ],
)
def test_a_role_belongs_to_the_organisation_of_its_kind(role: Role, field: str) -> None:
    assert faults(a_person(role)) == {field}


def test_a_role_is_held_again_but_not_twice_at_once() -> None:
    check_person(a_person(buyer(ends_on=date(2027, 8, 31)), buyer(starts_on=date(2027, 9, 1))))

    assert faults(a_person(buyer(ends_on=date(2027, 8, 31)), buyer(starts_on=date(2027, 8, 31)))) == {
        "roles.1.starts_on"
    }


def test_roles_are_kept_in_the_order_of_their_start() -> None:
    later, earlier = buyer(date(2027, 1, 1)), buyer(START, date(2026, 12, 31))

    assert in_order([later, earlier]) == (earlier, later)


def test_touching_an_administrator_is_noticed_whether_given_taken_or_redated() -> None:
    administrator = Role("administrator", None, None, START, None)
    ended = Role("administrator", None, None, START, date(2027, 8, 31))

    assert grants_administrator([], [administrator])
    assert grants_administrator([administrator], [])
    assert grants_administrator([administrator], [ended])
    assert not grants_administrator([administrator, buyer()], [administrator])


@pytest.mark.parametrize("email", ["", "office", "office@", "@x.example", "a b@x.example", "a@x", "a@@x.example"])
def test_an_address_that_cannot_be_written_to_is_refused(email: str) -> None:
    assert faults(a_person(buyer(), email=email)) == {"email"}


@pytest.mark.parametrize("written", ["GB 980 7806 84", "980780684", "gb980780684", "980 7806 84"])
def test_vat_numbers_are_kept_in_one_form(written: str) -> None:
    assert clean_vat_number(written) == "GB980780684"


def test_a_supplier_without_vat_has_no_number() -> None:
    assert clean_vat_number(" ") is None


@pytest.mark.parametrize("written", ["980780685", "12345", "GB12345678X", "FR40303265045"])
def test_a_wrong_vat_number_is_refused(written: str) -> None:
    with pytest.raises(VatNumberInvalid):
        clean_vat_number(written)


def test_every_fault_of_a_supplier_is_named_at_once() -> None:
    with pytest.raises(SupplierInvalid) as refusal:
        check_supplier(Supplier(SUPPLIER_ID, "", "nobody", None))
    assert set(refusal.value.fields) == {"name", "email"}


def test_every_fault_of_a_school_is_named_at_once() -> None:
    school = School(
        urn=1,
        name=" ",
        phase="infant",
        type_code="1",
        la_code="Kent",
        establishment_number="",
        low_age=11,
        high_age=4,
        pupils=-1,
        pupils_on=None,
        pupils_source="",
        postcode="Kent",
        town="",
        joined_on=START,
        left_on=date(2026, 8, 31),
    )
    with pytest.raises(SchoolInvalid) as refusal:
        check_school(school)
    assert set(refusal.value.fields) == {
        "urn",
        "name",
        "phase",
        "la_code",
        "high_age",
        "pupils",
        "postcode",
        "left_on",
    }
