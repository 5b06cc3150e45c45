"""Inviting people through the API: a link by mail with which they set their first password."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify, make_response, request
from marshmallow import RAISE, Schema, ValidationError, fields

from chassis.actor import SERVICE
from chassis.idempotency import answer_once
from chassis.problems import problem
from chassis.request import current_database
from contracts.errors import Forbidden
from gateway.api.credentials import required_actor, required_session
from gateway.domain.invitations import may_see_link
from gateway.domain.seats import Seat, held_role
from gateway.domain.sessions import Session
from gateway.upstream import Problem, upstream
from gateway.usecases.invite import Standing, invite, revoke_invitation, standings

_ALLIANCE = "the alliance"


class NewInvitation(Schema):
    """Whom to invite: somebody whom the members service knows."""

    class Meta:
        """Refuse fields that nobody reads."""

        unknown = RAISE

    person_id = fields.UUID(required=True)


_new_invitation = NewInvitation()


def send_invitation() -> tuple[Response, int] | Response:
    """POST /api/v1/invitations: mail the link; earlier ones of that person end.

    The same again is a new link, unless it bears the same Idempotency-Key: then it is the same answer, but for the
    link, which is told once and stored nowhere.
    """
    session, seat = _inviter()
    try:
        wanted = _new_invitation.load(request.get_json(silent=True) or {})
    except ValidationError:
        return problem(422, "validation_failed", "Name the person.", {"person_id": "Send the id of a person."})
    person = _person(str(wanted["person_id"]))
    if isinstance(person, Response):
        return person
    organisation = _organisation(person) if seat.kind == "alliance" else seat.organisation
    answer: Response = answer_once(
        required_actor(), lambda: _invite(session, seat, person, organisation), within=SERVICE, kept=_without_link
    )
    return answer


def _invite(session: Session, seat: Seat, person: dict[str, Any], organisation: str) -> Response:
    invited = invite(
        current_database(),
        session,
        person_id=person["person_id"],
        name=person["name"],
        email=person["email"],
        organisation=organisation,
    )
    shown = may_see_link(seat, [held_role({**role, "organisation": ""}) for role in person["roles"]])
    standing = Standing(signs_in=False, invitation=invited.invitation)
    told = _described(person["person_id"], standing) | {"link": invited.link if shown else None}
    return make_response(jsonify(told), 201)


def _without_link(body: bytes) -> bytes:
    return json.dumps({**json.loads(body), "link": None}).encode()


def show_invitation(person_id: UUID) -> Response:
    """GET /api/v1/invitations/{person_id}: whether the person signs in, and their last invitation."""
    _inviter()
    person = _person(str(person_id))
    if isinstance(person, Response):
        return person
    return jsonify(_described(str(person_id), standings(current_database(), [str(person_id)])[str(person_id)]))


def take_back_invitation(person_id: UUID) -> tuple[str, int] | Response:
    """DELETE /api/v1/invitations/{person_id}: the person's unused links end."""
    _inviter()
    person = _person(str(person_id))
    if isinstance(person, Response):
        return person
    revoke_invitation(current_database(), str(person_id))
    return "", 204


def _inviter() -> tuple[Session, Seat]:
    """Who decides about people: the alliance's registrars, a school's own approvers, a supplier's administrators."""
    session = required_session()
    required_actor()
    seat = session.seat
    if seat is None or not (
        seat.has_any("alliance_manager", "administrator")
        or (seat.has_any("school_approver") and seat.stands_in_for is None)
        or seat.has_any("supplier_administrator")
    ):
        raise Forbidden("Your role does not allow this.")
    return session, seat


def _person(person_id: str) -> dict[str, Any] | Response:
    """The person as the inviter may see them, or the refusal of the members service."""
    try:
        found: dict[str, Any] = upstream.get("members", f"/people/{person_id}").json()
    except Problem as refusal:
        return problem(refusal.status, refusal.code, refusal.detail)
    return found


def _organisation(person: dict[str, Any]) -> str:
    role = person["roles"][0] if person["roles"] else {}
    if role.get("school_urn"):
        return str(upstream.get("members", f"/schools/{role['school_urn']}").json()["name"])
    if role.get("supplier_id"):
        return str(upstream.get("members", f"/suppliers/{role['supplier_id']}").json()["name"])
    return _ALLIANCE


def _described(person_id: str, standing: Standing) -> dict[str, Any]:
    last = standing.invitation
    told = None
    if last is not None:
        told = {
            "state": last.state(datetime.now(UTC)),
            "invited_by": last.invited_by,
            "created_at": _instant(last.created_at),
            "expires_at": _instant(last.expires_at),
        }
    return {"person_id": person_id, "signs_in": standing.signs_in, "invitation": told}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
