"""Passwords are long, kept as argon2id, and unknown accounts take as long as known ones."""

import pytest

from gateway.domain import passwords
from gateway.domain.errors import PasswordTooWeak


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaaaaaa", "x" * 150 + "yzabc" * 20, "office@chestnut.example"])
def test_weak_passwords_are_refused_with_the_reason(weak):
    with pytest.raises(PasswordTooWeak) as refused:
        passwords.check_strength(weak, email="Office@chestnut.example")
    assert refused.value.fields["password"]


def test_a_password_is_verified_in_either_unicode_form():
    stored = passwords.hash_of("cafe\u0301 on the corner")
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "caf\u00e9 on the corner")
    assert not passwords.verify(stored, "cafe on the corner")


def test_nobody_has_the_password_of_the_stand_in_hash():
    assert not passwords.verify(None, "no account has this password")
