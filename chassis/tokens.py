"""Service tokens: 60 seconds, bound to one audience, signed with Ed25519 by the gateway alone."""

import json
import threading
import time
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.actor import Actor
from contracts.errors import BrokenRule

LIFETIME_SECONDS: Final = 60
_ISSUER: Final = "bursar-gateway"
_LEEWAY_SECONDS: Final = 5
_REMEMBERED: Final = 4096


class TokenInvalid(BrokenRule):
    """The token is missing, malformed, for another audience or signed by somebody else."""

    code = "token_invalid"


class TokenExpired(BrokenRule):
    """The token was good, and its minute is over."""

    code = "token_expired"


def new_key_pair() -> tuple[str, str]:
    """A fresh (private, public) Ed25519 pair as JSON Web Keys."""
    key = OKPKey.generate_key("Ed25519")
    return json.dumps(key.as_dict(private=True)), json.dumps(key.as_dict(private=False))


class Minter:
    """Signs tokens; only the gateway holds the private key."""

    def __init__(self, private_key: str) -> None:
        self._key = OKPKey.import_key(json.loads(private_key))

    def mint(self, audience: str, actor: Actor, *, now: float | None = None) -> str:
        """A token with which `actor` may call the service `audience` for LIFETIME_SECONDS."""
        issued = int(time.time() if now is None else now)
        claims = {
            "iss": _ISSUER,
            "aud": audience,
            "sub": actor.person_id or "",
            "name": actor.name,
            "kind": actor.kind,
            "roles": sorted(actor.roles),
            "school_urn": actor.school_urn,
            "supplier_id": actor.supplier_id,
            "iat": issued,
            "exp": issued + LIFETIME_SECONDS,
        }
        if actor.stands_in_for is not None:
            claims["stands_in_for"] = actor.stands_in_for
        if actor.limited_to is not None:
            claims["limited_to"] = actor.limited_to
        return jwt.encode({"alg": "Ed25519"}, claims, self._key, algorithms=["Ed25519"])


class Verifier:
    """Checks tokens for one audience and remembers the good ones until they end."""

    def __init__(self, public_key: str, audience: str) -> None:
        self._key = OKPKey.import_key(json.loads(public_key))
        self._audience = audience
        self._known: dict[str, tuple[float, Actor]] = {}
        self._lock = threading.Lock()

    def verify(self, token: str) -> Actor:
        """The actor that the token names. Raises TokenInvalid or TokenExpired."""
        known = self._known.get(token)
        ends, actor = known if known else self._checked(token)
        if ends <= time.time() - _LEEWAY_SECONDS:
            raise TokenExpired("The service token has expired.")
        if known is None:
            with self._lock:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[token] = (ends, actor)
        return actor

    def _checked(self, token: str) -> tuple[float, Actor]:
        try:
            claims: dict[str, Any] = jwt.decode(token, self._key, algorithms=["Ed25519"]).claims
            if claims["aud"] != self._audience or claims["iss"] != _ISSUER or claims["kind"] == "service":
                raise TokenInvalid("The service token is for another part.")
            actor = Actor(
                kind=claims["kind"],
                person_id=claims["sub"] or None,
                name=claims["name"],
                roles=frozenset(claims["roles"]),
                school_urn=claims["school_urn"],
                supplier_id=claims["supplier_id"],
                stands_in_for=claims.get("stands_in_for"),
                limited_to=claims.get("limited_to"),
            )
            return float(claims["exp"]), actor
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise TokenInvalid("The service token is not valid.") from fault
