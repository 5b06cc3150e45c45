"""Reading and writing schools' memberships over time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection, delete, func, insert, select

from services.members.domain.membership import Membership, Memberships
from services.members.storage.tables import membership


def memberships_of(connection: Connection, urns: Iterable[int]) -> dict[int, Memberships]:
    """The memberships of the schools, by URN, in the order of their days."""
    query = select(membership).where(membership.c.school_urn.in_(list(urns))).order_by(membership.c.joined_on)
    found: dict[int, list[Membership]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.school_urn].append(Membership(row.joined_on, row.left_on, row.membership_class))
    return {urn: tuple(each) for urn, each in found.items()}


def schools_with_several(connection: Connection) -> list[int]:
    """The URNs of schools that have more than one membership: those whose current one changes with the day."""
    query = select(membership.c.school_urn).group_by(membership.c.school_urn).having(func.count() > 1)
    return list(connection.execute(query).scalars())


def replace_memberships(connection: Connection, changed: Mapping[int, Memberships]) -> None:
    """Write the whole memberships of each school."""
    connection.execute(delete(membership).where(membership.c.school_urn.in_(list(changed))))
    rows = [{"school_urn": urn, **asdict(each)} for urn, memberships in changed.items() for each in memberships]
    if rows:
        connection.execute(insert(membership), rows)


def end_own_membership(connection: Connection, on: date) -> None:
    """Cut the memberships of the acting school off at a day, and count its version up.

    The database's own function, and the only way in which a school writes the alliance's record of it.
    """
    connection.execute(select(func.end_own_membership(on)))
