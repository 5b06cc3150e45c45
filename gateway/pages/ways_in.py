"""How people come to sign in, as the pages about people need it."""

from typing import Any, Final

from flask import flash, session

from chassis.request import current_database
from gateway.domain.invitations import may_see_link
from gateway.domain.seats import Seat, held_role
from gateway.domain.sessions import Session
from gateway.usecases.invite import Invited, invite, revoke_invitation

_LINK: Final = "invitation_link"


def invite_person(by: Session, person: dict[str, Any], organisation: str) -> Invited:
    """Mail a person of the members service the link to a first password. Raises AlreadySignsIn."""
    return invite(
        current_database(),
        by,
        person_id=person["person_id"],
        name=person["name"],
        email=person["email"],
        organisation=organisation,
    )


def take_back(person: dict[str, Any]) -> None:
    """Take back whatever link the person has, and say so on the next page."""
    revoke_invitation(current_database(), person["person_id"])
    flash(f"The invitation of {person['name']} no longer works.")


def show_link_once(seat: Seat, person: dict[str, Any], invited: Invited) -> None:
    """Let the inviter's next page show the link, if they may hand it over themselves."""
    roles = [held_role({**role, "organisation": ""}) for role in person["roles"]]
    if may_see_link(seat, roles):
        session[_LINK] = [person["person_id"], invited.link]


def link_to_show(person_id: str) -> str | None:
    """The link of the person that was made just now, once."""
    kept = session.get(_LINK)
    if not kept or kept[0] != person_id:
        return None
    del session[_LINK]
    return str(kept[1])
