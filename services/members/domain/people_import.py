"""Which people a sheet adds to the alliance, and which roles, with their days, to those who are there."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from contracts.digits import as_whole
from contracts.roles import ROLE_NAMES, ROLE_SEATS
from services.members.domain.errors import PersonInvalid
from services.members.domain.import_row import ImportRow, role_in_words
from services.members.domain.person import Person, Role, check_person, in_order, overlap
from services.members.domain.school_facts import RowRefused, day_of
from services.members.domain.school_table import SchoolTable, TableRow


@dataclass(frozen=True, slots=True)
class Directory:
    """Who and what there is: people by address in small letters, school names by URN, suppliers' ids by name."""

    people: Mapping[str, Person]
    schools: Mapping[int, str]
    suppliers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """People to write (version 0: new ones), and an account of every row."""

    changed: tuple[Person, ...]
    rows: tuple[ImportRow, ...]


def plan_people(table: SchoolTable, there: Directory, *, starts_on: date, may_administer: bool) -> PeoplePlan:
    """Decide what each row does. Writes nothing, takes no role away.

    A row without a first day begins on `starts_on`; one about a role that is held on these days changes its last day
    if it names one.
    """
    after: dict[str, Person] = {}
    rows = []
    for row in table.rows:
        email = row.values["e-mail"].strip()
        key = email.casefold()
        before = after.get(key) or there.people.get(key)
        person = before or Person(str(uuid.uuid4()), row.values["name"], email, ())
        try:
            role, place = _role(row, there, starts_on, may_administer=may_administer)
            changed, details = _with(person, role, place)
            check_person(changed)
        except (RowRefused, PersonInvalid) as fault:
            code, why = (fault.code, fault.reason) if isinstance(fault, RowRefused) else (fault.code, _why(fault))
            rows.append(ImportRow(row.line, email, row.values["name"], "refused", code, (why,)))
            continue
        if changed == before:
            rows.append(ImportRow(row.line, email, person.name, "unchanged"))
            continue
        after[key] = changed
        rows.append(ImportRow(row.line, email, person.name, "changed" if before else "added", "", details))
    return PeoplePlan(tuple(after.values()), tuple(rows))


def _role(row: TableRow, there: Directory, starts_on: date, *, may_administer: bool) -> tuple[Role, str]:
    said = {column: row.values.get(column, "") for column in ("role", "urn", "supplier", "from", "to")}
    named = {name.casefold(): role for role, name in ROLE_NAMES.items()} | {role: role for role in ROLE_NAMES}
    role = named.get(said["role"].casefold())
    if role is None:
        raise RowRefused("role_unknown", f"“{said['role']}” is no role: {', '.join(ROLE_NAMES.values())}.")
    if role == "administrator" and not may_administer:
        raise RowRefused("forbidden", "Only an administrator decides who is an administrator.")
    urn, supplier_id, place = None, None, ""
    if ROLE_SEATS[role] == "school":
        urn = as_whole(said["urn"]) or 0
        if urn not in there.schools:
            raise RowRefused("school_unknown", f"There is no school “{said['urn']}”: give its URN.")
        place = there.schools[urn]
    if ROLE_SEATS[role] == "supplier":
        supplier_id = there.suppliers.get(said["supplier"].casefold())
        if supplier_id is None:
            raise RowRefused("supplier_unknown", f"There is no supplier “{said['supplier']}”: give its name.")
        place = said["supplier"]
    return Role(role, urn, supplier_id, day_of(said["from"]) or starts_on, day_of(said["to"])), place


def _with(person: Person, role: Role, place: str) -> tuple[Person, tuple[str, ...]]:
    """The person with the role, and what that changes in words."""
    held = next((each for each in person.roles if overlap(each, role)), None)
    if held is None:
        return replace(person, roles=in_order([*person.roles, role])), (f"Role: {role_in_words(role, place)}",)
    if role.ends_on is None or role.ends_on == held.ends_on:
        return person, ()
    ended = replace(held, ends_on=role.ends_on)
    roles: Sequence[Role] = [ended if each == held else each for each in person.roles]
    return replace(person, roles=in_order(roles)), (f"Last day: {role_in_words(ended, place)}",)


def _why(fault: PersonInvalid) -> str:
    return " ".join(fault.fields.values())
