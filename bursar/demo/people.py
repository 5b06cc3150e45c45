"""Load the demo's schools, suppliers and people, and let the people sign in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bursar.demo.alliance import (
    ALLIANCE_STAFF,
    ASSOCIATE,
    COLLEAGUES,
    COUNTED,
    COUNTED_BEFORE,
    GOVERNORS,
    JOINED,
    OWN,
    PASSWORD,
    SCHOOLS,
    SUPPLIERS,
    DemoSchool,
    DemoSupplier,
)
from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.roles import ROLE_SEATS
from gateway.storage.people import account_of
from gateway.usecases.set_password import set_password
from services.members.domain.person import Person, Role
from services.members.domain.pupil_count import PupilCount
from services.members.domain.school import School
from services.members.domain.site import Site
from services.members.storage.alliance import find_alliance
from services.members.storage.people import find_people
from services.members.storage.schools import find_school
from services.members.storage.suppliers import find_supplier_by_name
from services.members.usecases.record_alliance import put_alliance
from services.members.usecases.record_people import add_person
from services.members.usecases.record_pupil_counts import add_count
from services.members.usecases.record_schools import put_school
from services.members.usecases.record_sites import put_sites
from services.members.usecases.record_suppliers import add_supplier

_AUTHORITY = "990"  # no local authority has this code


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demo: the alliance's staff, buyers and approvers by URN, governors, users by supplier's id."""

    staff: Sequence[Actor]
    buyers: dict[int, Actor]
    approvers: dict[int, Actor]
    governors: Sequence[Actor]
    suppliers: dict[str, Actor]
    colleagues: Sequence[Actor]

    @property
    def manager(self) -> Actor:
        """The alliance's business manager."""
        return self.staff[0]

    @property
    def person_ids(self) -> list[str]:
        """Everybody's ids."""
        actors = [
            *self.staff,
            *self.buyers.values(),
            *self.approvers.values(),
            *self.governors,
            *self.suppliers.values(),
            *self.colleagues,
        ]
        return [actor.person_id for actor in actors if actor.person_id]


def load_people(members: Database) -> Cast:
    """Record the schools, suppliers and people that are not there yet, in one transaction."""
    with members.transaction(SERVICE) as connection:
        if find_alliance(connection).version == 0:
            put_alliance(members, SERVICE, OWN, 0)
        for school in SCHOOLS:
            _ensure_school(members, school)
        supplier_ids = {supplier.name: _ensure_supplier(members, supplier) for supplier in SUPPLIERS}
        ensure = _People(members, {person.email: person for person in find_people(connection, after=None, limit=1000)})
        return Cast(
            staff=[ensure.person(name, email, *roles) for name, email, roles in ALLIANCE_STAFF],
            buyers={
                school.urn: ensure.person(school.buyer, school.buyer_email, "school_buyer", urn=school.urn)
                for school in SCHOOLS
            },
            approvers={
                school.urn: ensure.person(school.approver, school.approver_email, "school_approver", urn=school.urn)
                for school in SCHOOLS
            },
            governors=[ensure.person(name, email, "governor", urn=urn) for urn, name, email in GOVERNORS],
            suppliers={
                supplier_ids[supplier.name]: ensure.person(
                    supplier.user,
                    supplier.email,
                    "supplier_user",
                    "supplier_administrator",
                    supplier_id=supplier_ids[supplier.name],
                )
                for supplier in SUPPLIERS
            },
            colleagues=[
                ensure.person(
                    each.name,
                    each.email,
                    "supplier_user",
                    supplier_id=next(
                        supplier_ids[supplier.name] for supplier in SUPPLIERS if supplier.user == each.beside
                    ),
                )
                for each in COLLEAGUES
            ],
        )


def give_passwords(gateway: Database, person_ids: Iterable[str]) -> None:
    """Give a password to everybody who has none; it waits for its person if the gateway has not heard of them yet."""
    for person_id in person_ids:
        with gateway.transaction(SERVICE) as connection:
            account = account_of(connection, person_id)
        if account is None or account.password_hash is None:
            set_password(gateway, person_id, PASSWORD)


def _ensure_school(members: Database, demo: DemoSchool) -> None:
    with members.transaction(SERVICE) as connection:
        if find_school(connection, demo.urn) is not None:
            return
    school = School(
        urn=demo.urn,
        name=demo.name,
        phase=demo.phase,
        type_code=demo.type_code,
        la_code=_AUTHORITY,
        establishment_number=str(demo.urn - 898000),
        low_age=demo.ages[0],
        high_age=demo.ages[1],
        pupils=demo.pupils,
        pupils_on=COUNTED,
        pupils_source="census",
        postcode=f"ZZ{demo.urn % 100} 1AA",
        town=demo.town,
        joined_on=JOINED,
        left_on=None,
        membership_class="associate" if demo.urn == ASSOCIATE else "full",
    )
    put_school(members, SERVICE, school, None)
    add_count(members, SERVICE, demo.urn, PupilCount(COUNTED_BEFORE, demo.pupils_before, "census"))
    put_sites(members, SERVICE, demo.urn, [_site(demo, school.postcode, *site) for site in demo.sites], 0)


def _site(demo: DemoSchool, postcode: str, name: str, instructions: str) -> Site:
    main = name == demo.sites[0][0]
    return Site("", name, f"{demo.name}\n{demo.town}", postcode, instructions, main=main)


def _ensure_supplier(members: Database, demo: DemoSupplier) -> str:
    with members.transaction(SERVICE) as connection:
        found = find_supplier_by_name(connection, demo.name)
    if found is None:
        found = add_supplier(members, SERVICE, demo.record)
    return found.supplier_id


@dataclass(frozen=True, slots=True)
class _People:
    """Finds or records people; `known` are those who are there, by address."""

    members: Database
    known: Mapping[str, Person]

    def person(
        self, name: str, email: str, *roles: str, urn: int | None = None, supplier_id: str | None = None
    ) -> Actor:
        """The person as an actor in the seat that the roles give."""
        found = self.known.get(email)
        if found is None:
            held = [Role(role, urn, supplier_id, JOINED, None) for role in roles]
            found = add_person(self.members, SERVICE, name, email, held)
        kind = ROLE_SEATS[roles[0]]
        return Actor(kind, found.person_id, found.name, frozenset(roles), school_urn=urn, supplier_id=supplier_id)
