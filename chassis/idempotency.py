"""A repeated POST answers as the first did: the stored answer commits with the effect."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, make_response, request
from sqlalchemy import Connection, text
from werkzeug.exceptions import BadRequest

from chassis.actor import SERVICE, Actor
from chassis.database import Database, ask
from chassis.request import current_actor, current_database
from contracts.errors import BrokenRule

_LONGEST_KEY = 200
_KEPT_HEADERS = ("Content-Type", "Content-Disposition", "ETag", "Location")

_CLAIM = text(
    "INSERT INTO idempotency_key (owner, key, request_hash) VALUES (:owner, :key, :hash)"
    " ON CONFLICT DO NOTHING RETURNING true AS claimed"
)
_STORED = text("SELECT request_hash, status, headers, body FROM idempotency_key WHERE owner = :owner AND key = :key")
_STORE = text(
    "UPDATE idempotency_key SET status = :status, headers = CAST(:headers AS jsonb), body = :body"
    " WHERE owner = :owner AND key = :key"
)
_FORGET = text("DELETE FROM idempotency_key WHERE created_at < now() - interval '7 days'")


class IdempotencyKeyReused(BrokenRule):
    """The same key came with another request."""

    code = "idempotency_key_reused"


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a POST view take `Idempotency-Key`: same key and body gives the stored answer, another body 422.

    The outermost decorator under the route. A refused request stores nothing and may be tried again. Two at once wait
    for each other on the key's row.
    """

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Any:
        return answer_once(current_actor(), lambda: view(*args, **kwargs))

    return once


def idempotent_as_service(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a view whose use case acts as the service once it has looked at who asks."""

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Any:
        return answer_once(current_actor(), lambda: view(*args, **kwargs), within=SERVICE)

    return once


def answer_once(
    asker: Actor,
    run: Callable[[], Any],
    *,
    within: Actor | None = None,
    kept: Callable[[bytes], bytes] = lambda body: body,
) -> Any:
    """What `run` answers to the request in hand, or what was stored under this key of the asker's.

    `run` joins a transaction of `within`, which is the asker's own unless told otherwise. `kept` makes of the answer's
    body what is stored: an answer with a secret is told once. Raises IdempotencyKeyReused, BadRequest.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return run()
    if not 8 <= len(key) <= _LONGEST_KEY or not key.isprintable():
        raise BadRequest(f"Idempotency-Key must have 8 to {_LONGEST_KEY} printable characters.")
    with current_database().transaction(within or asker) as connection:
        return _first_or_stored(connection, _owner(asker), key, run, kept)


def forget_old_keys(database: Database) -> int:
    """Delete keys older than a week; returns how many."""
    with database.transaction(SERVICE) as connection:
        return connection.execute(_FORGET).rowcount


def _first_or_stored(
    connection: Connection, owner: str, key: str, run: Callable[[], Any], kept: Callable[[bytes], bytes]
) -> Response:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode() + request.get_data()).digest()
    names = {"owner": owner, "key": key}
    if ask(connection, _CLAIM, {**names, "hash": digest}) is None:
        return _stored(connection, names, digest)
    response: Response = make_response(run())
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    stored = {"status": response.status_code, "headers": json.dumps(headers), "body": kept(response.get_data())}
    ask(connection, _STORE, {**names, **stored})
    return response


def _stored(connection: Connection, names: dict[str, str], digest: bytes) -> Response:
    row = ask(connection, _STORED, names)
    if bytes(row.request_hash) != digest:
        raise IdempotencyKeyReused("This Idempotency-Key was used for another request.")
    return Response(bytes(row.body), row.status, headers={**row.headers, "Idempotent-Replay": "true"})


def _owner(actor: Actor) -> str:
    return f"{actor.person_id}/{actor.kind}/{actor.school_urn or actor.supplier_id or ''}"
