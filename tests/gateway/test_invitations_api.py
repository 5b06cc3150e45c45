"""Invitations as a program meets them."""

from typing import Any

import pytest
from flask import jsonify
from sqlalchemy import text

from chassis.actor import SERVICE
from tests.gateway.conftest import PASSWORD, problem, role

HEAD, MANAGER = "head@chestnut.example", "manager@alliance.example"
PERSON = "00000000-0000-4000-8000-00000000ada1"


@pytest.fixture
def client(app: Any) -> Any:
    return app.test_client()


def signed_in(client: Any, known: Any, email: str, held: dict[str, Any]) -> dict[str, str]:
    known(email, held)
    token = client.post("/api/v1/sessions", json={"email": email, "password": PASSWORD}).json["token"]
    return {"Authorization": f"Bearer {token}"}


def a_person(*roles: str) -> dict[str, Any]:
    held = [{**role(name, urn=900001 if name.startswith("school") else None)} for name in roles]
    return {"person_id": PERSON, "name": "Ada Okafor", "email": "ada@chestnut.example", "roles": held, "version": 1}


def test_a_manager_invites_and_is_told_the_link(client: Any, known: Any, recorder: Any, store: Any) -> None:
    bearer = signed_in(client, known, MANAGER, role("alliance_manager"))
    recorder.answer = lambda: jsonify(a_person("alliance_manager"))
    made = client.post("/api/v1/invitations", json={"person_id": PERSON}, headers=bearer)
    assert (made.status_code, made.json["signs_in"], made.json["invitation"]["state"]) == (201, False, "open")
    assert made.json["link"].startswith("/invitation/")
    with store.database.transaction(SERVICE) as connection:
        assert connection.execute(text("SELECT to_address FROM mail")).scalar_one() == "ada@chestnut.example"

    shown = client.get(f"/api/v1/invitations/{PERSON}", headers=bearer)
    assert shown.json == {key: value for key, value in made.json.items() if key != "link"}
    assert client.delete(f"/api/v1/invitations/{PERSON}", headers=bearer).status_code == 204
    assert client.get(f"/api/v1/invitations/{PERSON}", headers=bearer).json["invitation"]["state"] == "revoked"


def test_the_same_key_invites_once_and_the_link_is_told_once(
    client: Any, known: Any, recorder: Any, store: Any
) -> None:
    bearer = signed_in(client, known, MANAGER, role("alliance_manager"))
    recorder.answer = lambda: jsonify(a_person("alliance_manager"))
    headers = bearer | {"Idempotency-Key": "one invitation"}
    first, again = (client.post("/api/v1/invitations", json={"person_id": PERSON}, headers=headers) for _ in range(2))
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    assert again.json == {**first.json, "link": None}
    with store.database.transaction(SERVICE) as connection:
        assert connection.execute(text("SELECT count(*) FROM mail")).scalar_one() == 1
        stored = bytes(connection.execute(text("SELECT body FROM idempotency_key")).scalar_one())
    assert first.json["link"] not in stored.decode()


def test_an_approver_invites_without_seeing_the_link(client: Any, known: Any, recorder: Any) -> None:
    bearer = signed_in(client, known, HEAD, role("school_approver", urn=900001))
    recorder.answer = lambda: jsonify(a_person("school_buyer"))
    made = client.post("/api/v1/invitations", json={"person_id": PERSON}, headers=bearer)
    assert (made.status_code, made.json["link"]) == (201, None)


@pytest.mark.parametrize(
    ("held", "status", "code"),
    [
        (role("school_buyer", urn=900001), 403, "forbidden"),
        (role("board_member"), 403, "forbidden"),
        (role("alliance_manager"), 422, "validation_failed"),
    ],
)
def test_others_and_others_things_are_refused(
    client: Any, known: Any, held: dict[str, Any], status: int, code: str
) -> None:
    bearer = signed_in(client, known, MANAGER, held)
    refused = client.post("/api/v1/invitations", json={"person_id": "Ada"}, headers=bearer)
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_whom_the_inviter_may_not_see_cannot_be_invited(client: Any, known: Any, recorder: Any) -> None:
    bearer = signed_in(client, known, HEAD, role("school_approver", urn=900001))
    recorder.answer = lambda: problem(404, "not_found")
    refused = client.post("/api/v1/invitations", json={"person_id": PERSON}, headers=bearer)
    assert (refused.status_code, refused.json["code"]) == (404, "not_found")
    assert client.delete(f"/api/v1/invitations/{PERSON}", headers=bearer).status_code == 404
