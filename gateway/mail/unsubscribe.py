"""The address with which a person stops the daily digest without signing in: signed, so that nobody else can."""

from itsdangerous import BadSignature, Signer

_SALT = "unsubscribe"


def unsubscribe_token(secret_key: str, person_id: str) -> str:
    """What stands in the person's digests."""
    return Signer(secret_key, salt=_SALT).sign(person_id).decode()


def unsubscribing_person(secret_key: str, token: str) -> str | None:
    """The person whose digest a token stops; None if it is not one of ours."""
    try:
        return Signer(secret_key, salt=_SALT).unsign(token).decode()
    except BadSignature:
        return None
