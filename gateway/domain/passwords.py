"""Passwords: what is accepted, and how they are kept (argon2id, OWASP Password Storage Cheat Sheet)."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from gateway.domain.errors import PasswordTooWeak

SHORTEST = 12
LONGEST = 200
_FEWEST_CHARACTERS = 5

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Verified against when an account is unknown, so that it takes as long as a wrong password.
_NOBODY = _hasher.hash("no account has this password")


def check_strength(password: str, *, email: str = "") -> None:
    """Raise PasswordTooWeak unless the password is long, not one character repeated, and not the address."""
    fault = ""
    if len(password) < SHORTEST:
        fault = f"Use at least {SHORTEST} characters; three unrelated words are easy to remember."
    elif len(password) > LONGEST:
        fault = f"Use at most {LONGEST} characters."
    elif len(set(password)) < _FEWEST_CHARACTERS:
        fault = f"Use at least {_FEWEST_CHARACTERS} different characters."
    elif email and password.casefold() == email.casefold():
        fault = "Use something other than the e-mail address."
    if fault:
        raise PasswordTooWeak(fault, fields={"password": fault})


def hash_of(password: str) -> str:
    """The argon2id hash to store, salt and parameters included."""
    return _hasher.hash(_normal(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; takes equally long when nothing is stored."""
    try:
        matches = _hasher.verify(stored or _NOBODY, _normal(password[: LONGEST + 1]))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return matches and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _normal(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
