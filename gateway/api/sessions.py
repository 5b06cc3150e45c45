"""Sign-in for programs: a session of the same kind as a browser's, carried as a bearer token."""

from typing import Any

from flask import Response, jsonify, request
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from chassis.problems import problem
from chassis.request import current_database
from gateway.api.credentials import required_session
from gateway.domain.passwords import LONGEST
from gateway.domain.sessions import Session
from gateway.identity.current import caller_address, presented_token
from gateway.usecases.sign_in import sign_in
from gateway.usecases.sign_out import sign_out


class NewSession(Schema):
    """Who signs in, and from which seat if the person has several."""

    class Meta:
        """Refuse fields that nobody reads."""

        unknown = RAISE

    email = fields.String(required=True, validate=validate.Length(max=320))
    password = fields.String(required=True, validate=validate.Length(max=LONGEST))
    seat = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=80))


_LARGEST_SIGN_IN = 16 * 1024

_new_session = NewSession()


def begin_session() -> tuple[Response, int] | Response:
    """POST /api/v1/sessions: the bearer token of a new session, told this once."""
    request.max_content_length = _LARGEST_SIGN_IN
    told = request.get_json(silent=True)
    if told is None:
        return problem(400, "malformed_json", "Send a JSON object with email and password.")
    try:
        wanted: dict[str, Any] = _new_session.load(told)
    except ValidationError as fault:
        told_of = fault.messages if isinstance(fault.messages, dict) else {"": fault.messages}
        faults = {str(name): " ".join(map(str, messages)) for name, messages in told_of.items()}
        return problem(422, "validation_failed", "Some fields need another look.", faults)
    done = sign_in(
        current_database(),
        wanted["email"],
        wanted["password"],
        address=caller_address(),
        channel="program",
        seat=wanted["seat"],
    )
    return jsonify({"token": done.token, **_described(done.session)}), 201


def show_session() -> Response:
    """GET /api/v1/sessions/current: whose session it is and from which seat it acts."""
    return jsonify(_described(required_session()))


def end_session() -> tuple[str, int]:
    """DELETE /api/v1/sessions/current: revoke the token that the call came with."""
    required_session()
    presented = presented_token()
    if presented:
        sign_out(current_database(), presented[0])
    return "", 204


def _described(session: Session) -> dict[str, Any]:
    return {
        "person_id": session.person_id,
        "name": session.name,
        "email": session.email,
        "seat": session.seat.key if session.seat else None,
        "seats": [
            {"seat": seat.key, "kind": seat.kind, "organisation": seat.organisation, "roles": sorted(seat.roles)}
            for seat in session.seats
        ],
        "expires_at": session.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
