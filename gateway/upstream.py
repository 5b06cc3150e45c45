"""Calls to the services, and on each a short token that names who asks.

Pages use the one of the running application, which acts as the person in the current seat:

    from gateway.upstream import upstream
    rounds = upstream.get("orders", "/rounds", params={"state": "open"}).json()["items"]
"""

import json as jsonlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

import orjson
from flask import current_app
from werkzeug.local import LocalProxy

from chassis.actor import Actor
from chassis.correlation import CORRELATION_HEADER, TRACE_HEADER, correlation_id, traceparent
from chassis.tokens import LIFETIME_SECONDS
from gateway.wire import Body, Broken, NotSent, Peer, WireAnswer, WireFault

EXTENSION: Final = "bursar.upstream"
PATH_SAFE: Final = "/:@!$&'()*+,;=~"

_TOKEN_MARGIN = 20
_CACHED_TOKENS = 5_000
_READING = frozenset({"GET", "HEAD"})


class Problem(Exception):
    """A service refused: the parts of its `application/problem+json` answer.

    `errors` holds {"field": "lines.3.quantity", "message": "…"} for each faulty input.
    """

    def __init__(
        self, status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None, title: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.title = title


class ServiceUnavailable(Exception):
    """A service gave no answer, or one that is not ours (a broken process, a proxy's error page)."""

    def __init__(self, service: str) -> None:
        super().__init__(f"The {service} service did not answer.")
        self.service = service


@dataclass(frozen=True, slots=True)
class Answer:
    """A service's answer below 400; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body parsed as JSON; None when it is empty."""
        return orjson.loads(self.body) if self.body else None

    @property
    def etag(self) -> str | None:
        """What to send as `If-Match` with a change of what was read."""
        return self.headers.get("etag")


class Upstream:
    """The four services by name (`members`, `catalogue`, `orders`, `billing`).

    `urls` maps each name to its base URL; `mint(audience, actor)` makes a token for one service; `acting_as` tells
    for whom the call is made when the caller does not say.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        mint: Callable[[str, Actor], str],
        acting_as: Callable[[], Actor],
        *,
        read_seconds: float = 20.0,
        write_seconds: float = 60.0,
    ) -> None:
        self._peers = {service: Peer(url) for service, url in urls.items()}
        self._read_seconds = read_seconds
        self._write_seconds = write_seconds
        self._tokens = _Tokens(mint)
        self._acting_as = acting_as

    @property
    def services(self) -> list[str]:
        """The names of the services that can be called."""
        return list(self._peers)

    def get(self, service: str, path: str, *, params: Mapping[str, Any] | None = None, **extra: Any) -> Answer:
        """Read; sent once more if the connection breaks. Parameters that are None are left out."""
        return self.call("GET", service, path, params=params, **extra)

    def post(self, service: str, path: str, *, json: Any = None, key: str | None = None, **extra: Any) -> Answer:
        """Create or act; `key` is the Idempotency-Key, with which a broken call is safely sent once more."""
        return self.call("POST", service, path, json=json, key=key, **extra)

    def put(self, service: str, path: str, *, json: Any = None, etag: str | None = None, **extra: Any) -> Answer:
        """Replace; `etag` is sent as If-Match."""
        return self.call("PUT", service, path, json=json, etag=etag, **extra)

    def call(
        self,
        method: str,
        service: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        body: bytes | None = None,
        content_type: str | None = None,
        key: str | None = None,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
        actor: Actor | None = None,
    ) -> Answer:
        """One call with its whole answer read.

        Send either `json` or raw `body` with its `content_type`. Raises Problem when the service refuses and
        ServiceUnavailable when it gives no answer in time.
        """
        sent = {"Accept": "application/json", **(headers or {})}
        if json is not None:
            body, content_type = jsonlib.dumps(json, separators=(",", ":")).encode(), "application/json"
        if content_type:
            sent["Content-Type"] = content_type
        if key:
            sent["Idempotency-Key"] = key
        if etag:
            sent["If-Match"] = etag
        if any(not value.isprintable() for value in sent.values()):
            raise Problem(400, "bad_request", "The request holds characters that cannot be sent.")
        query = urlencode({name: value for name, value in (params or {}).items() if value is not None}, doseq=True)
        answer = self.forward(
            method, service, quote(path, safe=PATH_SAFE), query=query, body=body, headers=sent, actor=actor
        )
        try:
            content = answer.read()
        except WireFault as fault:
            raise ServiceUnavailable(service) from fault
        if answer.status >= 400:
            raise _problem_of(service, answer, content)
        return Answer(answer.status, content, answer.headers)

    def forward(
        self,
        method: str,
        service: str,
        path: str,
        *,
        query: str = "",
        body: Body = None,
        headers: Mapping[str, str],
        actor: Actor | None = None,
        anonymous: bool = False,
    ) -> WireAnswer:
        """One call whose answer is handed on as it is, whatever its status: its body is yet to be read.

        `path` is percent-encoded already; `anonymous` sends no token. Raises ServiceUnavailable.
        """
        sent = {**headers, CORRELATION_HEADER: correlation_id(), TRACE_HEADER: traceparent()}
        if not anonymous:
            sent["Authorization"] = f"Bearer {self._tokens.token(service, actor or self._acting_as())}"
        target = f"{path}?{query}" if query else path
        harmless = method in _READING or ("Idempotency-Key" in sent and not hasattr(body, "read"))
        seconds = self._read_seconds if method in _READING else self._write_seconds
        peer = self._peers[service]
        try:
            try:
                return peer.exchange(method, target, sent, body, seconds=seconds)
            except (NotSent, Broken) as fault:
                if isinstance(fault, Broken) and not harmless:
                    raise
                return peer.exchange(method, target, sent, body, seconds=seconds)
        except WireFault as fault:
            raise ServiceUnavailable(service) from fault

    def close(self) -> None:
        """Close every idle connection."""
        for peer in self._peers.values():
            peer.close()


class _Tokens:
    """Tokens made so far, each used until shortly before it expires."""

    def __init__(self, mint: Callable[[str, Actor], str]) -> None:
        self._mint = mint
        self._lock = threading.Lock()
        self._made: dict[tuple[str, Actor], tuple[str, float]] = {}

    def token(self, audience: str, actor: Actor) -> str:
        now = time.monotonic()
        made = self._made.get((audience, actor))
        if made and now < made[1]:
            return made[0]
        token = self._mint(audience, actor)
        with self._lock:
            if len(self._made) >= _CACHED_TOKENS:
                self._made = {key: entry for key, entry in self._made.items() if now < entry[1]}
            if len(self._made) < _CACHED_TOKENS:
                self._made[audience, actor] = (token, now + LIFETIME_SECONDS - _TOKEN_MARGIN)
        return token


def _problem_of(service: str, answer: WireAnswer, content: bytes) -> Problem | ServiceUnavailable:
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return ServiceUnavailable(service)
    told = orjson.loads(content)
    return Problem(
        answer.status,
        told.get("code", "unknown"),
        told.get("detail") or told.get("title", ""),
        told.get("errors"),
        told.get("title", ""),
    )


upstream = cast(Upstream, LocalProxy(lambda: current_app.extensions[EXTENSION]))
