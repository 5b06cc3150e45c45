"""ETags are versions: a reader gets one, an editor sends it back in `If-Match`."""

from flask import Response, request
from werkzeug.exceptions import PreconditionRequired

from contracts.digits import as_whole
from contracts.errors import VersionConflict


def etag_of(version: int) -> str:
    """The ETag of a version: `"7"`."""
    return f'"{version}"'


def tagged(response: Response, version: int) -> Response:
    """The response with its version as ETag."""
    response.headers["ETag"] = etag_of(version)
    return response


def required_version() -> int:
    """The version that the editor saw. Raises 428 when `If-Match` is missing, VersionConflict when it is no version."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise PreconditionRequired("Send the ETag that you read as If-Match.")
    version = as_whole(sent.strip().removeprefix("W/").strip('"'))
    if version is None:
        raise VersionConflict("If-Match is not a version of this resource.")
    return version
