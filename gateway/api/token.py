"""Sign-in of suppliers' programs: OAuth 2.0 client credentials (RFC 6749 §4.4), answered as that standard says."""

from flask import Response, jsonify, request

from chassis.request import current_database
from gateway.domain.errors import ProgramUnknown
from gateway.usecases.run_programs import LIFETIME, sign_in_program

_KIND = "Bearer"
_LARGEST = 4 * 1024
_LONGEST_SECRET = 200


def give_token() -> Response:
    """POST /api/v1/token: a bearer token for an hour, for the id and secret of a supplier's program."""
    request.max_content_length = _LARGEST
    if request.form.get("grant_type") != "client_credentials":
        return _refused("unsupported_grant_type", "Send grant_type=client_credentials as a form.", 400)
    told = request.authorization
    if told is not None and told.type == "basic":
        program_id, secret = told.username or "", told.password or ""
    else:
        program_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    try:
        token = sign_in_program(current_database(), program_id, secret[:_LONGEST_SECRET])
    except ProgramUnknown as refusal:
        return _refused(refusal.code, refusal.detail, 401)
    seconds = int(LIFETIME.total_seconds())
    return _answer(jsonify(access_token=token, token_type=_KIND, expires_in=seconds))


def _refused(error: str, description: str, status: int) -> Response:
    response = jsonify(error=error, error_description=description)
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Bursar"'
    return _answer(response)


def _answer(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
