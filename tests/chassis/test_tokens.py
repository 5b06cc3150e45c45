"""Service tokens: one audience, sixty seconds, one signer."""

import json
import time

import pytest

from chassis.actor import SERVICE, Actor
from chassis.tokens import LIFETIME_SECONDS, Minter, TokenExpired, TokenInvalid, Verifier, new_key_pair

BUYER = Actor("school", "p-1", "Office", frozenset({"school_buyer"}), school_urn=900001)


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    return new_key_pair()


def test_a_token_names_the_person_and_the_seat(keys: tuple[str, str]) -> None:
    verifier = Verifier(keys[1], "orders")
    token = Minter(keys[0]).mint("orders", BUYER)
    assert verifier.verify(token) == BUYER
    assert verifier.verify(token) == BUYER


def test_a_token_for_another_service_is_refused(keys: tuple[str, str]) -> None:
    with pytest.raises(TokenInvalid):
        Verifier(keys[1], "billing").verify(Minter(keys[0]).mint("orders", BUYER))


def test_a_token_lives_for_a_minute(keys: tuple[str, str]) -> None:
    old = Minter(keys[0]).mint("orders", BUYER, now=time.time() - LIFETIME_SECONDS - 30)
    with pytest.raises(TokenExpired):
        Verifier(keys[1], "orders").verify(old)


def test_a_remembered_token_expires_as_well(keys: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = Verifier(keys[1], "orders")
    token = Minter(keys[0]).mint("orders", BUYER)
    verifier.verify(token)
    later = time.time() + LIFETIME_SECONDS + 30
    monkeypatch.setattr("chassis.tokens.time.time", lambda: later)
    with pytest.raises(TokenExpired):
        verifier.verify(token)


def test_another_signer_is_refused(keys: tuple[str, str]) -> None:
    stranger, _ = new_key_pair()
    with pytest.raises(TokenInvalid):
        Verifier(keys[1], "orders").verify(Minter(stranger).mint("orders", BUYER))


def test_nobody_becomes_the_service_itself(keys: tuple[str, str]) -> None:
    with pytest.raises(TokenInvalid):
        Verifier(keys[1], "orders").verify(Minter(keys[0]).mint("orders", SERVICE))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é"])
def test_what_is_no_token_is_refused(keys: tuple[str, str], token: str) -> None:
    with pytest.raises(TokenInvalid):
        Verifier(keys[1], "orders").verify(token)


def test_an_unsigned_token_is_refused(keys: tuple[str, str]) -> None:
    from base64 import urlsafe_b64encode as encode

    head, body = (
        encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, {"aud": "orders"})
    )
    with pytest.raises(TokenInvalid):
        Verifier(keys[1], "orders").verify(f"{head}.{body}.")
