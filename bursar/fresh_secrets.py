"""New secrets for an installation: keys for tokens, secrets of cookies and the feed, a password for each login."""

import secrets

from chassis.settings import ALL_PARTS
from chassis.tokens import new_key_pair

LOGINS = (*ALL_PARTS, *(f"{part}_owner" for part in ALL_PARTS))


def fresh_secrets(*servers: str) -> dict[str, str]:
    """Settings by name; passwords as `MEMBERS_OWNER_PASSWORD`, also one for each of `servers` (`RABBITMQ_PASSWORD`)."""
    private, public = new_key_pair()
    return {
        "SERVICE_TOKEN_PRIVATE_KEY": private,
        "SERVICE_TOKEN_PUBLIC_KEY": public,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FEED_SECRET": secrets.token_urlsafe(48),
        **{f"{login.upper()}_PASSWORD": secrets.token_urlsafe(24) for login in (*LOGINS, *servers)},
    }


def as_env_file(values: dict[str, str]) -> str:
    """The lines of an env file, as docker-compose reads it."""
    return "\n".join(f"{name}='{value}'" for name, value in values.items())
