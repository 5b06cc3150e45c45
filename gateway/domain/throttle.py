"""How often a sign-in may fail. Attempts are counted before the password is looked at, so a burst gains nothing."""

from datetime import timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=15)

_LONGEST_EMAIL = 320

# A school's whole office may sign in from one address; one account is guessed at from many.
LIMITS: Final = {"account": 10, "address": 60, "reset": 5, "link": 5}


def account_key(email: str) -> str:
    """The counter of one account."""
    return f"account:{email}"


def reset_key(email: str) -> str:
    """The counter of one account's asking for a new password."""
    return f"reset:{email}"


def address_key(address: str) -> str:
    """The counter of one network address."""
    return f"address:{address}"


def link_key(subject_id: str) -> str:
    """The counter of asking for another link to one thing."""
    return f"link:{subject_id}"


def is_over(key: str, attempts: int) -> bool:
    """Whether this many attempts within one window are too many for the counter."""
    return attempts > LIMITS[key.partition(":")[0]]


def normal_email(email: str) -> str:
    """The form in which addresses are compared and stored; empty for what no address can be."""
    email = email.strip().casefold()
    return email if email.isprintable() and len(email) <= _LONGEST_EMAIL else ""
